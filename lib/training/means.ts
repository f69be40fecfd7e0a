/**
 * Means over time: constants of the data, computed once.
 *
 * @module
 */

import type { FeatureColumn } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";

/** Means of a column's rows, and which of them are known. */
interface Means {
  readonly values: Float32Array;
  readonly known: Uint8Array;
}

/** Of true steps, and of all. */
const KNOWN = {
  true: new WeakMap<FeatureColumn, Means>(),
  all: new WeakMap<FeatureColumn, Means>(),
};

/**
 * The mean step of some rows, [batch, width].
 *
 * @param padding whether it is that of all steps, padding included, and not of the true ones
 */
export function readMeans(
  column: FeatureColumn,
  indices: ArrayLike<number>,
  padding: boolean,
): tf.Tensor2D {
  const { samples, steps, width, lengths } = column;
  const cache = KNOWN[padding ? "all" : "true"];
  const means = cache.get(column) ??
    { values: new Float32Array(samples * width), known: new Uint8Array(samples) };
  cache.set(column, means);
  const row = new Float32Array(steps * width), sums = new Float64Array(width);
  const batch = new Float32Array(indices.length * width);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    const mean = means.values.subarray(index * width, (index + 1) * width);
    if (means.known[index] !== 1) {
      const count = padding ? steps : lengths[index]!;
      column.read([index], row);
      sums.fill(0);
      for (let t = 0, from = 0; t < count; t++) {
        for (let j = 0; j < width; j++) sums[j]! += row[from++]!;
      }
      for (let j = 0; j < width; j++) mean[j] = sums[j]! / count;
      means.known[index] = 1;
    }
    batch.set(mean, i * width);
  }
  return tf.tensor2d(batch, [indices.length, width]);
}
