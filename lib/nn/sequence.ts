/** Padded sequences beside their true lengths, and what is made of them. @module */

import { tf } from "../engine/mod.ts";
import { type Conv1d, maxOverTime } from "./conv.ts";
import { bandBias, trueBandBias } from "./cross_attention.ts";
import { stepMask } from "./mask.ts";

/** A batch of sequences. */
export interface Sequence {
  /** [batch, time, width] */
  readonly x: tf.Tensor3D;
  /** True steps of each, int32 [batch]. */
  readonly lengths: tf.Tensor1D;
}

/** Larger than what a network computes: a step that is to be no maximum is so much smaller. */
const HUGE = 1e9;

/**
 * A convolution without padding: size − 1 steps less, and one at least, where zeros stand for steps that
 * a short sequence lacks.
 */
export function convolved({ x, lengths }: Sequence, convolution: Conv1d): Sequence {
  const size = convolution.weight.shape[2], missing = size - x.shape[1];
  const whole = missing > 0 ? tf.pad3d(x, [[0, 0], [0, missing], [0, 0]]) : x;
  return {
    x: convolution.apply(whole),
    lengths: tf.maximum(tf.sub(lengths, size - 1), 1) as tf.Tensor1D,
  };
}

/**
 * What is added to scores of a sequence that attends to another one.
 *
 * @param isTrue whether by true lengths, and without padded keys
 * @param isBand whether a step sees no steps that lie further ahead than lengths differ
 */
export function scoreBias(
  query: Sequence,
  key: Sequence,
  { isTrue, isBand }: { readonly isTrue: boolean; readonly isBand: boolean },
): tf.Tensor {
  const [queries, keys] = [query.x.shape[1], key.x.shape[1]];
  if (isTrue) return trueBandBias(queries, keys, query.lengths, key.lengths, isBand);
  return isBand ? bandBias(queries, keys) : tf.zeros([1, 1, 1, 1]);
}

/** The last step of each, or the last true one: [batch, width] */
export function lastOf({ x, lengths }: Sequence, isTrue: boolean): tf.Tensor2D {
  const [batch, time, width] = x.shape;
  if (!isTrue) {
    return tf.reshape(tf.slice3d(x, [0, time - 1, 0], [batch, 1, width]), [batch, width]);
  }
  const place = tf.reshape(tf.range(0, time, 1, "int32"), [1, time]);
  const isLast = tf.cast(tf.equal(place, tf.reshape(tf.sub(lengths, 1), [batch, 1])), "float32");
  return tf.sum(tf.mul(x, tf.expandDims(isLast, 2)), 1);
}

/**
 * The largest value of each feature over all steps, or over the true ones: [batch, width]
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { lastOf, maximumOf } from "./sequence.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const sequence = { x: tf.tensor3d([[[2], [1], [9]]]), lengths: tf.tensor1d([2], "int32") };
 * assertEquals([...maximumOf(sequence, true).dataSync()], [2]);
 * assertEquals([...maximumOf(sequence, false).dataSync()], [9]);
 * assertEquals([...lastOf(sequence, true).dataSync()], [1]);
 * ```
 */
export function maximumOf({ x, lengths }: Sequence, isTrue: boolean): tf.Tensor2D {
  if (!isTrue) return maxOverTime(x);
  const beyond = tf.mul(tf.sub(stepMask(lengths, x.shape[1]), 1), HUGE);
  return maxOverTime(tf.add(x, tf.expandDims(beyond, 2)));
}
