import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/core/errors.ts";
import { findModel } from "../../lib/models/mod.ts";
import { loopSettings, resolveConfig } from "../../lib/training/config.ts";

const MODEL = findModel("self-mm");

Deno.test("resolveConfig() gives the columns of MMSA for each dataset", () => {
  const keys = ["batchSize", "learningRateVision", "weightDecayOther", "postTextDim", "H"];
  const column = (protocol: "mosi" | "mosei" | "sims", preset = "mmsa") => {
    const config = resolveConfig(MODEL, protocol, { preset });
    return keys.map((key) => config[key]);
  };
  assertEquals(column("mosi"), [16, 5e-3, 1e-3, 32, 3]);
  assertEquals(column("mosei"), [32, 1e-4, 1e-2, 32, 3]);
  assertEquals(column("sims"), [32, 5e-3, 1e-3, 64, 1]);
  assertEquals(column("mosi", "paper-repo"), [32, 1e-4, 1e-3, 64, 3]);
});

Deno.test("resolveConfig() takes excludeZero from the preset: the repository lacks it", () => {
  assertEquals(resolveConfig(MODEL, "mosi", {})["excludeZero"], true);
  assertEquals(resolveConfig(MODEL, "mosi", { preset: "paper-repo" })["excludeZero"], false);
});

Deno.test("resolveConfig() reads values as typed on a command line", () => {
  const config = resolveConfig(MODEL, "mosi", {
    batchSize: "8",
    learningRateOther: "1e-2",
    excludeZero: "false",
    mode: "robust",
  });
  assertEquals(
    [config["batchSize"], config["learningRateOther"], config["excludeZero"], config["mode"]],
    [8, 0.01, false, "robust"],
  );
});

Deno.test("resolveConfig() refuses an unknown setting with the nearest one", () => {
  const refuse = (key: string, hint: string) =>
    assertThrows(
      () => resolveConfig(MODEL, "mosi", Object.fromEntries([[key, "8"]])),
      UsageError,
      `Unknown setting "${key}": ${hint}`,
    );
  for (const key of ["batch_size", "learningRateVideo"]) refuse(key, "did you mean");
  for (const key of ["__proto__", "toString"]) refuse(key, "");
});

Deno.test("resolveConfig() refuses values that do not fit", () => {
  const table: [string, string, string][] = [
    ["batchSize", "0", "a whole number of 1 or more"],
    ["batchSize", "1.5", "a whole number of 1 or more"],
    ["batchSize", "many", "a whole number of 1 or more"],
    ["batchSize", "", "a whole number of 1 or more"],
    ["postTextDropout", "1", "a number in [0, 1)"],
    ["learningRateOther", "-1", "0 or more"],
    ["learningRateOther", "Infinity", "0 or more"],
    ["excludeZero", "yes", "true or false"],
    ["mode", "fast", "one of reference, robust"],
    ["preset", "mine", "one of mmsa, paper-repo"],
  ];
  for (const [key, value, message] of table) {
    assertThrows(() => resolveConfig(MODEL, "mosi", { [key]: value }), UsageError, message);
  }
});

Deno.test("loopSettings() applies the trailing group in robust mode only", () => {
  const trailing = (mode: string) =>
    loopSettings(MODEL, resolveConfig(MODEL, "mosi", { mode })).applyTrailingGroup;
  assertEquals([trailing("reference"), trailing("robust")], [false, true]);
});
