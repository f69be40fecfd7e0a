/**
 * What TFR-Net is shown of data: some steps and words are missing.
 *
 * Source: thuiar/MMSA, `data_loader.py`. METHODS 9.7.
 *
 * @module
 */

import { RandomStream } from "../../core/random.ts";
import type { Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import { uniform } from "../../engine/uniform.ts";
import type { DropoutNoise } from "../../nn/dropout.ts";
import type { Inputs, StepsOf } from "../network_types.ts";

/** Keeps a share of 1 − `rate` of the true steps of a sample, always the same; of text both ends too. */
export function drawKeptSteps(
  { split, modality, sample, length, steps }: StepsOf,
  rate: number,
  seed: number,
): Float32Array {
  const stream = RandomStream.fromSeed(seed).split(`missing.${split}.${modality}.${sample}`);
  const draws = stream.uniformArray(length, 0, 1);
  const isEnd = (t: number) => modality === "text" && (t === 0 || t === length - 1);
  return Float32Array.from(
    { length: steps },
    (_, t) => Number(t < length && (isEnd(t) || draws[t]! > rate)),
  );
}

/**
 * The same anew in each step of training, as a tensor: [batch, steps]
 *
 * @param mask 1 for true steps, [batch, steps]
 */
export function newKeptSteps(
  mask: tf.Tensor2D,
  modality: Modality,
  rate: number,
  { stream, counter }: DropoutNoise,
): tf.Tensor2D {
  const [, steps] = mask.shape;
  const { key } = stream.split(`missing.${modality}`);
  const kept = tf.cast(tf.greaterEqual(uniform(mask.shape, key, counter), rate), "float32");
  if (modality !== "text") return tf.mul(kept, mask);
  const places = tf.expandDims(tf.range(0, steps), 0);
  const last = tf.sub(tf.sum(mask, 1, true), 1);
  const isEnd = tf.logicalOr(tf.equal(places, 0), tf.equal(places, last));
  return tf.mul(tf.maximum(kept, tf.cast(isEnd, "float32")), mask);
}

/**
 * Tokens with [UNK] for those that are missing: int32 [batch, 3, tokens], [batch, tokens] → the former
 */
export function withUnknown(
  tokens: tf.Tensor3D,
  missing: tf.Tensor2D,
  unknown: number,
): tf.Tensor3D {
  const [ids, mask, segments] = tf.unstack(tokens, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
  const shown = tf.where(tf.greater(missing, 0.5), tf.fill(ids.shape, unknown, "int32"), ids);
  return tf.cast(tf.stack([shown, mask, segments], 1), "int32") as tf.Tensor3D;
}

/** The batch with its text as it is shown, int32 [batch, 3, tokens], and behind that as it is. */
export function withTexts(shown: tf.Tensor3D, inputs: Inputs): Inputs {
  const { tokens, tokenRows: rows, tokenPlaces: places } = inputs;
  const both = { ...inputs, tokens: tf.concat3d([shown, tokens!], 0) };
  if (rows === undefined || places === undefined) return both;
  const twice = (index: tf.Tensor1D, size: number) =>
    tf.concat1d([index, tf.cast(tf.add(index, size), "int32")]);
  return {
    ...both,
    tokenRows: twice(rows, places.size),
    tokenPlaces: twice(places, rows.size),
  };
}
