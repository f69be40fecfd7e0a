/** Lengths of vectors, with a gradient everywhere. @module */

import { tf } from "../engine/mod.ts";
import { constantOf } from "./stop_gradient.ts";

/**
 * √x of values of 0 or more, any shape, whose gradient is 0 at 0, where that of `tf.sqrt` is not a
 * number.
 */
export function guardedRoot<T extends tf.Tensor>(x: T): T {
  const isPositive = constantOf(() => tf.greater(x, 0));
  // The root of 1 in the place of a root of 0, of which nothing is kept.
  const root = tf.sqrt(tf.where(isPositive, x, tf.onesLike(x)));
  return tf.where(isPositive, root, tf.zerosLike(x)) as T;
}

/**
 * ‖x‖₂ over the last axis, which stays with a size of 1; its gradient is 0 where the length is, as
 * PyTorch's `torch.norm`.
 *
 * @param x [..., width]
 * @returns [..., 1]
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { rowNorm } from "./norm.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const gradient = tf.grad((x) => tf.sum(rowNorm(x)));
 * const x = tf.tensor2d([[3, 4], [0, 0]]);
 * assertEquals([...rowNorm(x).dataSync()], [5, 0]);
 * assertEquals([...gradient(x).dataSync()].slice(2), [0, 0]);
 * ```
 */
export function rowNorm<T extends tf.Tensor>(x: T): T {
  return guardedRoot(tf.sum(tf.square(x), -1, true)) as T;
}

/** x / ‖x‖₂ over the last axis; a row of 0 has no direction, and stays 0. */
export function unitRows<T extends tf.Tensor>(x: T): T {
  const length = rowNorm(x);
  const isZero = constantOf(() => tf.cast(tf.equal(length, 0), "float32"));
  return tf.div(x, tf.add(length, isZero)) as T;
}
