/**
 * What every network has to do, whatever it computes: forms and small sizes follow from the rules of
 * its settings. Several test files share the models, since files run beside each other.
 */

import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { RandomStream } from "../../lib/core/random.ts";
import { batchOrder, type FeatureColumn, MemoryColumn, MODALITIES } from "../../lib/data/mod.ts";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { mae } from "../../lib/evaluation/mod.ts";
import { type ModelDefinition, MODELS, type Setting } from "../../lib/models/mod.ts";
import { canDoWith } from "../../lib/training/requirements.ts";
import { fit } from "../../lib/training/trainer.ts";
import { assignWeights, copyWeights } from "../../lib/training/weights.ts";
import { forEachEngine, HAS_TENSORFLOW, onCpu } from "../engine/engines.ts";
import { withFolder } from "../training/small.ts";
import { NetworkLearner, plainSettings, smallSettings, variantsOf } from "./networks.ts";
import { relabelled, smallData, valuesOf, withSplits } from "./small.ts";

type Settings = Readonly<Record<string, Setting>>;

/** The column with `more` steps, and junk in all that lie beyond the true lengths. */
function padded(column: FeatureColumn, more: number): FeatureColumn {
  const { samples, width, lengths } = column;
  const steps = column.steps + more;
  const values = new Float32Array(samples * steps * width).fill(1e3);
  const row = new Float32Array(column.steps * width);
  for (let i = 0; i < samples; i++) {
    column.read([i], row);
    values.set(row.subarray(0, lengths[i]! * width), i * steps * width);
  }
  return new MemoryColumn(values, { samples, steps, width }, lengths);
}

/** Registers a long test once, on the faster engine: what engines compute is compared elsewhere. */
function onFastest(name: string, test: (engine: Engine) => Promise<void>): void {
  const engine = HAS_TENSORFLOW ? "tensorflow" : "cpu";
  Deno.test(`${name} [${engine}]`, async () => await test(await openEngine({ engine })));
}

/** Networks of so many small ops that compiling them takes minutes of all tests. */
const LONG_TO_RECORD: readonly string[] = ["bbfn", "mult", "tetfn", "tfr-net"];

/** Number of files that share the models. */
const SHARES = 4;

/** Registers the contract's tests of every network that falls to one of the files, from 1. */
export function holdShareToContract(share: number): void {
  const networks = MODELS.filter(({ kind }) => kind === "network");
  networks.filter((_, i) => i % SHARES === share - 1).forEach(holdToContract);
}

/** Registers the contract's tests of a model: the long ones for its first form, the rest for all. */
export function holdToContract(model: ModelDefinition): void {
  holdToLearning(model);
  // What an engine may do wrong, it does in the first form too.
  variantsOf(model).forEach((variant, i) =>
    holdToRepeating(model, variant, i === 0 ? forEachEngine : onCpu)
  );
}

/** It learns what can be learned, from whatever modalities there are. */
function holdToLearning(model: ModelDefinition): void {
  const { name } = model;
  const small = smallSettings(model);
  onFastest(`${name} overfits 8 samples`, async (engine) => {
    const dataset = smallData({ n: 8, noise: 1 });
    using learner = new NetworkLearner(
      engine,
      model,
      dataset,
      { ...plainSettings(model), batchSize: 8, updateEpochs: 1 },
    );
    let error = Infinity;
    for (let epoch = 1; epoch <= 150 && error >= 0.15; epoch++) {
      error = (await learner.epoch(dataset, epoch))[0]!.parts["fusion"]!;
    }
    assert(error < 0.15, `${error}`);
  });

  onFastest(`${name} learns labels, and cannot learn shuffled ones`, async (engine) => {
    const dataset = smallData({ n: 64, seed: 5 });
    const train = dataset.splits.train!, test = dataset.splits.test!;
    const order = RandomStream.fromSeed(1).permutation(train.samples);
    const shuffled = relabelled(train, (_, i) => train.labels![order[i]!]!);
    const middle = train.labels!.toSorted()[train.samples >> 1]!;
    const floor = mae(new Float32Array(test.samples).fill(middle), test.labels!);
    const errors: number[] = [];
    for (const split of [train, shuffled]) {
      const data = withSplits(dataset, { train: () => split });
      using learner = new NetworkLearner(
        engine,
        model,
        data,
        { ...small, batchSize: 16, updateEpochs: 1 },
      );
      for (let epoch = 1; epoch <= 20; epoch++) await learner.epoch(data, epoch);
      errors.push(mae(await learner.predict(test, batchOrder(test.samples, 16)), test.labels!));
    }
    const [honest, none] = errors as [number, number];
    assert(honest < 0.65 * floor, `${honest} against ${floor}`);
    assert(none > 0.9 * floor, `${none} against ${floor}`);
  });

  // A network may hand on such data as they are, which a compiled step returns in its own way.
  const onEngine = LONG_TO_RECORD.includes(name) ? onCpu : onFastest;
  onEngine(`${name} trains on modalities of the same steps`, async (engine) => {
    const dataset = smallData({ n: 11, textSteps: 4, audioSteps: 4, visionSteps: 4 });
    using learner = new NetworkLearner(engine, model, dataset, small);
    for (const epoch of [1, 2]) {
      const results = await learner.epoch(dataset, epoch);
      assert(results.every(({ loss }) => Number.isFinite(loss)));
    }
  });

  onCpu(
    `${name} takes every set of modalities, and a last batch of one`,
    async (engine) => {
      const dataset = smallData({ n: 11 });
      for (let bits = 1; bits < 8; bits++) {
        const modalities = MODALITIES.filter((_, i) => (bits >> i) & 1);
        if (!canDoWith(model, modalities)) continue;
        using learner = new NetworkLearner(engine, model, dataset, small, modalities);
        const { network } = learner;
        assertEquals(Object.keys(network.reads), modalities);
        const grouped = network.trainedGroups.flatMap((group) => group.parameters);
        const all = [...grouped, ...network.frozen];
        assertEquals(all.toSorted(), network.parameters.names().toSorted());
        for (const epoch of [1, 2]) {
          const results = await learner.epoch(dataset, epoch);
          assertEquals(results.length, 3);
          assert(results.every(({ loss }) => Number.isFinite(loss)));
        }
        const scores = await learner.predict(dataset.splits.test!, [[0], [1, 2]]);
        assert(scores.length === 3 && scores.every(Number.isFinite));
      }
    },
  );
}

