import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError } from "../../lib/core/errors.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { replay } from "../../lib/parity/replay.ts";
import { Recording } from "../../lib/parity/recording.ts";
import { withFolder } from "../training/small.ts";

const PATH = join(import.meta.dirname!, "..", "golden", "self_mm_features");

/** Runs `test` with a folder that holds some files of the recording. */
async function withFiles(
  names: readonly string[],
  test: (path: string) => void | Promise<void>,
): Promise<void> {
  await withFolder(async (path) => {
    for (const name of names) Deno.copyFileSync(join(PATH, name), join(path, name));
    await test(path);
  });
}

Deno.test("Recording gives our names to the settings of MMSA", () => {
  const recording = new Recording(PATH);
  const settings = recording.settings();
  assertEquals(
    [
      "mode",
      "batchSize",
      "updateEpochs",
      "visionLstmHiddenSize",
      "postVisionDim",
      "excludeZero",
      "H",
    ]
      .map((key) => settings[key]),
    ["reference", 8, 4, 8, 6, true, 3],
  );
  assertEquals(recording.protocol, "mosi");
  assertEquals(recording.optimizer(), { decay: "l2", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
});

Deno.test("Recording gives the optimizer's groups without empty ones", () => {
  const recording = new Recording(PATH);
  const groups = recording.groups();
  assertEquals(groups.map(({ learningRate, weightDecay }) => [learningRate, weightDecay]), [
    [1e-2, 1e-2],
    [5e-3, 1e-3],
    [5e-3, 1e-3],
  ]);
  const start = recording.tensors("init.safetensors")!;
  assertEquals(groups.flatMap(({ parameters }) => parameters).sort(), [...start.keys()].sort());
});

Deno.test("Recording reads batches, steps, epochs and test", () => {
  const recording = new Recording(PATH);
  const { train, valid } = recording.order;
  assertEquals([train.length, train[0]!.map(({ length }) => length)], [4, [8, 8, 8, 8, 8, 4]]);
  assertEquals(valid.flat(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  const steps = recording.steps();
  assertEquals([steps.length, recording.epochs().length], [24, 4]);
  assertEquals(steps.slice(0, 6).map(({ stepped }) => stepped), [
    false,
    false,
    false,
    true,
    false,
    false,
  ]);
  assert(recording.test()!.final.M.length === 12);
});

Deno.test("Recording takes the protocol from the dataset's name", async () => {
  await withFiles(["order.json"], (path) => {
    for (const [name, protocol] of [["SIMSv2", "sims"], ["MOSEI", "mosei"], ["mosi", "mosi"]]) {
      Deno.writeTextFileSync(join(path, "config.json"), `{"dataset_name":"${name}"}`);
      assertEquals(new Recording(path).protocol, protocol);
    }
  });
});

Deno.test("Recording gives null and empty lists for what it lacks", async () => {
  await withFiles(["config.json", "order.json"], (path) => {
    const recording = new Recording(path);
    assertEquals([recording.steps(), recording.epochs(), recording.test()], [[], [], null]);
    assertEquals(recording.tensors("final.safetensors"), null);
  });
});

Deno.test("Recording refuses a folder without configuration or order", async () => {
  for (
    const [names, missing] of [[["config.json"], "order"], [["order.json"], "config"]] as const
  ) {
    await withFiles(names, (path) => {
      assertThrows(() => new Recording(path), DataError, join(path, `${missing}.json`));
    });
  }
});

Deno.test("Recording refuses a setting that is missing and an optimizer that is not Adam", async () => {
  await withFiles(["config.json", "order.json"], (path) => {
    const file = join(path, "config.json");
    const config = JSON.parse(Deno.readTextFileSync(file));
    Deno.writeTextFileSync(file, JSON.stringify({ ...config, H: undefined }));
    assertThrows(() => new Recording(path).settings(), DataError, "H in config.json is undefined");
    Deno.writeTextFileSync(file, JSON.stringify({ ...config, optimizer: { type: "sgd" } }));
    const message = 'its optimizer is "sgd", expected one of adam, adam_l2, adamw';
    assertThrows(() => new Recording(path).optimizer(), DataError, message);
  });
});

Deno.test("replay() compares what a recording has, and tells what it lacks", async () => {
  const needed = ["config.json", "data.pkl", "init.safetensors", "order.json"];
  await withFiles([...needed, "steps.jsonl"], async (path) => {
    // The first ten steps only.
    const steps = join(path, "steps.jsonl");
    const lines = Deno.readTextFileSync(steps).split("\n").slice(0, 10);
    Deno.writeTextFileSync(steps, lines.join("\n"));
    const report = await replay(path, await openEngine({ engine: "cpu" }));
    assertEquals([report.ok, report.finite], [true, true]);
    const { grads, labels, centers, weights, test, metrics } = report;
    assertEquals([grads, labels, centers, weights, test, metrics], Array(6).fill(null));
    assert(report.loss! < 1e-4 && report.outputs! < 1e-5);
  });
  await withFiles(needed.slice(1), async (path) => {
    const engine = await openEngine({ engine: "cpu" });
    await assertRejects(() => replay(path, engine), DataError, "config.json");
  });
});

Deno.test("replay() reports an overflow as not finite", async () => {
  const engine = await openEngine({ engine: "cpu" });
  await withFiles([...Deno.readDirSync(PATH)].map(({ name }) => name), async (path) => {
    const file = join(path, "config.json");
    const config = JSON.parse(Deno.readTextFileSync(file));
    for (const group of config.parameter_groups) group.lr = 1e38;
    Deno.writeTextFileSync(file, JSON.stringify(config));
    const report = await replay(path, engine);
    assertEquals([report.ok, report.finite], [false, false]);
  });
});
