/**
 * Our layers by the kind of recorded case: from inputs and weights to the recorded outputs.
 *
 * @module
 */

import { lstm, tf } from "../engine/mod.ts";
import { paddingBias, selfAttention } from "../nn/attention.ts";
import { shiftEmbeddings } from "../models/mag_bert.ts";
import { readEncoderConfig, TextEncoder } from "../nn/text_encoder.ts";
import { conv1d, maskedMaxPool } from "../nn/conv.ts";
import { gelu } from "../nn/gelu.ts";
import { groupMeans } from "../nn/group_mean.ts";
import { layerNorm } from "../nn/layer_norm.ts";
import { coral, covariance } from "../nn/losses/coral.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import { encoderLayer } from "../nn/transformer.ts";
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

/** 1 for a step and 0 for padding; the recordings have it the other way round. */
function maskOf(inputs: Tensors): tf.Tensor2D {
  return tf.sub(1, inputs["key_padding_mask"]!) as tf.Tensor2D;
}

/** The kinds that we have, by name. */
export const LAYER_KINDS: Readonly<Record<string, LayerKind>> = {
  lstm: (inputs, weights) => {
    const [x, lengths] = [inputs["x"] as tf.Tensor3D, inputs["lengths"] as tf.Tensor1D];
    return {
      h_n: lstm(x, lengths, lstmWeights(weights), { output: "final" }),
      c_n: lstm(x, lengths, lstmWeights(weights), { output: "cell" }),
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
  gelu: (inputs, _weights, hyper) => ({
    y: gelu(inputs["x"]!, hyper["approximate"] === "tanh" ? "tanh" : "exact"),
  }),
  layer_norm: (inputs, weights, hyper) => ({
    y: layerNorm(inputs["x"]!, weights["weight"]!, weights["bias"]!, hyper["eps"]),
  }),
  mha: (inputs, weights, hyper) => {
    const x = inputs["x"] as tf.Tensor3D;
    const [batch, , width] = x.shape;
    const { output, attention } = selfAttention(
      tf.reshape(x, [-1, width]),
      paddingBias(maskOf(inputs)),
      {
        inWeight: weights["in_proj_weight"] as tf.Tensor2D,
        inBias: weights["in_proj_bias"] as tf.Tensor1D,
        outWeight: weights["out_proj_weight"] as tf.Tensor2D,
        outBias: weights["out_proj_bias"] as tf.Tensor1D,
      },
      { batch, heads: hyper["num_heads"] },
    );
    return { y: tf.reshape(output, x.shape), attn: attention };
  },
  transformer_encoder_layer: (inputs, weights, hyper) => ({
    y: encoderLayer(inputs["x"] as tf.Tensor3D, maskOf(inputs), (name) => weights[name]!, {
      heads: hyper["nhead"],
      normFirst: hyper["norm_first"],
      activation: hyper["activation"],
      epsilon: hyper["layer_norm_eps"],
    }),
  }),
  conv1d_maxpool: (inputs, weights, hyper) => {
    const [x, lengths] = [inputs["x"] as tf.Tensor3D, inputs["lengths"] as tf.Tensor1D];
    const [weight, bias] = [weights["weight"] as tf.Tensor3D, weights["bias"] as tf.Tensor1D];
    const conv = conv1d(x, weight, bias, hyper["padding"]);
    return { conv, pooled: maskedMaxPool(conv, lengths, weight.shape[2], hyper["padding"]) };
  },
  bert: (inputs, weights, hyper) => {
    const bert = new TextEncoder(readEncoderConfig(hyper, "hyper"), (name) => weights[name]!);
    const { embeddings, layers } = bert.states({
      ids: inputs["input_ids"] as tf.Tensor2D,
      mask: inputs["attention_mask"] as tf.Tensor2D,
      segments: inputs["token_type_ids"] as tf.Tensor2D,
    }, null);
    const last = layers.at(-1)!;
    const [batch, , width] = last.shape;
    const cls = tf.reshape(tf.slice3d(last, [0, 0, 0], [batch, 1, width]), [batch, width]);
    return {
      embeddings,
      ...Object.fromEntries(layers.map((state, i) => [`layer_${i + 1}`, state])),
      last_hidden_state: last,
      pooler_output: bert.pooled(cls as tf.Tensor2D),
    };
  },
  align_avg_pool: (inputs, _weights, hyper) => {
    const timeFirst = (x: tf.Tensor) => tf.transpose(x, [1, 0, 2]) as tf.Tensor3D;
    const align = (name: string) => timeFirst(groupMeans(timeFirst(inputs[name]!), hyper["steps"]));
    return { audio: align("audio"), vision: align("vision") };
  },
  mag_gate: (inputs, weights, hyper) => {
    const embedding = inputs["embedding"]!;
    const rows = (name: string) => {
      const x = inputs[name]!;
      return tf.reshape(x, [-1, x.shape.at(-1)!]) as tf.Tensor2D;
    };
    const { shifted, shift, alpha } = shiftEmbeddings(
      rows("embedding"),
      { vision: rows("vision"), audio: rows("audio") },
      (name) => weights[name]!,
      hyper["beta_shift"],
    );
    const [weight, bias] = [weights["LayerNorm.weight"]!, weights["LayerNorm.bias"]!];
    return {
      y: tf.reshape(layerNorm(shifted, weight, bias, 1e-5), embedding.shape),
      shift: tf.reshape(shift, embedding.shape),
      alpha: tf.reshape(alpha, embedding.shape.slice(0, -1)),
    };
  },
  coral: (inputs) => {
    const [x, y] = [inputs["x"] as tf.Tensor2D, inputs["y"] as tf.Tensor2D];
    return { cov_x: covariance(x), cov_y: covariance(y), loss: coral(x, y) };
  },
  l1_loss: (inputs) => ({
    loss: meanAbsoluteError(inputs["pred"] as tf.Tensor1D, inputs["target"] as tf.Tensor1D),
  }),
};