/** It gives the same again: with padding, after a resume, on another engine, without leaks. */
function holdToRepeating(
  model: ModelDefinition,
  variant: Settings,
  forEngines: typeof onCpu,
): void {
  const settings = { ...smallSettings(model), ...variant };
  const words = Object.entries(variant).map(([key, value]) => `${key} ${value}`);
  const form = [model.name, ...words].join(" ");

  forEngines(
    `${form} predicts the same whatever lies beyond the true lengths`,
    async (engine) => {
      const dataset = smallData();
      using learner = new NetworkLearner(engine, model, dataset, settings);
      if (learner.network.seesPadding) {
        // Some are published so; a form of their own must not.
        assert(model.settings["mode"]?.values?.includes("robust") && settings["mode"] !== "robust");
        return;
      }
      const split = dataset.splits.valid!;
      const expected = await learner.predict(split, [[0, 1, 2], [3, 4]]);
      for (const more of [0, 9]) {
        const features = Object.fromEntries(MODALITIES.map((modality) => [
          modality,
          padded(split.features[modality]!, more),
        ]));
        const scores = await learner.predict({ ...split, features }, [[0, 1, 2], [3, 4]]);
        scores.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-5));
      }
    },
  );

  forEngines(`${form} resumes and ends in the same bits`, async (engine) => {
    const dataset = smallData({ n: 15 });
    const { train, valid } = dataset.splits;
    await withFolder(async (folder) => {
      const run = async (stopAfter: number | null, resume: boolean, path: string) => {
        using learner = new NetworkLearner(engine, model, dataset, settings);
        const controller = new AbortController();
        await fit(learner, train!, valid!, {
          settings: learner.loop,
          engine: engine.name,
          random: learner.random,
          evaluate: (predictions, labels) => ({ mae: mae(predictions, labels) }),
          checkpoint: { path: join(folder, path), seconds: 0, resume },
          signal: controller.signal,
          onEpoch: ({ epoch }) => {
            if (epoch === stopAfter) controller.abort(new Error("enough"));
          },
        });
        return await valuesOf(learner.variables());
      };
      const whole = await run(null, false, "whole");
      // Two stages take epochs 1 to 4, and 5 to 8.
      for (const stop of variant["stages"] === "sequential" ? [2, 4, 6] : [2]) {
        await assertRejects(() => run(stop, false, `parts ${stop}`), Error, "enough");
        assertEquals(await run(null, true, `parts ${stop}`), whole);
      }
    });
  });

  forEngines(`${form} frees all its tensors`, async (engine) => {
    const dataset = smallData();
    const before = tf.memory().numTensors;
    {
      using learner = new NetworkLearner(engine, model, dataset, settings);
      await learner.epoch(dataset, 1);
      const during = tf.memory().numTensors;
      await learner.epoch(dataset, 2);
      assertEquals(tf.memory().numTensors, during, "a step leaves nothing behind");
    }
    assertEquals(tf.memory().numTensors, before);
  });

  Deno.test({
    name: `${form} has the same loss, gradients and scores on each engine, compiled or not` +
      (HAS_TENSORFLOW ? "" : " (skipped: there is no second engine)"),
    ignore: !HAS_TENSORFLOW,
    fn: async () => {
      const dataset = smallData();
      const whole = { ...settings, batchSize: 21, updateEpochs: 1 };
      using first = new NetworkLearner(await openEngine({ engine: "cpu" }), model, dataset, whole);
      for (const epoch of [1, 2]) await first.epoch(dataset, epoch);
      const state = await copyWeights(first.variables());
      const seen: Record<string, Float32Array>[] = [];
      // Checked steps run compiled and op by op, and are compared within.
      for (const [engine, steps] of [["cpu", "eager"], ["tensorflow", "checked"]] as const) {
        const opened = await openEngine({ engine, steps });
        using learner = new NetworkLearner(opened, model, dataset, whole);
        learner.holdsGradients = true;
        assignWeights(learner.variables(), state, "the state of epoch 2");
        const scores = await learner.predict(dataset.splits.test!, [[0, 1, 2, 3, 4]]);
        const loss = Float32Array.of((await learner.epoch(dataset, 3))[0]!.loss);
        const changed = await valuesOf([
          ...learner.gradients,
          ...learner.network.memory,
          ...learner.network.buffers,
        ]);
        seen.push({ loss, scores, ...changed });
      }
      for (const [key, values] of Object.entries(seen[0]!)) {
        const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-2);
        values.forEach((value, i) =>
          assertAlmostEquals(seen[1]![key]![i]!, value, 2e-4 * largest, key)
        );
      }
    },
  });
}
