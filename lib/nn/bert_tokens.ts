/**
 * What tokens must be for a BERT to take them: checked before a training, since an engine would
 * read beyond its tables.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import type { Split } from "../data/mod.ts";
import { placeCounts } from "../data/text_bert.ts";
import type { Tokenizer } from "../features/mod.ts";
import type { TextEncoderConfig } from "./text_encoder.ts";

/**
 * Checks that a BERT can read the tokens of a split.
 *
 * @param start the id that its sentences begin with, where the tokens may be another encoder's
 * @throws {DataError} when there are none, a sample has none, a mask is not 0 or 1, an id is not of
 * the vocabulary, a segment has no embedding, or a sample is longer than the position table.
 */
export function checkTokens(split: Split, config: TextEncoderConfig, start?: number): void {
  const refuse = (state: string) => {
    throw new DataError(`Cannot use the tokens of split "${split.name}": ${state}`);
  };
  if (split.textBert === null) {
    return refuse("there are none (text_bert), expected them or raw text and --retokenize");
  }
  const { shape: [samples, , tokens], values } = split.textBert;
  const check = (part: number, limit: number, what: string, hint = "") => {
    for (let i = 0; i < samples; i++) {
      for (let t = 0; t < tokens; t++) {
        const value = values[(3 * i + part) * tokens + t]!;
        if (value >= 0 && value < limit) continue;
        refuse(`sample "${split.ids[i]}" has ${what} ${value}, expected 0 to ${limit - 1}${hint}`);
      }
    }
  };
  const retokenize = ` as this BERT's vocabulary has ${config.vocabulary} pieces; --retokenize ` +
    "makes its tokens from the raw text";
  check(1, 2, "the mask value");
  check(0, config.vocabulary, "the token id", retokenize);
  // An encoder without segments does not read them.
  if (config.segments > 0) check(2, config.segments, "the segment");
  placeCounts(split.textBert).forEach((count, i) => {
    const first = values[3 * i * tokens]!;
    if (start !== undefined && first !== start) {
      refuse(
        `sample "${split.ids[i]}" begins with the id ${first}, expected ${start}, as this ` +
          `${config.type} does: the tokens (text_bert) are another vocabulary's, and there is no ` +
          "raw text to make others of",
      );
    }
    const sample = `sample "${split.ids[i]}"`;
    if (count === 0) refuse(`${sample} is empty, expected at least one token`);
    if (count <= config.positions) return;
    refuse(`${sample} has ${count} tokens, expected at most ${config.positions}, as this BERT has`);
  });
}

/** Refuses a tokenizer that makes ids which an encoder has no embedding of. @throws {DataError} */
export function checkVocabulary(
  { vocabulary = 0 }: Pick<Tokenizer, "vocabulary">,
  encoder: TextEncoderConfig,
  folder: string,
): void {
  if (vocabulary <= encoder.vocabulary) return;
  throw new DataError(
    `Cannot use the tokenizer in "${folder}": it has ${vocabulary} pieces, expected at most ` +
      `${encoder.vocabulary}, the vocab_size of config.json`,
  );
}
