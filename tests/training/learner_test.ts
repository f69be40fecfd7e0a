import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { batchOrder } from "../../lib/data/mod.ts";
import { forEachEngine } from "../engine/engines.ts";
import { smallData, valuesOf } from "../models/small.ts";
import { SmallLearner } from "./small.ts";

const NO_DROPOUT = { postFusionDropout: 0, postTextDropout: 0, postAudioDropout: 0 };

forEachEngine(
  "step() sums the gradients of 4 micro-batches to 4 times the mean gradient",
  async (engine) => {
    const dataset = smallData({ n: 20 });
    const gradients: Record<string, Float32Array>[] = [];
    for (const batchSize of [5, 20]) {
      using learner = new SmallLearner(engine, dataset, {
        ...NO_DROPOUT,
        batchSize,
        updateEpochs: 4,
      });
      // No optimizer step: the last batch is told to be in the middle of a group.
      const train = dataset.splits.train!;
      for (const [i, indices] of batchOrder(train.samples, batchSize).entries()) {
        await learner.step(train, indices, {
          epoch: 1,
          batch: i + 1,
          startsGroup: i === 0,
          endsGroup: false,
        });
      }
      assertEquals(learner.optimizerSteps, 0);
      gradients.push(await valuesOf(learner.gradients));
    }
    const [sum, mean] = gradients as [typeof gradients[0], typeof gradients[0]];
    for (const [name, values] of Object.entries(sum)) {
      const largest = Math.max(...values.map(Math.abs));
      values.forEach((value, i) =>
        assertAlmostEquals(value, 4 * mean[name]![i]!, 1e-6 + 1e-5 * largest, name)
      );
    }
    assert(sum["post_fusion_layer_1.weight"]!.some((value) => value !== 0));
  },
);

forEachEngine("step() starts a new sum at the start of a group", async (engine) => {
  const dataset = smallData();
  const train = dataset.splits.train!;
  const [first, second] = batchOrder(train.samples, 5) as [Uint32Array, Uint32Array];
  const gradientsAfter = async (...batches: [Uint32Array, boolean][]) => {
    using learner = new SmallLearner(engine, dataset, NO_DROPOUT);
    for (const [indices, startsGroup] of batches) {
      await learner.step(train, indices, { epoch: 1, batch: 1, startsGroup, endsGroup: false });
    }
    return await valuesOf(learner.gradients);
  };
  const alone = await gradientsAfter([second, true]);
  assertEquals(await gradientsAfter([first, true], [second, true]), alone);
  const name = "post_fusion_layer_3.weight";
  const both = (await gradientsAfter([first, true], [second, false]))[name]!;
  assert(both.some((value, i) => value !== alone[name]![i]));
});

forEachEngine(
  "step() changes parameters and moments at the end of a group only",
  async (engine) => {
    const dataset = smallData();
    const train = dataset.splits.train!;
    using learner = new SmallLearner(engine, dataset);
    const watched = () => valuesOf([...learner.network.parameters, ...learner.optimizer.slots]);
    const start = await watched();
    const indices = Uint32Array.of(0, 1, 2, 3, 4);
    await learner.step(train, indices, { epoch: 1, batch: 1, startsGroup: true, endsGroup: false });
    assertEquals([await watched(), learner.optimizerSteps], [start, 0]);
    await learner.step(train, indices, { epoch: 1, batch: 2, startsGroup: false, endsGroup: true });
    assertEquals(learner.optimizerSteps, 1);
    const end = await watched();
    for (const name of Object.keys(start)) {
      const isSame = start[name]!.every((value, i) => value === end[name]![i]);
      // Without gradient and without decay nothing moves: vision has 1e-3 of decay here, all do.
      assert(!isSame, name);
    }
  },
);

forEachEngine(
  "step() gives the loss, its parts and the scores before the update",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, { ...NO_DROPOUT, updateEpochs: 1 });
    const train = dataset.splits.train!;
    const indices = Uint32Array.of(4, 2, 0);
    const expected = await learner.predict(train, [indices]);
    const { loss, parts, scores } = await learner.step(
      train,
      indices,
      { epoch: 1, batch: 1, startsGroup: true, endsGroup: true },
    );
    scores["fusion"]!.forEach((score, i) => assertAlmostEquals(score, expected[i]!, 1e-6));
    const errors = [...indices].map((index, i) => Math.abs(expected[i]! - train.labels![index]!));
    const mae = errors.reduce((sum, error) => sum + error, 0) / 3;
    assertAlmostEquals(parts["fusion"]!, mae, 1e-6);
    assertAlmostEquals(loss, mae, 1e-6);
    assertEquals(parts["text"], 0);
  },
);

