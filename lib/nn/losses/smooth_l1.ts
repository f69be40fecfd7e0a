/** The absolute error with a round bottom. @module */

import { tf } from "../../engine/mod.ts";

/**
 * Σ ½ d² where |d| < 1, else |d| − ½, with d = x − y: a scalar, PyTorch's `SmoothL1Loss` with
 * `reduction="sum"`.
 *
 * @param x any shape
 * @param y the same shape
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { smoothL1Sum } from "./smooth_l1.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * assertEquals(smoothL1Sum(tf.tensor1d([0.5, 3]), tf.zeros([2])).dataSync()[0], 0.125 + 2.5);
 * ```
 */
export function smoothL1Sum(x: tf.Tensor, y: tf.Tensor): tf.Scalar {
  const size = tf.abs(tf.sub(x, y));
  // c |d| − ½ c² with c = min(|d|, 1): one form for both branches.
  const inside = tf.minimum(size, 1);
  return tf.sum(tf.sub(tf.mul(inside, size), tf.mul(0.5, tf.square(inside))));
}
