/**
 * Multi-head scaled dot-product self-attention.
 *
 * Tokens are held as rows, [batch · time, width]: every linear map is then one matrix product.
 *
 * Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.2.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { affine } from "./linear.ts";

/** Added to the score of a token that must not be seen: its weight is then exactly 0. */
const HIDDEN = -1e9;

/** How rows fall into samples and heads. */
export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
}

/** Weights of one layer, q, k and v stacked as in PyTorch's `nn.MultiheadAttention`. */
export interface PackedWeights {
  /** [3 · width, width] */
  readonly inWeight: tf.Tensor2D;
  /** [3 · width] */
  readonly inBias: tf.Tensor1D;
  /** [width, width] */
  readonly outWeight: tf.Tensor2D;
  /** [width] */
  readonly outBias: tf.Tensor1D;
}

/** Changes attention weights, [batch, heads, queries, keys]: dropout. */
export type ChangeWeights = (weights: tf.Tensor4D) => tf.Tensor4D;

/**
 * [batch, time], 1 for a token and 0 for padding → what {@linkcode attend} adds to the scores,
 * [batch, 1, 1, time]
 */
export function paddingBias(mask: tf.Tensor2D): tf.Tensor4D {
  const [batch, time] = mask.shape;
  const padded = tf.sub(1, tf.cast(mask, "float32"));
  return tf.reshape(tf.mul(padded, HIDDEN), [batch, 1, 1, time]);
}

/**
 * softmax(q kᵀ / √d + bias) v for each head, d = width / heads. A sample that is all padding
 * attends to all of it alike.
 *
 * @param q [batch · queries, width]
 * @param k [batch · time, width]
 * @param v [batch · time, width]
 * @param bias of {@linkcode paddingBias}
 * @param change applied to the weights before they meet v
 * @returns [batch · queries, width], and the weights [batch, heads, queries, time] before `change`
 * @throws {RangeError} when `heads` does not divide the width.
 */
export function attend(
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  v: tf.Tensor2D,
  bias: tf.Tensor4D,
  { batch, heads }: AttentionSizes,
  change: ChangeWeights = (weights) => weights,
): { context: tf.Tensor2D; weights: tf.Tensor4D } {
  const width = q.shape[1];
  if (width % heads !== 0) {
    throw new RangeError(`Cannot split a width of ${width} into ${heads} heads of the same size`);
  }
  const depth = width / heads;
  const toHeads = (x: tf.Tensor2D) =>
    tf.transpose(tf.reshape(x, [batch, x.shape[0] / batch, heads, depth]), [0, 2, 1, 3]);
  const scores = tf.matMul(toHeads(tf.mul(q, 1 / Math.sqrt(depth))), toHeads(k), false, true);
  const weights = tf.softmax(tf.add(scores, bias)) as tf.Tensor4D;
  const context = tf.matMul(change(weights), toHeads(v));
  return { context: tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [-1, width]), weights };
}

/**
 * Self-attention of the rows of `x` with packed weights: PyTorch's
 * `nn.MultiheadAttention(batch_first=True)`.
 *
 * @param x [batch · time, width]
 * @param bias of {@linkcode paddingBias}
 * @returns [batch · time, width], and the weights [batch, heads, time, time]
 * @throws {RangeError} when `heads` does not divide the width.
 */
export function selfAttention(
  x: tf.Tensor2D,
  bias: tf.Tensor4D,
  weights: PackedWeights,
  sizes: AttentionSizes,
  change?: ChangeWeights,
): { output: tf.Tensor2D; attention: tf.Tensor4D } {
  const packed = affine(x, weights.inWeight, weights.inBias);
  const [q, k, v] = tf.split(packed, 3, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const attended = attend(q, k, v, bias, sizes, change);
  const output = affine(attended.context, weights.outWeight, weights.outBias);
  return { output, attention: attended.weights };
}
