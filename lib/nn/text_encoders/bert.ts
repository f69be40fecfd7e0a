/**
 * BERT: word, position and segment embeddings, and a stack of transformer layers.
 *
 * Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019; parameters
 * and order of operations are those of Hugging Face's `BertModel`.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { readSizes, type TextEncoderConfig } from "./config.ts";
import {
  addLayer,
  addLinear,
  addNorm,
  bertNames,
  type EncoderParts,
  postNormLayer,
} from "./encoder_parts.ts";
import type { TextEncoderType, Tokens } from "./encoder_type.ts";

/** BERT. */
export const BERT: TextEncoderType = {
  modelTypes: ["bert"],
  prefix: "bert.",
  readsBertTokens: true,
  read: readSizes,
  shapes: (config) => {
    const shapes = bertShapes(config, config.positions);
    addLinear(shapes, "pooler.dense", config.width, config.width);
    return shapes;
  },
  embed: (tokens, config, parts) => {
    const sum = sumEmbeddings(tokens, config, parts);
    return parts.drop(parts.norm("embeddings.LayerNorm", sum), config.hiddenDropout, "embeddings");
  },
  layer: (i, input, config, parts) => postNormLayer(bertNames(i), input, config, parts),
};

/**
 * Shapes of three tables of embeddings, their norm and the layers.
 *
 * @param positions rows of the table of positions
 * @param embedding width of the tables, that of the layers by default
 * @param projection as of `bertNames`
 */
export function bertShapes(
  config: TextEncoderConfig,
  positions: number,
  embedding: number = config.width,
  projection = "",
): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  shapes.set("embeddings.word_embeddings.weight", [config.vocabulary, embedding]);
  shapes.set("embeddings.position_embeddings.weight", [positions, embedding]);
  shapes.set("embeddings.token_type_embeddings.weight", [config.segments, embedding]);
  addNorm(shapes, "embeddings.LayerNorm", embedding);
  for (let i = 0; i < config.layers; i++) addLayer(shapes, bertNames(i, projection), config);
  return shapes;
}

/** Sum of the embeddings of words, segments and places: [batch · tokens, width of the tables] */
function sumEmbeddings(
  { ids, segments }: Tokens,
  { padding }: TextEncoderConfig,
  parts: EncoderParts,
): tf.Tensor2D {
  const [batch, time] = ids.shape;
  const words = parts.rows("embeddings.word_embeddings", ids, padding);
  const sum = tf.add(words, parts.rows("embeddings.token_type_embeddings", segments));
  const places = parts.places("embeddings.position_embeddings", time);
  return tf.reshape(tf.add(tf.reshape(sum, [batch, time, -1]), places), [batch * time, -1]);
}
