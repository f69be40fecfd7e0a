/**
 * DistilBERT: BERT with half of the layers, without segments and pooler, under names of its own.
 *
 * Source: Sanh et al., "DistilBERT, a distilled version of BERT", 2019; Hugging Face's
 * `DistilBertModel`.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import type { ConfigFields, TextEncoderConfig } from "./config.ts";
import { addLayer, addNorm, type LayerNames, postNormLayer } from "./encoder_parts.ts";
import type { TextEncoderType } from "./encoder_type.ts";

/** DistilBERT. */
export const DISTILBERT: TextEncoderType = {
  modelTypes: ["distilbert"],
  prefix: "distilbert.",
  readsBertTokens: true,
  read: readDistilBert,
  shapes: (config) => {
    const shapes = new Map<string, number[]>();
    shapes.set("embeddings.word_embeddings.weight", [config.vocabulary, config.width]);
    shapes.set("embeddings.position_embeddings.weight", [config.positions, config.width]);
    addNorm(shapes, "embeddings.LayerNorm", config.width);
    for (let i = 0; i < config.layers; i++) addLayer(shapes, namesOf(i), config);
    return shapes;
  },
  embed: ({ ids }, { padding, hiddenDropout }, parts) => {
    const [batch, time] = ids.shape;
    const words = parts.rows("embeddings.word_embeddings", ids, padding);
    const places = parts.places("embeddings.position_embeddings", time);
    const sum = tf.reshape(tf.add(tf.reshape(words, [batch, time, -1]), places), words.shape);
    const rows = parts.norm("embeddings.LayerNorm", sum as tf.Tensor2D);
    return parts.drop(rows, hiddenDropout, "embeddings");
  },
  layer: (i, input, config, parts) => postNormLayer(namesOf(i), input, config, parts),
};

function readDistilBert(fields: ConfigFields): TextEncoderConfig {
  const width = fields.count("dim", 768);
  return {
    type: "distilbert",
    vocabulary: fields.count("vocab_size"),
    width,
    layers: fields.count("n_layers", 6),
    heads: fields.heads("n_heads", width, "dim"),
    intermediate: fields.count("hidden_dim", 3072),
    positions: fields.count("max_position_embeddings"),
    segments: 0,
    padding: fields.padding(0),
    activation: fields.activation("activation"),
    epsilon: 1e-12,
    hiddenDropout: fields.rate("dropout", 0.1),
    attentionDropout: fields.rate("attention_dropout", 0.1),
  };
}

function namesOf(i: number): LayerNames {
  const layer = `transformer.layer.${i}`;
  return {
    query: `${layer}.attention.q_lin`,
    key: `${layer}.attention.k_lin`,
    value: `${layer}.attention.v_lin`,
    attended: `${layer}.attention.out_lin`,
    attendedNorm: `${layer}.sa_layer_norm`,
    inner: `${layer}.ffn.lin1`,
    outer: `${layer}.ffn.lin2`,
    outerNorm: `${layer}.output_layer_norm`,
    drops: { weights: `${layer}.attention`, attended: null, outer: `${layer}.ffn` },
  };
}