forEachEngine(
  "step() has masks that depend on epoch and batch, not on what was before",
  async (engine) => {
    const dataset = smallData();
    const train = dataset.splits.train!;
    using learner = new SmallLearner(engine, dataset, { postFusionDropout: 0.5 });
    const scoreAt = async (epoch: number, batch: number) => {
      const place = { epoch, batch, startsGroup: true, endsGroup: false };
      return (await learner.step(train, Uint32Array.of(0, 1, 2), place)).scores["fusion"]!;
    };
    const first = await scoreAt(1, 1);
    const others = [await scoreAt(1, 2), await scoreAt(2, 1)];
    assertEquals(await scoreAt(1, 1), first);
    for (const other of others) assert(other.some((value, i) => value !== first[i]));
  },
);

forEachEngine(
  "predict() gives the same scores in batches of any size, in their order",
  async (engine) => {
    const dataset = smallData();
    const test = dataset.splits.test!;
    using learner = new SmallLearner(engine, dataset);
    const inOne = await learner.predict(test, batchOrder(11, 11));
    assertEquals(inOne.length, 11);
    for (const batchSize of [1, 4, 10]) {
      const scores = await learner.predict(test, batchOrder(11, batchSize));
      scores.forEach((score, i) => assertAlmostEquals(score, inOne[i]!, 1e-6));
    }
    const backwards = await learner.predict(test, [[10, 9, 8], [7, 6, 5, 4, 3, 2, 1, 0]]);
    backwards.forEach((score, i) => assertAlmostEquals(score, inOne[10 - i]!, 1e-6));
    assertEquals(await learner.predict(test, []), new Float32Array(0));
  },
);

forEachEngine(
  "a group of one batch ends in the same weights, with and without sums",
  async (engine) => {
    const dataset = smallData();
    const ends: Awaited<ReturnType<typeof valuesOf>>[] = [];
    for (const holdsGradients of [true, false]) {
      using learner = new SmallLearner(engine, dataset, { updateEpochs: 1 });
      learner.holdsGradients = holdsGradients;
      for (const epoch of [1, 2]) await learner.epoch(dataset, epoch);
      const names = [...learner.variables()].map(([name]) => name);
      assertEquals(names.some((name) => name.startsWith("gradient/")), holdsGradients);
      ends.push(await valuesOf([...learner.network.parameters, ...learner.optimizer.slots]));
    }
    for (const [name, values] of Object.entries(ends[0]!)) {
      values.forEach((value, i) => assertAlmostEquals(ends[1]![name]![i]!, value, 1e-5, name));
    }
  },
);

forEachEngine("predict() changes nothing", async (engine) => {
  const dataset = smallData();
  using learner = new SmallLearner(engine, dataset);
  await learner.epoch(dataset, 1);
  const before = await valuesOf(learner.variables());
  await learner.predict(dataset.splits.test!, [[0, 1, 2]]);
  assertEquals(await valuesOf(learner.variables()), before);
});

forEachEngine("variables() names everything that training changes, once", async (engine) => {
  const dataset = smallData();
  using learner = new SmallLearner(engine, dataset, { updateEpochs: 1 });
  learner.holdsGradients = true;
  learner.makeSums();
  const names = [...learner.variables()].map(([name]) => name);
  assertEquals(new Set(names).size, names.length);
  const before = await valuesOf(learner.variables());
  const counted = tf.memory().numTensors;
  for (const epoch of [1, 2, 3]) await learner.epoch(dataset, epoch);
  assertEquals(tf.memory().numTensors, counted);
  const after = await valuesOf(learner.variables());
  const unchanged = names.filter((name) => before[name]!.every((v, i) => v === after[name]![i]));
  // Annotated labels never change, class counts need not, and no batch was skipped.
  const isQuiet = (name: string) => /^memory\/(labels\.fusion|class_count\.|skipped\.)/.test(name);
  assertEquals(unchanged.filter((name) => !isQuiet(name)), []);
  assert(unchanged.includes("memory/labels.fusion"));
});
