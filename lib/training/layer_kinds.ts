/**
 * Our layers by the kind of recorded case: from inputs and weights to the recorded outputs.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";
import { lstm } from "../engine/mod.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import type { LayerCase } from "./layer_cases.ts";

/** Tensors by key. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;

/** Computes the outputs of a case, or those of them that we have. */
export type LayerKind = (inputs: Tensors, weights: Tensors, hyper: LayerCase["hyper"]) => Tensors;

/** Weights of one direction of a recorded LSTM. */
function lstmWeights(weights: Tensors, suffix = "") {
  return {
    weightIh: weights[`weight_ih${suffix}`] as tf.Tensor2D,
    weightHh: weights[`weight_hh${suffix}`] as tf.Tensor2D,
    bias: tf.add(weights[`bias_ih${suffix}`]!, weights[`bias_hh${suffix}`]!) as tf.Tensor1D,
  };
}

/** The kinds that we have, by name. */
export const LAYER_KINDS: Readonly<Record<string, LayerKind>> = {
  lstm: (inputs, weights) => {
    const [x, lengths] = [inputs["x"] as tf.Tensor3D, inputs["lengths"] as tf.Tensor1D];
    return {
      h_n: lstm(x, lengths, lstmWeights(weights), { output: "final" }),
      y: lstm(x, lengths, lstmWeights(weights), { output: "sequence" }),
    };
  },
  bilstm: (inputs, weights) => {
    const [x, lengths] = [inputs["x"] as tf.Tensor3D, inputs["lengths"] as tf.Tensor1D];
    const [forward, backward] = [lstmWeights(weights), lstmWeights(weights, "_reverse")];
    const reverse = true;
    return {
      final: tf.concat([
        lstm(x, lengths, forward, { output: "final" }),
        lstm(x, lengths, backward, { output: "final", reverse }),
      ], 1),
      y: tf.concat([
        lstm(x, lengths, forward, { output: "sequence" }),
        lstm(x, lengths, backward, { output: "sequence", reverse }),
      ], 2),
    };
  },
  l1_loss: (inputs) => ({
    loss: meanAbsoluteError(inputs["pred"] as tf.Tensor1D, inputs["target"] as tf.Tensor1D),
  }),
};
