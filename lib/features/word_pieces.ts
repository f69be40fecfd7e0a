/**
 * Words laid out by the pieces that a tokenizer makes of them, as the aligned files of this field
 * have them: each piece has the row of its word, special tokens have zeros.
 *
 * @module
 */

import type { ColumnSource, TextBert } from "../data/mod.ts";
import type { RowFile } from "../data/store/mod.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * The word that each token of a sentence is a piece of, from 0; -1 for the special ones around them.
 *
 * @example
 * ```ts
 * import { openTokenizer } from "./tokenizer.ts";
 * import { wordsOfTokens } from "./word_pieces.ts";
 * import { assertEquals } from "@std/assert";
 * const folder = new URL("../../tests/golden/bert_tiny", import.meta.url).pathname;
 * const words = wordsOfTokens(["a", "movie"], await openTokenizer(folder));
 * assertEquals([words[0], words[1], words.at(-2), words.at(-1)], [-1, 0, 1, -1]);
 * ```
 */
export function wordsOfTokens(words: readonly string[], tokenizer: Tokenizer): number[] {
  const around = tokenizer.encode("").length;
  const of: number[] = [];
  words.forEach((_, w) => {
    // What a word becomes may depend on what is before it.
    const pieces = tokenizer.encode(words.slice(0, w + 1).join(" ")).length - around;
    while (of.length < pieces) of.push(w);
  });
  return [-1, ...of, -1];
}

/**
 * A column whose steps are words as one whose steps are tokens.
 *
 * @param words of each sample
 * @param rows an empty file of rows [places, width], which is filled
 * @returns the column but for its values, which are in the file
 */
export function byTokens(
  { values, steps, width, ...column }: ColumnSource,
  words: readonly (readonly string[])[],
  tokenizer: Tokenizer,
  { shape: [, , places] }: TextBert,
  rows: RowFile,
): Omit<ColumnSource, "values"> {
  const source = new Float32Array(steps * width);
  const lengths = Int32Array.from(words, (own, i) => {
    values.readFloat32(i * source.length, source);
    const row = new Float32Array(places * width);
    const of = wordsOfTokens(own, tokenizer);
    // A sentence that is too long keeps its last token, as its ids do.
    const kept = of.length <= places ? of : [...of.slice(0, places - 1), -1];
    kept.forEach((w, t) => {
      if (w >= 0) row.set(source.subarray(w * width, (w + 1) * width), t * width);
    });
    rows.append(row);
    return kept.length;
  });
  return { ...column, steps: places, width, lengths, lengthOrigin: "given", wrongLengths: [] };
}
