/**
 * From the inputs of the file to what a network reads, as operations: what `training/inputs.ts` does
 * with data, so that the file is given features as the data have them.
 *
 * @module
 */

import { MODALITIES, type Scalings } from "../data/mod.ts";
import { type NamedTensors, tf } from "../engine/mod.ts";
import type { InputForm, Inputs, Network } from "../models/mod.ts";
import { maskedMean, maskSteps } from "../nn/mask.ts";
import { TOKENS } from "./onnx_inputs.ts";

/** The batch as the network reads it. @param inputs by the names of the file's inputs */
export function readForNetwork(
  { dataForms, seesPadding }: Pick<Network, "dataForms" | "seesPadding">,
  inputs: NamedTensors,
  scalings: Scalings,
): Inputs {
  const read: Record<string, tf.Tensor> = {};
  for (const modality of MODALITIES) {
    const form = dataForms[modality];
    if (form === undefined) continue;
    if (form === "tokens") {
      read["tokens"] = tf.stack(TOKENS.map((name) => inputs[name]!), 1);
      continue;
    }
    const lengths = inputs[`${modality}_lengths`] as tf.Tensor1D;
    const scaling = scalings[modality];
    const given = inputs[modality] as tf.Tensor3D;
    const x = scaling === undefined ? given : scaled(given, lengths, scaling);
    read[modality] = inForm(x, lengths, form, seesPadding);
    if (form === "sequence" || form === "timeMajor") read[`${modality}Lengths`] = lengths;
  }
  return read;
}

/** True steps less the mean, over the deviation; steps of nothing but zeros, and padding, stay 0. */
function scaled(
  x: tf.Tensor3D,
  lengths: tf.Tensor1D,
  { means, deviations }: { readonly means: Float32Array; readonly deviations: Float32Array },
): tf.Tensor3D {
  const values = tf.div(tf.sub(x, tf.tensor1d(means)), tf.tensor1d(deviations));
  // Of a single number a step may well be 0: then it is the whole row that is missing.
  const isGiven = tf.any(tf.notEqual(x, 0), means.length > 1 ? [2] : [1, 2], true);
  return maskSteps(tf.mul(values, tf.cast(isGiven, "float32")), lengths);
}

function inForm(
  x: tf.Tensor3D,
  lengths: tf.Tensor1D,
  form: InputForm,
  padding: boolean,
): tf.Tensor {
  const [batch, , width] = x.shape;
  switch (form) {
    case "first":
      return tf.reshape(tf.slice3d(x, [0, 0, 0], [batch, 1, width]), [batch, width]);
    case "mean":
      return padding ? tf.mean(x, 1) : maskedMean(x, lengths);
    case "sequence":
      return x;
    case "timeMajor":
      return tf.transpose(x, [1, 0, 2]);
  }
}
