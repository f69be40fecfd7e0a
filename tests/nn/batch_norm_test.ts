import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { BatchNorm } from "../../lib/nn/batch_norm.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine, valuesOf } from "../engine/engines.ts";
import { WEBGPU } from "../engine/webgpu.ts";

function make(channels: number) {
  const parameters = new Parameters(), buffers = new Parameters(false);
  const norm = new BatchNorm(parameters, buffers, "norm", channels);
  const noise = {
    stream: RandomStream.fromSeed(1),
    counter: tf.tensor1d([0, 0, 1, 1], "int32"),
  };
  return {
    norm,
    parameters,
    buffers,
    noise,
    [Symbol.dispose]: () => {
      parameters.dispose();
      buffers.dispose();
      noise.counter.dispose();
    },
  };
}

/** As PyTorch computes it: the mean over batch and width of each channel, and so on. */
function reference(rows: readonly (readonly number[])[]) {
  const n = rows[0]!.length;
  return rows.map((values) => {
    const mean = values.reduce((a, b) => a + b) / n;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n;
    return {
      normal: values.map((x) => (x - mean) / Math.sqrt(variance + 1e-5)),
      runningMean: 0.1 * mean,
      runningVariance: 0.9 + 0.1 * variance * n / (n - 1),
    };
  });
}

forEachEngine(
  "BatchNorm normalizes columns by the batch, and moves the running statistics",
  async () => {
    using made = make(2);
    const { norm, buffers, noise } = made;
    const columns = [[1, 4, -2, 8], [0.5, 0.25, 0, -3]];
    const x = () => tf.transpose(tf.tensor2d(columns)) as tf.Tensor2D;
    const values = await valuesOf(() => norm.apply(x(), noise));
    const expected = reference(columns);
    values.forEach((value, i) => assertAlmostEquals(value, expected[i % 2]!.normal[i >> 1]!, 1e-5));
    const mean = await buffers.get("norm.running_mean").data();
    const variance = await buffers.get("norm.running_var").data();
    expected.forEach(({ runningMean, runningVariance }, i) => {
      assertAlmostEquals(mean[i]!, runningMean, 1e-6);
      assertAlmostEquals(variance[i]!, runningVariance, 1e-5);
    });
    // Outside training the running statistics hold, and stay.
    const [first] = await valuesOf(() => norm.apply(x(), null));
    assertAlmostEquals(first!, (1 - mean[0]!) / Math.sqrt(variance[0]! + 1e-5), 1e-5);
    assertEquals(await buffers.get("norm.running_mean").data(), mean);
  },
  WEBGPU,
);

forEachEngine("BatchNorm of [batch, channels, width] takes batch and width together", async () => {
  using made = make(2);
  const { norm, noise } = made;
  const x = [[[1, 2, 3], [0, 5, 0]], [[7, 8, 9], [1, 1, 2]]];
  const values = await valuesOf(() => norm.apply(tf.tensor3d(x), noise));
  const expected = reference([0, 1].map((channel) => x.flatMap((sample) => sample[channel]!)));
  const flat = [0, 1].flatMap((sample) =>
    expected.flatMap(({ normal }) => normal.slice(3 * sample, 3 * sample + 3))
  );
  values.forEach((value, i) => assertAlmostEquals(value, flat[i]!, 1e-5));
});

forEachEngine("BatchNorm has the gradient of finite differences", () => {
  using made = make(3);
  const { norm, noise } = made;
  const random = RandomStream.fromSeed(2);
  const start = random.normalArray(12), dy = tf.tensor2d(random.normalArray(12), [4, 3]);
  const loss = (x: tf.Tensor) => tf.sum(tf.mul(norm.apply(x as tf.Tensor2D, noise), dy));
  tf.tidy(() => {
    const gradient = tf.grad(loss)(tf.tensor2d(start, [4, 3])).dataSync();
    const at = (i: number, step: number) =>
      loss(tf.tensor2d(start.map((v, j) => v + (i === j ? step : 0)), [4, 3])).dataSync()[0]!;
    gradient.forEach((value, i) =>
      assertAlmostEquals(value, (at(i, 0.01) - at(i, -0.01)) / 0.02, 5e-3)
    );
  });
  dy.dispose();
});

forEachEngine("BatchNorm takes the running statistics for a batch of a single value", async () => {
  using made = make(1);
  const { norm, buffers, noise } = made;
  const [value] = await valuesOf(() => norm.apply(tf.tensor2d([[4]]), noise));
  assertAlmostEquals(value!, 4, 1e-4);
  assertEquals([...await buffers.get("norm.running_mean").data()], [0]);
});
