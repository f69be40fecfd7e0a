/**
 * What a type of text encoder says of itself: a new one is an object of this form, and a line in
 * `registry.ts`.
 *
 * @module
 */

import type { tf } from "../../engine/mod.ts";
import type { ConfigFields, TextEncoderConfig } from "./config.ts";
import type { EncoderParts, LayerInput } from "./encoder_parts.ts";
import type { PackedRows } from "../packed_rows.ts";

/** A batch of sentences, each int32 [batch, tokens]. */
export interface Tokens {
  readonly ids: tf.Tensor2D;
  /** 1 for a token and 0 for padding. */
  readonly mask: tf.Tensor2D;
  readonly segments: tf.Tensor2D;
  /** Which places are computed; all where absent. States of padding are then of no meaning. */
  readonly packing?: PackedRows | undefined;
}

/** A type of text encoder. */
export interface TextEncoderType<C extends TextEncoderConfig = TextEncoderConfig> {
  /** The values of `model_type` that it is. */
  readonly modelTypes: readonly string[];
  /** Before its parameters' names in files of models with a head. */
  readonly prefix: string;
  /** Whether its tokens may be those of BERT, which a data file has as `text_bert`. */
  readonly readsBertTokens: boolean;
  /** Its sizes. @throws {DataError} when a field is missing or out of range */
  read(fields: ConfigFields): C;
  /** Names and shapes of its parameters, as `transformers` has them. */
  shapes(config: C): Map<string, number[]>;
  /** Names of the parameters that layer `i` reads besides its own. Default: none. */
  sharedWeights?(i: number, config: C): readonly string[];
  /** What enters the first layer: [batch · tokens, width] */
  embed(tokens: Tokens, config: C, parts: EncoderParts): tf.Tensor2D;
  /** Layer `i`, from 0: the new states of the queries, in their shape */
  layer(i: number, input: LayerInput, config: C, parts: EncoderParts): tf.Tensor2D;
}
