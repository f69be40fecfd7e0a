/** Tokens of a BERT, in the arrangements that files have. @module */

import { integersOf } from "../arrays/values.ts";
import type { ArraySource } from "../arrays/array_source.ts";

/** Rows of `text_bert`: ids, mask, segments. */
const ROWS = 3;

/**
 * `value` as [samples, 3, tokens]: transposed where it is [samples, tokens, 3], and with a mask
 * where it is ids only. Anything else stays as it is.
 */
export function arrangedTokens(value: unknown): { value: unknown; note: string | null } {
  const found = integersOf(value);
  if (found === null) return { value, note: null };
  const [samples = 0, first = 0, last = 0] = found.shape;
  if (found.shape.length === 3 && first !== ROWS && last === ROWS) {
    const turned = new Int32Array(found.values.length);
    for (let i = 0; i < samples; i++) {
      for (let t = 0; t < first; t++) {
        for (let row = 0; row < ROWS; row++) {
          turned[(i * ROWS + row) * first + t] = found.values[(i * first + t) * ROWS + row]!;
        }
      }
    }
    return { value: asArray([samples, ROWS, first], turned), note: "transposed" };
  }
  if (found.shape.length !== 2) return { value, note: null };
  const full = new Int32Array(samples * ROWS * first);
  for (let i = 0; i < samples; i++) {
    const ids = found.values.subarray(i * first, (i + 1) * first);
    full.set(ids, i * ROWS * first);
    ids.forEach((id, t) => full[(i * ROWS + 1) * first + t] = Number(id !== 0));
  }
  return { value: asArray([samples, ROWS, first], full), note: "ids only" };
}

function asArray(shape: readonly number[], values: Int32Array): ArraySource {
  return {
    shape,
    dtype: "<i4",
    size: values.length,
    readFloat32: (start, target) => target.set(values.subarray(start, start + target.length)),
    values: () => values,
  };
}
