/** The logarithm of a determinant. @module */

import { tf } from "../engine/mod.ts";

/**
 * ln det of a symmetric positive definite matrix [n, n], a scalar, with gradient: by elimination, one
 * row after the other, for the few rows that it has.
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { logDeterminant } from "./log_determinant.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const value = logDeterminant(tf.tensor2d([[2, 1], [1, 3]])).dataSync()[0]!;
 * assertAlmostEquals(value, Math.log(5), 1e-6);
 * ```
 */
export function logDeterminant(matrix: tf.Tensor2D): tf.Scalar {
  const logarithms: tf.Tensor[] = [];
  let rest = matrix;
  for (let n = matrix.shape[0]; n > 0; n--) {
    const pivot = tf.slice2d(rest, [0, 0], [1, 1]);
    logarithms.push(tf.log(pivot));
    if (n === 1) break;
    const column = tf.slice2d(rest, [1, 0], [n - 1, 1]);
    const row = tf.slice2d(rest, [0, 1], [1, n - 1]);
    const below = tf.slice2d(rest, [1, 1], [n - 1, n - 1]);
    rest = tf.sub(below, tf.matMul(column, tf.div(row, pivot) as tf.Tensor2D));
  }
  return tf.reshape(tf.addN(logarithms), []);
}
