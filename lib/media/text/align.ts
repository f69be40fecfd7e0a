/** Means of features over each word, as in the aligned files of this field. @module */

import type { Track } from "../track.ts";
import type { Word } from "./transcript.ts";

/**
 * [words, width] means of the steps whose time lies within each word; where none does, the step
 * that is nearest to its middle.
 */
export function alignToWords(
  { values, width, times }: Track,
  words: readonly Word[],
): Float32Array {
  const out = new Float32Array(words.length * width);
  words.forEach(({ start, end }, w) => {
    let first = firstFrom(times, start), last = firstFrom(times, end) - 1;
    if (last < first) first = last = nearest(times, (start + end) / 2);
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let t = first; t <= last; t++) sum += values[t * width + k]!;
      out[w * width + k] = sum / (last - first + 1);
    }
  });
  return out;
}

/** The first of ascending times that is not before `at`; their number when all are. */
function firstFrom(times: Float64Array, at: number): number {
  let low = 0, high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function nearest(times: Float64Array, at: number): number {
  const after = Math.min(firstFrom(times, at), times.length - 1);
  const before = Math.max(0, after - 1);
  return at - times[before]! <= times[after]! - at ? before : after;
}
