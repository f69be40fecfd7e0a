/**
 * CORAL: how far the second-order statistics of two sets of features are apart.
 *
 * Source: Sun and Saenko, "Deep CORAL", 2016, equations 1 to 3.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";

/**
 * [batch, d] → covariance [d, d] with the divisor batch − 1. Columns are centred before they are
 * multiplied: the same value as XᵀX − (1/B)(1ᵀX)ᵀ(1ᵀX) without its cancellation.
 *
 * @throws {RangeError} when the batch has fewer than 2 rows.
 */
export function covariance(x: tf.Tensor2D): tf.Tensor2D {
  const batch = x.shape[0];
  if (batch < 2) {
    throw new RangeError(`Cannot take a covariance of ${batch} rows: expected at least 2`);
  }
  const centered = tf.sub(x, tf.mean(x, 0, true)) as tf.Tensor2D;
  return tf.div(tf.matMul(centered, centered, true), batch - 1);
}

/**
 * [batch, d], [batch, d] → ‖C(x) − C(y)‖² / 4d², with the squared Frobenius norm. The two may have
 * different numbers of rows.
 *
 * @throws {RangeError} when one has fewer than 2 rows.
 * @throws {TypeError} when their widths differ.
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { coral } from "./coral.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const [x, y] = [tf.tensor2d([[0], [2]]), tf.tensor2d([[1], [1]])];
 * // Variances 2 and 0: (2 − 0)² / 4
 * assertEquals([...coral(x, y).dataSync()], [1]);
 * ```
 */
export function coral(x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  const width = x.shape[1];
  if (y.shape[1] !== width) {
    throw new TypeError(`Cannot compare widths ${width} and ${y.shape[1]}: expected equal ones`);
  }
  const difference = tf.sub(covariance(x), covariance(y));
  return tf.div(tf.sum(tf.square(difference)), 4 * width * width);
}
