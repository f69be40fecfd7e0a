import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { forEachEngine } from "../engines.ts";

/** Numbers without any generator, in [-1, 1]. */
function waves(size: number, shift: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(i * i + shift));
}

/** Element (i, j) of a matrix of the given width, or of its transpose. */
function at(values: Float32Array, width: number, i: number, j: number, flip: boolean): number {
  return flip ? values[j * width + i]! : values[i * width + j]!;
}

forEachEngine("matMul() of two matrices takes every transposition", () => {
  const [m, k, n] = [3, 5, 4];
  for (const flipA of [false, true]) {
    for (const flipB of [false, true]) {
      tf.tidy(() => {
        const a = waves(m * k, 1), b = waves(k * n, 2);
        const aShape: [number, number] = flipA ? [k, m] : [m, k];
        const bShape: [number, number] = flipB ? [n, k] : [k, n];
        const product = tf.matMul(tf.tensor2d(a, aShape), tf.tensor2d(b, bShape), flipA, flipB);
        assertEquals(product.shape, [m, n]);
        const got = product.dataSync();
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            let sum = 0;
            for (let q = 0; q < k; q++) {
              sum += at(a, aShape[1], i, q, flipA) * at(b, bShape[1], q, j, flipB);
            }
            assertAlmostEquals(got[i * n + j]!, sum, 1e-5);
          }
        }
      });
    }
  }
});

forEachEngine("matMul() of batches, and its gradient, equal those of single products", () => {
  tf.tidy(() => {
    const a = tf.tensor3d(waves(2 * 3 * 4, 3), [2, 3, 4]);
    const b = tf.tensor3d(waves(2 * 4 * 5, 4), [2, 4, 5]);
    const gradients = tf.grads((a, b) => tf.sum(tf.square(tf.matMul(a!, b!))))([a, b]);
    for (let i = 0; i < 2; i++) {
      const one = tf.grads((a, b) => tf.sum(tf.square(tf.matMul(a!, b!))))([
        tf.reshape(tf.slice(a, [i, 0, 0], [1, 3, 4]), [3, 4]),
        tf.reshape(tf.slice(b, [i, 0, 0], [1, 4, 5]), [4, 5]),
      ]);
      gradients.forEach((gradient, side) => {
        const size = one[side]!.size;
        const part = gradient.dataSync().slice(i * size, (i + 1) * size);
        one[side]!.dataSync().forEach((value, j) => assertAlmostEquals(part[j]!, value, 1e-4));
      });
    }
  });
});

forEachEngine("sum() over any axes equals a plain sum", () => {
  const shape = [3, 4, 5], values = waves(60, 5);
  for (const axes of [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2], [-3, -2]]) {
    for (const keepDims of [false, true]) {
      tf.tidy(() => {
        const summed = tf.sum(tf.tensor3d(values, [3, 4, 5]), axes, keepDims);
        const gone = axes.map((axis) => (axis + 3) % 3);
        const expected = new Map<string, number>();
        values.forEach((value, i) => {
          const index = [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5];
          const key = String(index.filter((_, axis) => !gone.includes(axis)));
          expected.set(key, (expected.get(key) ?? 0) + value);
        });
        assertEquals(
          summed.shape,
          keepDims
            ? shape.map((size, axis) => gone.includes(axis) ? 1 : size)
            : shape.filter((_, axis) => !gone.includes(axis)),
        );
        const sums = [...expected.values()];
        summed.dataSync().forEach((value, i) => assertAlmostEquals(value, sums[i]!, 1e-5));
      });
    }
  }
});

forEachEngine("sum() of integers stays exact", () => {
  tf.tidy(() => {
    const summed = tf.sum(tf.tensor2d([2 ** 24, 1, 1, 1], [2, 2], "int32"), 0);
    assertEquals([summed.dtype, ...summed.dataSync()], ["int32", 2 ** 24 + 1, 2]);
  });
});
