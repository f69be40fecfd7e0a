import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { NonFiniteLossError, UsageError } from "../../lib/core/errors.ts";
import type { Split } from "../../lib/data/mod.ts";
import { type Engine, openEngine } from "../../lib/engine/mod.ts";
import { mae, PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { checkpointPause, fit, type FitResult } from "../../lib/training/trainer.ts";
import { copyWeights, type Weights } from "../../lib/training/weights.ts";
import { forEachEngine } from "../engine/engines.ts";
import { relabelled, smallData, valuesOf, withSplits } from "../models/small.ts";
import { fitOptions, fitSmall, SmallLearner } from "./small.ts";

/** The split whose audio passes through `change`, which may look at what is read. */
function withAudio(
  split: Split,
  change: (indices: ArrayLike<number>, values: Float32Array) => void,
): Split {
  const audio = new Proxy(split.features.audio!, {
    get: (column, key) => {
      const value = Reflect.get(column, key, column);
      if (typeof value !== "function") return value;
      return (indices: ArrayLike<number>, target: Float32Array, ...rest: unknown[]) => {
        value.call(column, indices, target, ...rest);
        change(indices, target);
      };
    },
  });
  return { ...split, features: { ...split.features, audio } };
}

/** What a training ends in: best weights, everything that a resume needs, losses. */
async function trainOnce(engine: Engine, seed: number): Promise<unknown> {
  const dataset = smallData();
  using learner = new SmallLearner(engine, dataset, {}, { seed });
  const { history, bestEpoch } = await fitSmall(learner, dataset);
  const losses = history.map(({ trainLoss, trainParts, valid }) => [trainLoss, trainParts, valid]);
  return { bestEpoch, losses, variables: await valuesOf(learner.variables()) };
}

forEachEngine(
  "fit() ends in the same bytes for one seed, in others for another",
  async (engine) => {
    const first = await trainOnce(engine, 1111);
    assertEquals(await trainOnce(engine, 1111), first);
    const other = await trainOnce(engine, 1112) as { variables: Record<string, Float32Array> };
    const { variables } = first as typeof other;
    for (const name of ["post_fusion_layer_1.weight", "audio_model.rnn.weight_ih_l0"]) {
      const key = `parameter/${name}`;
      assert(other.variables[key]!.every((value, i) => value !== variables[key]![i]), name);
    }
  },
);

forEachEngine(
  "fit() reads every sample once an epoch, in another order each time",
  async (engine) => {
    const dataset = smallData();
    const orders = async (seed: number): Promise<number[][]> => {
      const read: number[] = [];
      const train = withAudio(
        dataset.splits.train!,
        (indices) => read.push(...Array.from(indices)),
      );
      using learner = new SmallLearner(engine, dataset, { epochs: 3 }, { seed });
      await fit(learner, train, dataset.splits.valid!, fitOptions(learner));
      return [0, 21, 42].map((start) => read.slice(start, start + 21));
    };
    const epochs = await orders(1111);
    const inOrder = Array.from({ length: 21 }, (_, i) => i);
    for (const order of epochs) assertEquals(order.toSorted((a, b) => a - b), inOrder);
    assert(epochs[0]!.join() !== epochs[1]!.join() && epochs[1]!.join() !== epochs[2]!.join());
    assert(epochs[0]!.join() !== inOrder.join());
    assert((await orders(1112))[0]!.join() !== epochs[0]!.join());
    assertEquals(await orders(1111), epochs);
  },
);

forEachEngine(
  "fit() stops at the limit of epochs and tells of each batch and epoch",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, { epochs: 2 });
    const told: string[] = [];
    const { history } = await fitSmall(learner, dataset, {
      onStart: (finished) => told.push(`start ${finished}`),
      onBatch: (epoch, samples, loss) => {
        assert(loss > 0);
        told.push(`${epoch}: ${samples}`);
      },
      onEpoch: (record, all) => told.push(`epoch ${record.epoch} of ${all.length}`),
    });
    const batches = (epoch: number) => [7, 14, 21].map((samples) => `${epoch}: ${samples}`);
    assertEquals(told, ["start 0", ...batches(1), "epoch 1 of 1", ...batches(2), "epoch 2 of 2"]);
    assertEquals(history.length, 2);
  },
);

