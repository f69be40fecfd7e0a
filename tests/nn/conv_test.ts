import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { Conv1d, conv1d, maskedMaxPool } from "../../lib/nn/conv.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

/** One sample, one channel, one filter of the given entries. */
function convolve(x: number[], filter: number[], padding: "valid" | "same"): number[] {
  return tf.tidy(() => {
    const input = tf.tensor3d(x, [1, x.length, 1]);
    const weight = tf.tensor3d(filter, [1, 1, filter.length]);
    return [...conv1d(input, weight, tf.tensor1d([10]), padding).dataSync()];
  });
}

/** One filter's outputs, one sample. */
function pool(y: number[], length: number, size: number, padding: "valid" | "same"): number[] {
  return tf.tidy(() => {
    const lengths = tf.tensor1d([length], "int32");
    return [...maskedMaxPool(tf.tensor3d(y, [1, y.length, 1]), lengths, size, padding).dataSync()];
  });
}

forEachEngine("conv1d() slides the filter without turning it round", () => {
  assertEquals(convolve([1, 2, 4], [100, 1], "valid"), [112, 214]);
  assertEquals(convolve([1, 2, 4], [1], "same"), [11, 12, 14]);
});

forEachEngine("conv1d() with same padding has the extra zero of an even filter at the end", () => {
  assertEquals(convolve([1, 2, 4], [100, 10, 1], "same"), [22, 134, 250]);
  assertEquals(convolve([1, 2, 4], [100, 1], "same"), [112, 214, 410]);
  assertEquals(convolve([3], [1, 10, 100], "same"), [40]);
});

forEachEngine("conv1d() with valid padding refuses fewer steps than the filter has", () => {
  assertEquals(convolve([1, 2], [1, 1], "valid"), [13]);
  assertThrows(
    () => convolve([1], [1, 1], "valid"),
    RangeError,
    'Cannot convolve 1 steps with a filter of 2 and "valid" padding: expected at least 2 steps',
  );
});

forEachEngine("maskedMaxPool() sees windows of true steps only, and at least one", () => {
  const y = [1, 2, 3, 9];
  assertEquals(pool(y, 3, 2, "same"), [3]);
  assertEquals(pool(y, 3, 2, "valid"), [2]);
  assertEquals(pool(y, 1, 3, "valid"), [1]);
  assertEquals(pool([-1, -2, 5], 2, 1, "same"), [0]);
});

forEachEngine("maskedMaxPool() gives the gradient of a tie to the first of its places", () => {
  tf.tidy(() => {
    const lengths = tf.tensor1d([3], "int32");
    const of = (y: tf.Tensor) => tf.sum(maskedMaxPool(y as tf.Tensor3D, lengths, 1, "same"));
    const gradient = (y: number[]) => [...tf.grad(of)(tf.tensor3d(y, [1, 4, 1])).dataSync()];
    assertEquals(gradient([1, 2, 2, 2]), [0, 1, 0, 0]);
    assertEquals(gradient([-1, -1, -1, 7]), [0, 0, 0, 0]);
  });
});

forEachEngine("Conv1d starts within U(−1/√(in · size), 1/√(in · size)) and can learn", () => {
  const parameters = new Parameters();
  const sizes = { inputs: 4, outputs: 50, size: 9 };
  const layer = new Conv1d(parameters, "conv", sizes, "same", RandomStream.fromSeed(1));
  assertEquals(parameters.names(), ["conv.weight", "conv.bias"]);
  const values = layer.weight.dataSync();
  assert(values.every((value) => Math.abs(value) <= 1 / 6) && Math.max(...values) > 0.16);
  tf.tidy(() => {
    const [x, lengths] = [tf.ones([2, 6, 4]) as tf.Tensor3D, tf.tensor1d([6, 2], "int32")];
    const { grads } = tf.variableGrads(() => tf.sum(layer.pooled(x, lengths)) as tf.Scalar);
    assertEquals(Object.values(grads).map(({ shape }) => shape), [[50, 4, 9], [50]]);
  });
  parameters.dispose();
});
