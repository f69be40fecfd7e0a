import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { clippingOf } from "../../lib/training/clipping.ts";
import { Learner } from "../../lib/training/learner.ts";
import { adamOf } from "../../lib/training/optimizer.ts";
import { forEachEngine } from "../engine/engines.ts";
import { NetworkLearner } from "../models/networks.ts";
import { smallData, valuesOf } from "../models/small.ts";

forEachEngine("gradients are clipped by value, by norm, or not at all", async () => {
  const gradients = [tf.tensor1d([3, -0.1]), tf.tensor1d([4])];
  const clipped = async (limits: Parameters<typeof clippingOf>[1]) => {
    const clipping = clippingOf(gradients, limits);
    if (clipping === null) return null;
    const values = await Promise.all(gradients.map((one) => clipping.of(one).data()));
    clipping.dispose();
    return values.flatMap((list) => [...list]);
  };
  assertEquals(await clipped({}), null);
  const byValue = await clipped({ clipValue: 0.5 });
  [0.5, -0.1, 0.5].forEach((value, i) => assertAlmostEquals(byValue![i]!, value, 1e-7));
  const byNorm = await clipped({ clipNorm: 1 });
  const norm = Math.hypot(3, 0.1, 4);
  [3, -0.1, 4].forEach((value, i) => assertAlmostEquals(byNorm![i]!, value / norm, 1e-5));
});

forEachEngine("a running sum is clipped after each batch, not only at the step", async (engine) => {
  const dataset = smallData();
  const train = dataset.splits.train!;
  const limit = 1e-3;
  const sums: Record<string, Float32Array>[] = [];
  // The gradients of two batches by themselves, then their sum with and without clipping.
  for (const [batches, limits] of [[[0], {}], [[1], {}], [[0, 1], { clipValue: limit }]] as const) {
    using holder = new NetworkLearner(engine, "self-mm", dataset, { updateEpochs: 2 });
    const { network, loop, random } = holder;
    const learner = new Learner(engine, network, adamOf(network, loop), random, limits);
    for (const [i, batch] of batches.entries()) {
      await learner.step(train, Uint32Array.of(3 * batch, 3 * batch + 1), {
        epoch: 1,
        batch: 1,
        startsGroup: i === 0,
        endsGroup: false,
      });
    }
    sums.push(await valuesOf(learner.gradients));
    learner.dispose();
  }
  const [first, second, both] = sums as [typeof sums[0], typeof sums[0], typeof sums[0]];
  const clip = (value: number) => Math.max(-limit, Math.min(limit, value));
  let bites = 0;
  for (const [name, values] of Object.entries(both!)) {
    values.forEach((value, i) => {
      const [a, b] = [first![name]![i]!, second![name]![i]!];
      const expected = clip(clip(a) + b);
      if (Math.abs(expected - clip(a + b)) > 1e-5) bites++;
      assertAlmostEquals(value, expected, 2e-6, name);
    });
  }
  assertEquals(bites > 0, true, "clipping each sum differs from clipping the last one");
});
