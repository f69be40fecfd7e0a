/**
 * One vector for a sentence: its first step, where that is a sentence vector as BERT's [CLS], or
 * something of all its words, where the steps are word vectors.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { maskedMean, stepMask } from "../nn/mask.ts";
import type { InputForm, Inputs } from "./model.ts";
import { oneOf } from "./setting.ts";

/** How a network may read the text. The data decide where nothing is said. */
export const TEXT_POOLINGS = ["first", "mean", "last", "lstm"] as const;

/** The setting of a network that reads one vector of the text. */
export const textPooling = oneOf(
  TEXT_POOLINGS,
  "what of the text's steps is read: the first where it is a sentence vector, the mean, the last, " +
    "or the last state of an LSTM; default: what the data tell",
);

/** A way of reading that needs no parameters. */
export type PlainPooling = Exclude<typeof TEXT_POOLINGS[number], "lstm">;

/** In which form the text is wanted for a pooling. */
export function poolingForm(pooling: typeof TEXT_POOLINGS[number]): InputForm {
  if (pooling === "first") return "first";
  return pooling === "lstm" ? "timeMajor" : "sequence";
}

/** [batch, width] of [batch, width], or of [batch, time, width] with `textLengths` */
export function pooledText(inputs: Inputs, pooling: PlainPooling): tf.Tensor2D {
  if (pooling === "first") return inputs.text as tf.Tensor2D;
  const x = inputs.text as tf.Tensor3D;
  const lengths = inputs.textLengths!;
  if (pooling === "mean") return maskedMean(x, lengths);
  const steps = x.shape[1];
  const before = stepMask(tf.sub(lengths, 1) as tf.Tensor1D, steps);
  const last = tf.sub(stepMask(lengths, steps), before);
  return tf.sum(tf.mul(x, tf.expandDims(last, 2)), 1) as tf.Tensor2D;
}
