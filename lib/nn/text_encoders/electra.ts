/**
 * ELECTRA's discriminator: BERT whose embeddings may be narrower than its layers, without a pooler.
 *
 * Source: Clark et al., "ELECTRA: Pre-training Text Encoders as Discriminators Rather Than
 * Generators", 2020; Hugging Face's `ElectraModel`.
 *
 * @module
 */

import { BERT, bertShapes } from "./bert.ts";
import { readSizes, type TextEncoderConfig } from "./config.ts";
import { addLinear } from "./encoder_parts.ts";
import type { TextEncoderType } from "./encoder_type.ts";

interface ElectraConfig extends TextEncoderConfig {
  /** Width of the tables. */
  readonly embedding: number;
}

/** ELECTRA. */
export const ELECTRA: TextEncoderType<ElectraConfig> = {
  modelTypes: ["electra"],
  prefix: "electra.",
  readsBertTokens: true,
  read: (fields) => ({ ...readSizes(fields), embedding: fields.count("embedding_size", 128) }),
  shapes: (config) => {
    const shapes = bertShapes(config, config.positions, config.embedding);
    if (config.embedding !== config.width) {
      addLinear(shapes, "embeddings_project", config.width, config.embedding);
    }
    return shapes;
  },
  embed: (tokens, config, parts) => {
    const rows = BERT.embed(tokens, config, parts);
    return config.embedding === config.width ? rows : parts.linear("embeddings_project", rows);
  },
  layer: BERT.layer,
};
