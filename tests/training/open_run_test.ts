import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { DataError, RunError } from "../../lib/core/errors.ts";
import { PROTOCOLS, readPredictions, selectSplit } from "../../lib/evaluation/mod.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { writeWeights } from "../../lib/training/weights.ts";
import { forEachEngine } from "../engine/engines.ts";
import { smallData } from "../models/small.ts";
import { train, withFolder } from "./small.ts";

for (const model of ["self-mm", "constant"]) {
  forEachEngine(
    `openRun() of ${model} predicts what the run did, to the last bit`,
    async (engine) => {
      await withFolder(async (out) => {
        const dataset = smallData();
        const settings = model === "self-mm" ? {} : { value: "mean" };
        const { summary } = await train(engine, dataset, out, { model, settings });
        const rows = readPredictions(join(summary.path, "predictions.csv"));
        const metrics = JSON.parse(Deno.readTextFileSync(join(summary.path, "metrics.json")));
        using run = openRun(summary.path, engine);
        assertEquals([run.protocol, run.modalities], ["mosi", ["text", "audio", "vision"]]);
        assertEquals([run.config["model"], run.record.summary], [model, summary]);
        for (const name of ["valid", "test"] as const) {
          const split = dataset.splits[name]!;
          const predictions = await run.predict(split);
          assertEquals([...predictions], [...selectSplit(rows, name).predictions]);
          const { values } = PROTOCOLS[run.protocol].evaluate(predictions, split.labels!);
          assertEquals(values, metrics[name]);
        }
      });
    },
  );
}

forEachEngine(
  "openRun() needs of a split only the features that it was trained on",
  async (engine) => {
    await withFolder(async (out) => {
      const dataset = smallData();
      const { summary } = await train(engine, dataset, out, { modalities: ["text", "vision"] });
      using run = openRun(summary.path, engine);
      const test = dataset.splits.test!;
      const { text, vision } = test.features;
      const bare = { ...test, labels: null, features: { text: text!, vision: vision! } };
      assertEquals(await run.predict(bare), await run.predict(test));
      const refused = (features: typeof test.features, message: string) =>
        assertRejects(() => run.predict({ ...test, features }), DataError, message);
      await refused(
        { text: text! },
        'split "test": it has no vision, the run was trained on width 4',
      );
      await refused({ text: text!, vision: text! }, "it has vision of width 6");
    });
  },
);

forEachEngine("openRun() frees its tensors", async (engine) => {
  await withFolder(async (out) => {
    const dataset = smallData();
    const { summary } = await train(engine, dataset, out);
    const counts: number[] = [];
    for (let i = 0; i < 3; i++) {
      using run = openRun(summary.path, engine);
      await run.predict(dataset.splits.test!);
      run[Symbol.dispose]();
      counts.push(tf.memory().numTensors);
    }
    assertEquals(counts[1], counts[2]);
  });
});

forEachEngine("openRun() refuses a folder without a finished run", async (engine) => {
  await withFolder(async (out) => {
    assertThrows(() => openRun(out, engine), RunError, "it holds no run");
    const { summary } = await train(engine, smallData(), out);
    const path = join(summary.path, "run.json");
    const record = JSON.parse(Deno.readTextFileSync(path));
    Deno.writeTextFileSync(path, JSON.stringify({ ...record, status: "interrupted" }));
    assertThrows(() => openRun(summary.path, engine), RunError, "its run is interrupted");
  });
});

forEachEngine(
  "openRun() refuses weights that are missing, damaged or of another network",
  async (engine) => {
    await withFolder(async (out) => {
      const { summary } = await train(engine, smallData(), out);
      const path = join(summary.path, "model.safetensors");
      const bytes = Deno.readFileSync(path);
      const open = () => openRun(summary.path, engine)[Symbol.dispose]();
      open();
      writeWeights(path, new Map([["w", { shape: [1], values: new Float32Array(1) }]]));
      assertNotEquals(Deno.readFileSync(path), bytes);
      assertThrows(open, RunError, `Cannot take weights from "${path}"`);
      Deno.writeFileSync(path, bytes.subarray(0, 100));
      assertThrows(open, DataError, path);
      Deno.removeSync(path);
      assertThrows(open, DataError, path);
    });
  },
);
