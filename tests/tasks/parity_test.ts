import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { findLibrary } from "../../lib/engine/tensorflow/library/library.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { assertFails, lastJson, ROOT, runTask } from "./run_task.ts";

const HAS_TENSORFLOW = findLibrary() !== null;

const RECORDING = join(ROOT, "tests/golden/self_mm_features");
const KEYS = ["loss", "grads", "outputs", "labels", "centers", "weights", "test", "metrics"];

/** A copy of the recording, with some of its files left out. */
function copyOf(folder: TestFolder, without: readonly string[] = []): string {
  for (const { name } of Deno.readDirSync(RECORDING)) {
    if (!without.includes(name)) Deno.copyFileSync(join(RECORDING, name), folder.at(name));
  }
  return folder.path;
}

Deno.test("parity passes on the recording, as a table and as JSON", async () => {
  const { code, stdout } = await runTask("parity", RECORDING, "--engine", "cpu", "--json");
  assertEquals(code, 0, stdout);
  const report = lastJson(stdout);
  assertEquals(Object.keys(report), ["ok", ...KEYS, "finite", "tolerance"]);
  assertEquals([report["ok"], report["finite"]], [true, true]);
  const tolerance = report["tolerance"] as Record<string, number>;
  assertEquals(Object.keys(tolerance), KEYS);
  for (const key of KEYS) assert((report[key] as number) <= tolerance[key]!, key);
  const lines = stdout.split("\n");
  assertMatch(lines[0]!, /^cpu +deviation +tolerance$/);
  assertEquals(lines.slice(1, 9).map((line) => line.split(" ")[0]), KEYS);
  assertEquals(lines[9], "within tolerance");
});

Deno.test({
  name: `parity passes on TensorFlow${HAS_TENSORFLOW ? "" : " (skipped: its library is absent)"}`,
  ignore: !HAS_TENSORFLOW,
  fn: async () => {
    const { code, stdout } = await runTask("parity", RECORDING, "--engine", "tensorflow", "--json");
    assertEquals([code, lastJson(stdout)["ok"]], [0, true], stdout);
  },
});

Deno.test("parity exits with 1 for a deviation, and null stands for what was not recorded", async () => {
  using folder = new TestFolder();
  const path = copyOf(folder, ["epochs.jsonl", "test.json", "grads_late.safetensors"]);
  const steps = Deno.readTextFileSync(folder.at("steps.jsonl")).split("\n");
  const { loss } = JSON.parse(steps[7]!);
  steps[7] = steps[7]!.replace(`"loss": ${loss}`, `"loss": ${loss + 0.01}`);
  Deno.writeTextFileSync(folder.at("steps.jsonl"), steps.join("\n"));
  const { code, stdout } = await runTask("parity", path, "--engine", "cpu", "--json");
  assertEquals(code, 1);
  const report = lastJson(stdout);
  assertEquals([report["ok"], report["finite"]], [false, true]);
  assertEquals(Math.round(1e4 * (report["loss"] as number)), 100);
  const missing = KEYS.filter((key) => report[key] === null);
  assertEquals(missing, ["labels", "centers", "test", "metrics"]);
  assertMatch(stdout, /^labels +not recorded +0.0005$/m);
  assertMatch(stdout, /^NOT within tolerance$/m);
});

Deno.test("parity refuses what is no recording", async () => {
  using folder = new TestFolder();
  const parity = (path: string) => runTask("parity", path, "--engine", "cpu");
  const message = /Cannot read ".*config.json" of a recording: there is no such file/;
  assertFails(await parity(folder.at("no")), 1, message);
  assertFails(await parity(folder.path), 1, message);
  const path = copyOf(folder, ["init.safetensors"]);
  assertFails(await parity(path), 1, /it has no init.safetensors, expected weights in it/);
  Deno.removeSync(folder.at("data.pkl"));
  assertFails(await parity(path), 1, /Cannot load ".*data.pkl": there is no such file/);
  Deno.writeTextFileSync(folder.at("order.json"), "{");
  assertFails(await parity(path), 1, /Cannot read ".*order.json" of a recording: .* expected JSON/);
});

Deno.test("parity exits with 2 for wrong flags", async () => {
  assertFails(await runTask("parity"), 2, /Missing FOLDER/);
  assertFails(await runTask("parity", RECORDING, "--engine", "cpuu"), 2, /did you mean "cpu"/);
});
