/** How much of tokens is there, by their masks. @module */

import type { TextBert } from "./dataset.ts";

/** The mask of a sample, 1 for a token and 0 for padding: [tokens], a view */
function maskOf({ shape: [, , tokens], values }: TextBert, sample: number): Int32Array {
  return values.subarray((3 * sample + 1) * tokens, (3 * sample + 2) * tokens);
}

/** Number of places of a sample up to its last token; 0 where there is none. */
export function placesOf(textBert: TextBert, sample: number): number {
  return maskOf(textBert, sample).findLastIndex((value) => value !== 0) + 1;
}

/** Number of places of each sample up to its last token, [samples] */
export function placeCounts(textBert: TextBert): Int32Array {
  return Int32Array.from({ length: textBert.shape[0] }, (_, i) => placesOf(textBert, i));
}

/** Number of a sample's tokens. */
export function tokensOf(textBert: TextBert, sample: number): number {
  return maskOf(textBert, sample).reduce((sum, value) => sum + value, 0);
}

/** Number of tokens of each sample, [samples] */
export function tokenCounts(textBert: TextBert): Int32Array {
  return Int32Array.from({ length: textBert.shape[0] }, (_, i) => tokensOf(textBert, i));
}
