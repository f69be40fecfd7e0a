/**
 * Attention of one sequence to another, and what hides steps from it.
 *
 * Source: Tsai, Bai, Liang, Kolter, Morency, Salakhutdinov, ACL 2019, sections 3.1 and 3.2;
 * thuiar/MMSA, `models/subNets/transformers_encoder`; METHODS 6.3.
 *
 * @module
 */

import { inOrder } from "../engine/in_order.ts";
import { tf } from "../engine/mod.ts";

/** Added to the score of a step that must not be seen: its weight is then exactly 0. */
const HIDDEN = -1e9;

/** Most attention weights that are made at a time. */
const MOST_WEIGHTS = 2 ** 22;

/** Changes the attention weights of some samples by a fixed mask, so that it can be done again: dropout. */
export type MaskWeights = (weights: tf.Tensor4D, part: number) => tf.Tensor4D;

/**
 * softmax(q kᵀ + bias) v for each head, [batch, heads, steps, depth], whose weights are not kept for
 * the gradient but computed again: of all layers of a network those of a few samples are alive at a
 * time.
 *
 * @param mask applied to the weights before they meet v, and linear in them
 */
export function leanAttend(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias: tf.Tensor,
  mask: MaskWeights,
): tf.Tensor4D {
  const [batch, heads, queries] = q.shape;
  const each = Math.max(1, Math.floor(MOST_WEIGHTS / (heads * queries * k.shape[2])));
  const starts = Array.from({ length: Math.ceil(batch / each) }, (_, i) => i * each);
  const partOf = <T extends tf.Tensor>(x: T, start: number): T => {
    if (x.shape[0] === 1 || starts.length === 1) return x;
    const size = [Math.min(each, batch - start), ...x.shape.slice(1)];
    return tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], size) as T;
  };
  const weightsOf = (q: tf.Tensor, k: tf.Tensor, bias: tf.Tensor) =>
    tf.softmax(tf.add(tf.matMul(q, k, false, true), bias)) as tf.Tensor4D;
  const attend = tf.customGrad((...args) => {
    const [q, k, v] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    (args.at(-1) as unknown as tf.GradSaveFunc)([q, k, v, bias]);
    // In order: a compiled step else makes all weights again as soon as it can, in its forward pass.
    const parts = starts.map((start, part) =>
      inOrder(() => {
        const [ownQ, ownK, ownV] = [q, k, v].map((x) => partOf(x, start)) as [
          typeof q,
          typeof k,
          typeof v,
        ];
        return tf.matMul(mask(weightsOf(ownQ, ownK, partOf(bias, start)), part), ownV);
      })
    );
    return {
      value: parts.length === 1 ? parts[0]! : tf.concat(parts, 0),
      gradFunc: (dValue: tf.Tensor, saved: tf.Tensor[]) => {
        const parts = starts.map((start, part) =>
          inOrder(() => {
            const [dy, q, k, v, bias] = [dValue, ...saved].map((x) => partOf(x, start)) as [
              tf.Tensor4D,
              tf.Tensor4D,
              tf.Tensor4D,
              tf.Tensor4D,
              tf.Tensor,
            ];
            const weights = weightsOf(q, k, bias);
            const dV = tf.matMul(mask(weights, part), dy, true, false);
            const dWeights = mask(tf.matMul(dy, v, false, true) as tf.Tensor4D, part);
            const along = tf.sum(tf.mul(dWeights, weights), -1, true);
            const dScores = tf.mul(weights, tf.sub(dWeights, along));
            return [tf.matMul(dScores, k), tf.matMul(dScores, q, true, false), dV];
          })
        );
        return [0, 1, 2].map((i) =>
          parts.length === 1 ? parts[0]![i]! : tf.concat(parts.map((part) => part[i]!), 0)
        );
      },
    };
  });
  return attend(q, k, v) as tf.Tensor4D;
}

/**
 * What is added to scores so that step i of the query sees key steps up to i + |keys − queries| only,
 * as the code has it for sequences of different lengths: [1, 1, queries, keys].
 */
export function bandBias(queries: number, keys: number): tf.Tensor {
  const ahead = tf.sub(
    tf.reshape(tf.range(0, keys), [1, keys]),
    tf.reshape(tf.range(0, queries), [queries, 1]),
  );
  const isHidden = tf.greaterEqual(ahead, 1 + Math.abs(keys - queries));
  return tf.reshape(tf.mul(tf.cast(isHidden, "float32"), HIDDEN), [1, 1, queries, keys]);
}

/**
 * The same by true lengths, and without keys beyond them.
 *
 * @param queryLengths int32 [batch]
 * @param keyLengths int32 [batch]
 * @param isBand whether keys ahead are hidden too
 * @returns [batch, 1, queries, keys]; [batch, 1, 1, keys] without a band
 */
export function trueBandBias(
  queries: number,
  keys: number,
  queryLengths: tf.Tensor1D,
  keyLengths: tf.Tensor1D,
  isBand: boolean,
): tf.Tensor {
  const [batch] = keyLengths.shape;
  const column = (vector: tf.Tensor1D) => tf.reshape(tf.cast(vector, "float32"), [batch, 1, 1, 1]);
  const place = tf.reshape(tf.range(0, keys), [1, 1, 1, keys]);
  const ahead = tf.sub(place, tf.reshape(tf.range(0, queries), [1, 1, queries, 1]));
  const isBeyond = tf.greaterEqual(place, column(keyLengths));
  const reach = tf.add(tf.abs(tf.sub(column(keyLengths), column(queryLengths))), 1);
  const isHidden = isBand ? tf.logicalOr(isBeyond, tf.greaterEqual(ahead, reach)) : isBeyond;
  return tf.mul(tf.cast(isHidden, "float32"), HIDDEN);
}