forEachEngine(
  "fit() records the mean of the batch losses, the parts and the rates",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, { epochs: 2 });
    const means: number[] = [];
    const { history } = await fitSmall(learner, dataset, {
      onBatch: (_, samples, loss) => samples === 21 ? means.push(loss) : null,
    });
    assertEquals(history.map(({ trainLoss }) => trainLoss), means);
    for (const [i, mean] of means.entries()) {
      const losses = learner.losses.slice(3 * i, 3 * i + 3);
      assertAlmostEquals(mean, losses.reduce((sum, loss) => sum + loss, 0) / 3, 1e-9);
    }
    for (const { trainLoss, trainParts, seconds, learningRates } of history) {
      assertEquals(Object.keys(trainParts), ["fusion", "text", "audio", "vision"]);
      const sum = Object.values(trainParts).reduce((sum, part) => sum + part, 0);
      assertAlmostEquals(sum, trainLoss, 1e-5);
      assert(seconds.train > 0 && seconds.valid > 0);
      assertEquals(learningRates, { audio: 1e-2, vision: 1e-2, other: 1e-2 });
    }
    assertEquals(history[0]!.trainParts["text"], 0);
  },
);

/** Trains with these validation errors instead of the true ones; notes the weights of each epoch. */
async function fitScripted(
  engine: Engine,
  errors: readonly number[],
  earlyStop: number,
): Promise<{ result: FitResult; after: Weights[]; best: number[]; end: Weights }> {
  const dataset = smallData({ n: 7 });
  using learner = new SmallLearner(engine, dataset, { earlyStop, epochs: 50, updateEpochs: 1 });
  const after: Weights[] = [];
  const best: number[] = [];
  const result = await fitSmall(learner, dataset, {
    loss: () => errors[after.length]!,
    onBest: (_, epoch) => best.push(epoch),
    onEpoch: () =>
      after.push(
        new Map([...learner.network.parameters].map(([name, variable]) => [
          name,
          { shape: [...variable.shape], values: Float32Array.from(variable.dataSync()) },
        ])),
      ),
  });
  return { result, after, best, end: await copyWeights(learner.network.parameters) };
}

forEachEngine("fit() stops early and leaves the weights of the best epoch", async (engine) => {
  const errors = [3, 2, 2, 2.5, 1, 4, 4, 4];
  const { result, after, best, end } = await fitScripted(engine, errors, 3);
  assertEquals([result.bestEpoch, result.history.length, best], [5, 8, [1, 2, 5]]);
  assertEquals(result.history.map(({ validLoss }) => validLoss), errors);
  assertEquals(end, after[4]);
  assert(JSON.stringify([...end]) !== JSON.stringify([...after[7]!]), "training went on after it");
});

forEachEngine(
  "fit() finds the best epoch by the raw error, where the metric clips",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, { epochs: 3 });
    const raw: number[] = [];
    const { history, bestEpoch } = await fitSmall(learner, dataset, {
      evaluate: (predictions, labels) => {
        raw.push(mae(predictions, labels));
        return PROTOCOLS.sims.evaluate(predictions.map((score) => 9 * score), labels).values;
      },
    });
    assertEquals(history.map(({ validLoss }) => validLoss), raw);
    assertEquals(raw[bestEpoch - 1], Math.min(...raw));
    assert(history.every(({ valid, validLoss }) => valid["mae"] !== validLoss));
  },
);

forEachEngine("fit() keeps the earlier of equal epochs", async (engine) => {
  const { result, after, end } = await fitScripted(engine, [2, 2, 2], 2);
  assertEquals([result.bestEpoch, result.history.length], [1, 3]);
  assertEquals(end, after[0]);
});

forEachEngine(
  "fit() steps after every group; the trailing one steps in robust mode only",
  async (engine) => {
    const dataset = smallData();
    for (const [mode, steps] of [["reference", 1], ["robust", 2]] as const) {
      using learner = new SmallLearner(engine, dataset, { mode, epochs: 1 });
      await fitSmall(learner, dataset);
      assertEquals(learner.optimizerSteps, steps, mode);
    }
  },
);

