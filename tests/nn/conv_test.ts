import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { fillUniform } from "../../lib/core/philox.ts";
import { RandomStream } from "../../lib/core/random.ts";
import { Conv1d, conv1d, maskedMaxPool, type Padding } from "../../lib/nn/conv.ts";
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

/** Uniform numbers in [−1, 1). */
function numbers(shape: number[], stream: number): tf.Tensor {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  fillUniform(values, [stream, 0], [0, 0, 0, 0]);
  return tf.tensor(values.map((value) => 2 * value - 1), shape);
}

forEachEngine("Conv1d.pooled() has the values and gradients of apply() and maskedMaxPool()", () => {
  const lengths = tf.tensor1d([7, 1, 4, 6], "int32");
  const x = numbers([4, 7, 3], 1) as tf.Tensor3D;
  // More filters than steps, and fewer, are two ways to the gradient.
  const forms = [["same", 9], ["valid", 9], ["same", 5]] as [Padding, number][];
  for (const [padding, outputs] of forms) {
    const dy = numbers([4, outputs], 2);
    for (const size of [1, 2, 5]) {
      const parameters = new Parameters();
      const sizes = { inputs: 3, outputs, size };
      const layer = new Conv1d(parameters, "c", sizes, padding, RandomStream.fromSeed(size));
      tf.tidy(() => {
        // A filter that nowhere responds has no gradient.
        layer.bias!.assign(tf.tensor1d([...new Array(outputs - 1).fill(0.1), -99]));
        const ways = [
          (x: tf.Tensor3D) => layer.pooled(x, lengths),
          (x: tf.Tensor3D) => maskedMaxPool(layer.apply(x), lengths, size, padding),
        ].map((pooled) => {
          const loss = (x: tf.Tensor) => tf.sum(tf.mul(pooled(x as tf.Tensor3D), dy));
          const { grads } = tf.variableGrads(() => loss(x) as tf.Scalar);
          return [pooled(x), tf.grad(loss)(x), ...Object.values(grads)];
        });
        const [fused, plain] = ways as [tf.Tensor[], tf.Tensor[]];
        assertEquals(fused.length, 4);
        fused.forEach((tensor, i) => {
          assertEquals(tensor.shape, plain[i]!.shape);
          const values = plain[i]!.dataSync();
          tensor.dataSync().forEach((value, j) => assertAlmostEquals(value, values[j]!, 1e-6));
        });
        assert(fused.every((tensor) => tensor.dataSync().some((value) => value !== 0)));
      });
      parameters.dispose();
    }
  }
});

forEachEngine("Conv1d.pooled() of NaN is NaN, wherever it stands", () => {
  const parameters = new Parameters();
  const sizes = { inputs: 1, outputs: 1, size: 1 };
  const layer = new Conv1d(parameters, "c", sizes, "same", RandomStream.fromSeed(1));
  tf.tidy(() => {
    for (const x of [[NaN, 1, 2], [1, NaN, 2], [1, 2, NaN]]) {
      const pooled = layer.pooled(tf.tensor3d(x, [1, 3, 1]), tf.tensor1d([3], "int32"));
      assert(Number.isNaN(pooled.dataSync()[0]), `${x}`);
    }
  });
  parameters.dispose();
});
