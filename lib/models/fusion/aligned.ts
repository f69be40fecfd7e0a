/**
 * Modalities brought to the steps of the text, as networks want them that run through all at once:
 * EF-LSTM, MFN, Graph-MFN.
 *
 * Source: thuiar/MMSA, `models/AMIO.py` and `models/subNets/AlignNets.py`; METHODS 6.2.
 *
 * @module
 */

import { MODALITIES, type Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import { groupMeans, trueGroupMeans } from "../../nn/group_mean.ts";
import type { Inputs, Outputs } from "../model.ts";

/** Sequences of the same steps. */
export interface Aligned {
  /** [steps, batch, width] of each modality */
  readonly sequences: Readonly<Partial<Record<Modality, tf.Tensor3D>>>;
  /** Steps of each sample: all where padding counts, else those of the modality it is brought to. */
  readonly lengths: tf.Tensor1D;
  /** [steps, batch, 1], 1 within the lengths and 0 beyond. */
  readonly mask: tf.Tensor3D;
}

/**
 * Sequences [time, batch, width] and means [batch, width], which are repeated, at the steps of the
 * first of text, audio and vision that is a sequence.
 *
 * @param trueLengths whether means of groups and lengths are those of true steps
 */
export function align(inputs: Inputs, trueLengths: boolean): Aligned {
  const used = MODALITIES.filter((modality) => inputs[modality] !== undefined);
  const first = used.find((modality) => inputs[modality]!.rank === 3);
  const steps = first === undefined ? 1 : inputs[first]!.shape[0]!;
  const batch = inputs[used[0]!]!.shape.at(-2)!;
  const known = first === undefined ? undefined : inputs[`${first}Lengths`];
  const lengths = trueLengths && known !== undefined
    ? known
    : tf.fill([batch], steps, "int32") as tf.Tensor1D;
  const sequences: Partial<Record<Modality, tf.Tensor3D>> = {};
  for (const modality of used) {
    const x = inputs[modality]!;
    if (x.rank === 2) {
      sequences[modality] = tf.tile(tf.expandDims(x, 0), [steps, 1, 1]) as tf.Tensor3D;
    } else if (trueLengths) {
      const own = inputs[`${modality}Lengths`]!;
      sequences[modality] = trueGroupMeans(x as tf.Tensor3D, own, steps, lengths);
    } else sequences[modality] = groupMeans(x as tf.Tensor3D, steps);
  }
  const position = tf.reshape(tf.range(0, steps, 1, "int32"), [steps, 1, 1]);
  const mask = tf.cast(
    tf.less(position, tf.reshape(lengths, [1, batch, 1])),
    "float32",
  ) as tf.Tensor3D;
  return { sequences, lengths, mask };
}

/** What {@linkcode recordedAligned} looks for among the outputs. */
export function alignedOutputs(aligned: Aligned): Record<string, tf.Tensor> {
  const named: Record<string, tf.Tensor> = {};
  for (const modality of ["audio", "vision"] as const) {
    const x = aligned.sequences[modality];
    // A sequence that has the steps is the input itself, which is not freed with the outputs.
    if (x !== undefined) named[`aligned.${modality}`] = tf.clone(x);
  }
  return named;
}

/** Recorded outputs of networks that align. */
export function recordedAligned(outputs: Outputs): Record<string, tf.Tensor> {
  const named: Record<string, tf.Tensor> = { M: outputs.prediction };
  for (const modality of ["audio", "vision"] as const) {
    const x = outputs[`aligned.${modality}`];
    if (x !== undefined) named[`${modality}_in`] = tf.transpose(x, [1, 0, 2]);
  }
  return named;
}
