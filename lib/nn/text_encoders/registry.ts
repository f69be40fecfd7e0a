/**
 * The types of text encoders that there are.
 *
 * @module
 */

import { BERT } from "./bert.ts";
import { ConfigFields, type TextEncoderConfig } from "./config.ts";
import { DEBERTA_V2 } from "./deberta_v2.ts";
import { DISTILBERT } from "./distilbert.ts";
import { ELECTRA } from "./electra.ts";
import type { TextEncoderType } from "./encoder_type.ts";
import { ROBERTA } from "./roberta.ts";

const TYPES = [BERT, ROBERTA, ELECTRA, DISTILBERT, DEBERTA_V2] as readonly TextEncoderType[];

/** The values of `model_type` that can be read. */
export const MODEL_TYPES: readonly string[] = TYPES.flatMap(({ modelTypes }) => modelTypes);

/** The type of an encoder. */
export function typeOf({ type }: Pick<TextEncoderConfig, "type">): TextEncoderType {
  const found = TYPES.find(({ modelTypes }) => modelTypes.includes(type));
  if (found === undefined) throw new TypeError(`There is no text encoder of the type "${type}"`);
  return found;
}

/**
 * Reads the fields of a `config.json`; without `model_type` it is a BERT's.
 *
 * @param where the file's path, for messages
 * @throws {DataError} when its type is unknown, or a field is missing or out of range.
 *
 * @example
 * ```ts
 * import { readEncoderConfig } from "./registry.ts";
 * import { assertEquals } from "@std/assert";
 * const config = readEncoderConfig({
 *   model_type: "roberta",
 *   vocab_size: 100,
 *   hidden_size: 8,
 *   num_hidden_layers: 2,
 *   num_attention_heads: 2,
 *   intermediate_size: 16,
 *   max_position_embeddings: 34,
 * }, "config.json");
 * assertEquals([config.positions, config.padding, config.hiddenDropout], [32, 1, 0.1]);
 * ```
 */
export function readEncoderConfig(
  fields: Readonly<Record<string, unknown>>,
  where: string,
): TextEncoderConfig {
  const given = new ConfigFields(fields, where);
  const type = String(given.value("model_type", "bert"));
  if (!MODEL_TYPES.includes(type)) given.refuse("model_type", `one of ${MODEL_TYPES.join(", ")}`);
  return typeOf({ type }).read(given);
}

/** Names and shapes of all parameters, as Hugging Face's model has them. */
export function encoderShapes(config: TextEncoderConfig): Map<string, number[]> {
  return typeOf(config).shapes(config);
}
