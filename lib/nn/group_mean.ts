/** Sequences brought to the same number of steps. @module */

import { tf } from "../engine/mod.ts";

/**
 * [time, batch, width] → [steps, batch, width]: means over ⌈time / steps⌉ steps in a row, after copies
 * of the last step at the end.
 *
 * Source: thuiar/MMSA, `models/subNets/AlignNets.py`, `AlignSubNet` with `avg_pool`.
 *
 * @example Five steps to two: the last of three in each group is a copy
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { groupMeans } from "./group_mean.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = tf.tensor3d([1, 2, 3, 4, 7], [5, 1, 1]);
 * assertEquals([...groupMeans(x, 2).dataSync()], [2, 6]);
 * ```
 */
export function groupMeans(x: tf.Tensor3D, steps: number): tf.Tensor3D {
  const [time, batch, width] = x.shape;
  if (time === steps) return x;
  const size = Math.ceil(time / steps), missing = size * steps - time;
  const parts = [x];
  if (missing > 0) {
    parts.push(tf.tile(tf.slice3d(x, [time - 1, 0, 0], [1, batch, width]), [missing, 1, 1]));
  }
  const groups = tf.reshape(tf.concat3d(parts, 0), [steps, size, batch, width]);
  return size === 1 ? tf.squeeze(groups, [1]) : tf.mean(groups, 1);
}

/**
 * [time, batch, width] → [steps, batch, width] by true lengths: as many steps as `targets` says, each
 * the mean of its share of the sample's true steps, or of the one that it lies in; 0 beyond.
 *
 * @param lengths true steps of each sample, int32 [batch]
 * @param targets steps that each sample is to have, int32 [batch], at most `steps`
 *
 * @example Four true steps to two
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { trueGroupMeans } from "./group_mean.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = tf.tensor3d([1, 2, 3, 4, 7], [5, 1, 1]);
 * const [lengths, targets] = [tf.tensor1d([4], "int32"), tf.tensor1d([2], "int32")];
 * assertEquals([...trueGroupMeans(x, lengths, 3, targets).dataSync()], [1.5, 3.5, 0]);
 * ```
 */
export function trueGroupMeans(
  x: tf.Tensor3D,
  lengths: tf.Tensor1D,
  steps: number,
  targets: tf.Tensor1D,
): tf.Tensor3D {
  const [time, batch] = x.shape;
  const column = (vector: tf.Tensor1D) => tf.reshape(tf.cast(vector, "float32"), [batch, 1, 1]);
  const [from, to] = [column(lengths), column(targets)];
  const step = tf.reshape(tf.range(0, steps), [1, steps, 1]);
  const place = tf.reshape(tf.range(0, time), [1, 1, time]);
  const start = tf.floor(tf.div(tf.mul(step, from), to));
  const end = tf.ceil(tf.div(tf.mul(tf.add(step, 1), from), to));
  const isWithin = tf.logicalAnd(tf.less(step, to), tf.less(place, from));
  const isOf = tf.logicalAnd(tf.greaterEqual(place, start), tf.less(place, end));
  const shares = tf.cast(tf.logicalAnd(isWithin, isOf), "float32");
  // [batch, steps, time] · [batch, time, width]; nothing that is not finite lies beyond the lengths
  const weights = tf.div(shares, tf.maximum(tf.sum(shares, 2, true), 1));
  return tf.transpose(tf.matMul(weights, tf.transpose(x, [1, 0, 2])), [1, 0, 2]) as tf.Tensor3D;
}