forEachEngine(
  "fit() takes the last batch's labels and features where it drops its gradient",
  async (engine) => {
    const dataset = smallData();
    // Sample 20 is in the last batch, whose group is not complete.
    const changed = withSplits(dataset, {
      train: (split) => relabelled(split, (label, i) => i === 20 ? -label - 1 : label),
    });
    for (const mode of ["reference", "robust"]) {
      const seen: Record<string, Float32Array>[] = [];
      for (const data of [dataset, changed]) {
        using learner = new SmallLearner(engine, data, { mode });
        await learner.epoch(data, 1);
        seen.push(await valuesOf([...learner.network.parameters, ...learner.network.memory]));
      }
      const [before, after] = seen as [typeof seen[0], typeof seen[0]];
      const name = "post_fusion_layer_1.weight";
      const isSame = before[name]!.every((value, i) => value === after[name]![i]);
      assertEquals(isSame, mode === "reference", mode);
      assert(before["labels.text"]![20] !== after["labels.text"]![20]);
      assert(before["bank.text"]!.slice(-6).some((value) => value !== 0));
    }
  },
);

forEachEngine("fit() makes no tensors from epoch to epoch, and frees all", async (engine) => {
  const dataset = smallData();
  // What an engine keeps for itself after its first training is not counted.
  for (const isCounted of [false, true]) {
    const before = tf.memory().numTensors;
    const learner = new SmallLearner(engine, dataset, {
      batchSize: 11,
      epochs: 10,
      earlyStop: 10,
    });
    const { history } = await fitSmall(learner, dataset);
    learner[Symbol.dispose]();
    if (!isCounted) continue;
    assertEquals(history.length, 10);
    assertEquals(new Set(history.map(({ tensors }) => tensors)).size, 1);
    assertEquals(tf.memory().numTensors, before);
  }
});

forEachEngine(
  "fit() stops at a loss that is not finite and names samples and parts",
  async (engine) => {
    const dataset = smallData();
    let reads = 0;
    // 3 batches an epoch: the first batch of epoch 2 is the fourth.
    const seen: number[] = [];
    const train = withAudio(dataset.splits.train!, (indices, values) => {
      if (++reads !== 4) return;
      values.fill(NaN);
      seen.push(...Array.from(indices));
    });
    using learner = new SmallLearner(engine, dataset);
    const best: number[] = [];
    const options = fitOptions(learner, { onBest: (_, epoch) => best.push(epoch) });
    const error = await assertRejects(
      () => fit(learner, train, dataset.splits.valid!, options),
      NonFiniteLossError,
      "the loss of epoch 2, batch 1 is NaN (fusion, audio), expected a finite number",
    );
    const ids = seen.map((i) => train.ids[i]).join(", ");
    assert(ids.length > 20 && error.message.endsWith(`the samples are ${ids}`), error.message);
    assertEquals(best, [1]);
  },
);

forEachEngine(
  "fit() stops where the scores of valid are not finite, and names them",
  async (engine) => {
    const dataset = smallData();
    const valid = withAudio(dataset.splits.valid!, (_, values) => values.fill(NaN, 0, 3));
    using learner = new SmallLearner(engine, dataset);
    await assertRejects(
      () => fit(learner, dataset.splits.train!, valid, fitOptions(learner)),
      NonFiniteLossError,
      `after epoch 1, 1 of 5 scores of split "valid" are not finite, expected numbers; ` +
        `the samples are ${valid.ids[0]}`,
    );
  },
);

forEachEngine("fit() stops after the batch in which it was aborted", async (engine) => {
  const dataset = smallData();
  for (const [batch, expected] of [[0, 1], [2, 2], [3, 3]]) {
    using learner = new SmallLearner(engine, dataset);
    const controller = new AbortController();
    let batches = 0;
    if (batch === 0) controller.abort(new Error("enough"));
    const training = fitSmall(learner, dataset, {
      signal: controller.signal,
      onBatch: () => ++batches === batch ? controller.abort(new Error("enough")) : null,
    });
    await assertRejects(() => training, Error, "enough");
    assertEquals(batches, expected);
  }
});

