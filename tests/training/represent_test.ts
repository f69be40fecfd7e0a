import { assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { UsageError } from "../../lib/core/errors.ts";
import { batchOrder, readSafetensors } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { MODELS } from "../../lib/models/mod.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { represent } from "../../lib/training/represent.ts";
import { forEachEngine } from "../engine/engines.ts";
import { NetworkLearner, smallSettings } from "../models/networks.ts";
import { smallData } from "../models/small.ts";
import { train, withFolder } from "./small.ts";

forEachEngine("a run's fusion vectors are what its last layers score", async (engine) => {
  await withFolder(async (out) => {
    const dataset = smallData();
    const { test } = dataset.splits;
    const { summary } = await train(engine, dataset, out);
    using weights = readSafetensors(join(summary.path, "model.safetensors"));
    const layer = (name: string) => {
      const tensor = weights.tensor(`post_fusion_layer_${name}`);
      return { values: [...tensor.values() as Float32Array], width: tensor.shape[1] ?? 1 };
    };
    const apply = (n: number, x: readonly number[]) => {
      const { values, width } = layer(`${n}.weight`);
      return layer(`${n}.bias`).values.map((bias, row) =>
        x.reduce((sum, value, i) => sum + value * values[row * width + i]!, bias)
      );
    };
    using run = openRun(summary.path, engine);
    const { vectors, scores } = await run.represent(test!);
    const predictions = await run.predict(test!);
    assertEquals(scores.fusion, predictions);
    const { width, values } = vectors.fusion!;
    for (let i = 0; i < test!.samples; i++) {
      const feature = [...values.subarray(i * width, (i + 1) * width)];
      const hidden = apply(2, feature).map((value) => Math.max(0, value));
      assertAlmostEquals(apply(3, hidden)[0]!, predictions[i]!, 1e-5);
    }
    for (const modality of ["text", "audio", "vision"] as const) {
      assertEquals(vectors[modality]!.values.length, vectors[modality]!.width * test!.samples);
      assertNotEquals(scores[modality], predictions);
    }
  });
});

Deno.test("every network tells representations, those of its forward pass, and leaves no tensor", async () => {
  const engine = await openEngine({ engine: "cpu" });
  const dataset = smallData({ textSteps: 4, audioSteps: 4, visionSteps: 4 });
  const split = dataset.splits.test!;
  for (const model of MODELS.filter(({ kind }) => kind === "network")) {
    using learner = new NetworkLearner(engine, model, dataset, smallSettings(model));
    const { network } = learner;
    const batches = [...batchOrder(split.samples, 4)];
    const tensors = tf.memory().numTensors;
    const { vectors } = await represent(engine, network, split, batches);
    assertEquals(tf.memory().numTensors, tensors, model.name);
    assertNotEquals(Object.keys(vectors), [], model.name);
    const of = tf.tidy(() => {
      const outputs = network.apply(readInputs(network, split, batches[1]!), null);
      return Object.keys(vectors).map((task) => {
        const feature = outputs[`feature.${task}`]!;
        assertEquals(feature.rank, 2, `${model.name} ${task}`);
        return [task, [...feature.dataSync()]];
      });
    });
    const second = Object.entries(vectors).map(([task, { width, values }]) =>
      [task, [...values.subarray(4 * width, 8 * width)]] as const
    );
    assertEquals(Object.fromEntries(second), Object.fromEntries(of), model.name);
  }
});

Deno.test("a model without representations is refused by name", async () => {
  await withFolder(async (out) => {
    const engine = await openEngine({ engine: "cpu" });
    const dataset = smallData();
    const { summary } = await train(engine, dataset, out, {
      model: "constant",
      settings: { value: "mean" },
    });
    using run = openRun(summary.path, engine);
    await assertRejects(
      () => run.represent(dataset.splits.test!),
      UsageError,
      "constant has no representations, expected a network",
    );
  });
});
