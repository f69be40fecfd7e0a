/** Tokens of a BERT, in the arrangements that files have. @module */

import { countOf, floatsOf, type FloatSource, floatSource, integersOf } from "../arrays/values.ts";
import type { ArraySource } from "../arrays/array_source.ts";

/** Whole numbers beyond this are no counts or bytes, which may be features. */
const LARGEST_COUNT = 255;
/** The number of [CLS], with which all sentences begin, in vocabularies of BERT. */
const CLS = 101;
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

/**
 * What whole numbers under `text` are: the tokens of a BERT, ids alone or with mask and segments, or
 * numbers of words in a vocabulary that nobody has; null for features.
 */
export function wordNumbers(value: unknown): "tokens" | "words" | null {
  const source = floatSource(value);
  const [samples = 0, first = 0, last = 0] = source?.shape ?? [];
  const places = source?.shape.length === 3 ? maskPlaces(first, last) : null;
  const isPossible = places !== null || source?.shape.length === 2;
  if (source === null || samples < 2 || !isPossible || !beginsWhole(source)) return null;
  const { values } = floatsOf(value)!;
  if (!values.every(Number.isInteger)) return null;
  const size = values.length / samples;
  if (places !== null) {
    // Every sentence begins with [CLS], whatever its number is, and has a mask that begins with it.
    const mask = values.findIndex((_, i) => places(i));
    const isTokens = values.every((value, i) => {
      const at = i % size;
      if (at === 0) return value > 0 && value === values[0];
      if (at === mask) return value === 1;
      return !places(at) || value === 0 || value === 1;
    });
    return isTokens ? "tokens" : null;
  }
  if (!values.some((number) => number > LARGEST_COUNT)) return null;
  return values.every((id, i) => i % size > 0 || id === CLS) ? "tokens" : "words";
}

/** Whether the first numbers are whole ones: features are not, and need not be read for this. */
function beginsWhole(source: FloatSource): boolean {
  const few = new Float32Array(Math.min(64, countOf(source.shape)));
  source.readFloat32(0, few);
  return few.every(Number.isInteger);
}

/** Which places of a sample [3, tokens] or [tokens, 3] are its mask; null for other shapes. */
function maskPlaces(first: number, last: number): ((place: number) => boolean) | null {
  if (first === ROWS) return (place) => place >= last && place < 2 * last;
  return last === ROWS ? (place) => place % ROWS === 1 : null;
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
