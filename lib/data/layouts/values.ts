/** Telling apart and taking apart the values of a file. @module */

import type { ArraySource } from "../arrays/array_source.ts";
import { SelectedRows } from "../arrays/views.ts";
import { isArraySource, stringOf } from "../arrays/values.ts";
import type { Entries } from "./layout.ts";

/** Python 2 pickles have byte strings as keys; keys that are no text are left out. */
export function entriesOf(map: ReadonlyMap<unknown, unknown>): Map<string, unknown> {
  return new Map(
    [...map].flatMap(([key, value]): [string, unknown][] => {
      const text = stringOf(key);
      return text === null ? [] : [[text, value]];
    }),
  );
}

/** Whether `value` is a dictionary. */
export function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map;
}

/** Whether `value` is a list or tuple. */
export function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** Number of axes of an array, of a list as Python nests it; 0 of anything else. */
export function rankOf(value: unknown): number {
  let [rank, inner] = [0, value];
  // A list that holds itself would have no end.
  while (isList(inner) && inner.length > 0 && rank < 8) [rank, inner] = [rank + 1, firstOf(inner)];
  return isArraySource(inner) ? rank + inner.shape.length : rank;
}

/** The first that is there: a modality may be missing in some samples. */
function firstOf(list: readonly unknown[]): unknown {
  return list.find((item) => item !== null) ?? list[0];
}

/** Number of rows of an array or list; undefined of anything else. */
export function rowsOf(value: unknown): number | undefined {
  if (isList(value)) return value.length;
  return isArraySource(value) ? value.shape[0] : undefined;
}

/** Whether `value` holds features: an array of numbers, or lists of them. */
export function isFeatures(value: unknown): boolean {
  let [inner, depth] = [value, 0];
  while (isList(inner) && inner.length > 0 && depth < 8) {
    [depth, inner] = [depth + 1, firstOf(inner)];
  }
  if (isArraySource(inner)) return /^([<|][fiub]\d|bfloat16|\|O)/.test(inner.dtype);
  return depth > 0 && (typeof inner === "number" || typeof inner === "bigint");
}

/** The rows of `value`, a list or an array, at `positions`. */
export function selectRows(value: unknown, positions: readonly number[]): unknown {
  if (isList(value)) return positions.map((row) => value[row]);
  return isArraySource(value) ? new SelectedRows(value as ArraySource, positions) : value;
}

/** The values of samples by key: `[{a: 1}, {a: 2}]` → `{a: [1, 2]}`. Absent ones are None. */
export function transposed(samples: readonly Entries[]): Map<string, unknown[]> {
  const keys = new Set(samples.flatMap((sample) => [...sample.keys()]));
  return new Map([...keys].map((key) => [key, samples.map((sample) => sample.get(key) ?? null)]));
}
