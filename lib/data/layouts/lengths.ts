/**
 * The true number of steps of each sample, from whatever a file tells about it.
 *
 * @module
 */

import type { TextBert } from "../dataset.ts";
import type { LengthOrigin } from "../source.ts";

/** Lengths within 1 to steps. */
export interface Lengths {
  readonly lengths: Int32Array;
  readonly lengthOrigin: LengthOrigin;
  /** Positions whose length in the file is outside 1 to steps. */
  readonly wrongLengths: readonly number[];
}

/** What may tell the lengths, the best first. */
export interface LengthHints {
  /** The column's own lengths. */
  readonly given: ArrayLike<number> | null;
  /** Only where the column's steps are the tokens of `text_bert`. */
  readonly mask: TextBert | null;
  /** Lengths of the text, only where the column is aligned with it. */
  readonly text: ArrayLike<number> | null;
}

/**
 * The lengths of `samples` rows of `steps` steps. Without any hint each row is full. A length
 * that is below 1, beyond `steps` or not a number is moved to the nearest that is possible (MMSA
 * files hold zeros for clips without audio; a length of 0 has no last step).
 */
export function resolveLengths(samples: number, steps: number, hints: LengthHints): Lengths {
  const [found, lengthOrigin] = bestHint(hints);
  const lengths = new Int32Array(samples).fill(steps);
  const wrongLengths: number[] = [];
  if (found === null) return { lengths, lengthOrigin, wrongLengths };
  for (let i = 0; i < samples; i++) {
    const length = found[i] ?? NaN;
    const possible = Number.isNaN(length)
      ? steps
      : Math.max(1, Math.min(steps, Math.trunc(length)));
    if (possible !== length) wrongLengths.push(i);
    lengths[i] = possible;
  }
  return { lengths, lengthOrigin, wrongLengths };
}

function bestHint(hints: LengthHints): [ArrayLike<number> | null, LengthOrigin] {
  if (hints.given !== null) return [hints.given, "given"];
  if (hints.mask !== null) return [maskLengths(hints.mask), "mask"];
  if (hints.text !== null) return [hints.text, "text"];
  return [null, "none"];
}

/** Sum of the attention mask of each sample, [samples]. */
export function maskLengths(bert: TextBert): Int32Array {
  const [samples, , tokens] = bert.shape;
  return Int32Array.from({ length: samples }, (_, i) => {
    const start = (3 * i + 1) * tokens;
    return bert.values.subarray(start, start + tokens).reduce((sum, bit) => sum + bit, 0);
  });
}
