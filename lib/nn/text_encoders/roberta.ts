/**
 * RoBERTa and XLM-R: BERT whose places are counted from the id of padding on, and without segments.
 *
 * Source: Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach", 2019; Conneau et al.,
 * "Unsupervised Cross-lingual Representation Learning at Scale", 2020; Hugging Face's `RobertaModel`
 * and `XLMRobertaModel`.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { constantOf } from "../stop_gradient.ts";
import { BERT, bertShapes } from "./bert.ts";
import { type ConfigFields, readSizes, type TextEncoderConfig } from "./config.ts";
import { addLinear } from "./encoder_parts.ts";
import type { TextEncoderType } from "./encoder_type.ts";

interface RobertaConfig extends TextEncoderConfig {
  readonly padding: number;
}

/** RoBERTa and XLM-R. */
export const ROBERTA: TextEncoderType<RobertaConfig> = {
  modelTypes: ["roberta", "xlm-roberta"],
  prefix: "roberta.",
  readsBertTokens: false,
  read: readRoberta,
  shapes: (config) => {
    const shapes = bertShapes(config, config.positions + config.padding + 1);
    addLinear(shapes, "pooler.dense", config.width, config.width);
    return shapes;
  },
  embed: (tokens, config, parts) => {
    const { padding } = config;
    const words = parts.rows("embeddings.word_embeddings", tokens.ids, padding);
    const places = parts.rows(
      "embeddings.position_embeddings",
      constantOf(() => positionsOf(tokens.ids, padding)),
      padding,
    );
    const segments = parts.rows("embeddings.token_type_embeddings", tokens.segments);
    const sum = tf.add(tf.add(words, segments), places) as tf.Tensor2D;
    return parts.drop(parts.norm("embeddings.LayerNorm", sum), config.hiddenDropout, "embeddings");
  },
  layer: BERT.layer,
};

/** The first places of the table belong to ids up to padding's: they are no token's. */
function readRoberta(fields: ConfigFields): RobertaConfig {
  const sizes = readSizes(fields);
  const padding = fields.padding(1);
  if (padding === null) {
    return fields.refuse("pad_token_id", "an id: places are counted from it on");
  }
  const positions = sizes.positions - padding - 1;
  if (positions > 0) return { ...sizes, padding, positions };
  return fields.refuse(
    "max_position_embeddings",
    `more than ${padding + 1}, as padding is ${padding}`,
  );
}

/** padding + the number of tokens up to each, and `padding` for padding: int32 [batch, tokens] */
function positionsOf(ids: tf.Tensor2D, padding: number): tf.Tensor2D {
  const isToken = tf.cast(tf.notEqual(ids, padding), "float32");
  const place = tf.range(0, ids.shape[1], 1, "int32");
  const isBefore = tf.cast(
    tf.lessEqual(tf.expandDims(place, 1), tf.expandDims(place, 0)),
    "float32",
  );
  const counts = tf.mul(tf.matMul(isToken as tf.Tensor2D, isBefore as tf.Tensor2D), isToken);
  return tf.add(tf.cast(counts, "int32"), tf.scalar(padding, "int32")) as tf.Tensor2D;
}