forEachEngine("fit() is aborted between epochs, and not after the last one", async (engine) => {
  const dataset = smallData();
  for (const [epoch, isLast] of [[1, false], [2, true]] as const) {
    using learner = new SmallLearner(engine, dataset, { epochs: 2 });
    const controller = new AbortController();
    let epochs = 0;
    const training = fitSmall(learner, dataset, {
      signal: controller.signal,
      onEpoch: (record) => {
        epochs++;
        if (record.epoch === epoch) controller.abort(new Error("enough"));
      },
    });
    if (isLast) await training;
    else await assertRejects(() => training, Error, "enough");
    assertEquals([epochs, learner.losses.length], [epoch, 3 * epoch]);
  }
});

forEachEngine(
  "fit() gives timers and signals their turn, however short its epochs",
  async (engine) => {
    const dataset = smallData({ n: 7 });
    const limits = { epochs: 400, earlyStop: 400 };
    using learner = new SmallLearner(engine, dataset, limits);
    const controller = new AbortController();
    let epochs = 0;
    const training = fitSmall(learner, dataset, {
      signal: controller.signal,
      onEpoch: () => {
        if (++epochs === 2) setTimeout(() => controller.abort(new Error("enough")), 0);
      },
    });
    await assertRejects(() => training, Error, "enough");
    assert(epochs < limits.epochs / 4, `${epochs}`);
  },
);

forEachEngine(
  "fit() trains where a split has one sample, or the batch is larger",
  async (engine) => {
    const dataset = smallData({ n: 6 });
    const one = (split: Split): Split => ({
      ...split,
      samples: 1,
      ids: split.ids.slice(0, 1),
      labels: split.labels!.slice(0, 1),
    });
    const settings = { batchSize: 64, updateEpochs: 1, epochs: 3 };
    for (const data of [dataset, withSplits(dataset, { train: one, valid: one })]) {
      using learner = new SmallLearner(engine, data, settings);
      const { history } = await fitSmall(learner, data);
      assertEquals(history.length, 3);
      assert(history.every(({ trainLoss, valid }) => Number.isFinite(trainLoss + valid["mae"]!)));
      assertEquals(learner.optimizerSteps, 3);
    }
  },
);

forEachEngine("fit() refuses a split without labels", async (engine) => {
  const dataset = smallData();
  using learner = new SmallLearner(engine, dataset);
  const { train, valid } = dataset.splits;
  const bare = (split: Split): Split => ({ ...split, labels: null });
  const options = fitOptions(learner);
  for (
    const [a, b, name] of [[bare(train!), valid!, "train"], [
      train!,
      bare(valid!),
      "valid",
    ]] as const
  ) {
    await assertRejects(() => fit(learner, a, b, options), UsageError, `split "${name}" has no`);
  }
});

Deno.test("fit() saves less often where saving is slow: it takes a twentieth of the time at most", async () => {
  assertEquals([checkpointPause(10, 0.1), checkpointPause(10, 4), checkpointPause(0, 4)], [
    10,
    80,
    0,
  ]);
  const { renameSync } = Deno;
  const { now } = performance;
  let clock = 0;
  const saves: number[] = [];
  performance.now = () => clock;
  Deno.renameSync = (...paths) => {
    saves.push(clock / 1000);
    clock += 2000; // what a checkpoint with a BERT takes
    renameSync(...paths);
  };
  try {
    const folder = Deno.makeTempDirSync();
    using learner = new SmallLearner(await openEngine({ engine: "cpu" }), smallData());
    await fitSmall(learner, smallData(), {
      settings: { ...fitOptions(learner).settings, batchSize: 4, epochs: 30, earlyStop: 30 },
      checkpoint: { path: `${folder}/state`, seconds: 10, resume: false },
      onBatch: () => clock += 1000,
    });
    Deno.removeSync(folder, { recursive: true });
  } finally {
    performance.now = now;
    Deno.renameSync = renameSync;
  }
  // The first after 10 s, then 40 s after the end of the one before; the last is that of the end.
  assertEquals(saves.slice(0, 3), [10, 52, 94]);
});
