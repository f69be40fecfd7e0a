/** Dictionaries of splits, the form that most layouts have in common. @module */

import type { SplitName } from "../modality.ts";
import type { Entries, SplitEntries } from "./layout.ts";
import type { Notes } from "./notes.ts";
import { unfolded } from "./unfold.ts";
import { splitOf } from "./names.ts";
import { holdsModalities, meaningsOf } from "./meanings.ts";
import { entriesOf, isFeatures, isMap, rankOf } from "./values.ts";

/** The parts of a dictionary whose keys name splits; undefined where none does. */
export function splitsOf(value: unknown): Map<SplitName, unknown> | undefined {
  if (!isMap(value)) return undefined;
  const splits = new Map<SplitName, unknown>();
  for (const [key, part] of entriesOf(value)) {
    const split = splitOf(key);
    // Some write None for a split that they have not.
    if (part === null || part === undefined) continue;
    if (split !== undefined && (!splits.has(split) || key === split)) splits.set(split, part);
  }
  return splits.size === 0 ? undefined : splits;
}

/** The dictionaries of the splits; undefined where `value` is no dictionary of them. */
export function dictionariesOf(
  value: unknown,
  notes?: Notes,
): Map<SplitName, Entries> | undefined {
  const splits = splitsOf(value);
  if (splits === undefined) return undefined;
  const parts = [...splits.values()];
  const isSplit = (part: unknown) => holdsModalities(part) || holdsColumns(part);
  if (!parts.every(isMap) || !parts.some(isSplit)) return undefined;
  return new Map(
    [...splits].map(([name, part]) => [
      name,
      unfolded(entriesOf(part as Map<string, unknown>), notes),
    ]),
  );
}

/** Whether there are labels or ids beside an array without a name that is known. */
export function holdsColumns(value: unknown): boolean {
  if (!isMap(value)) return false;
  const entries = entriesOf(value);
  const meanings = meaningsOf(entries);
  if (!meanings.has("regression_labels") && !meanings.has("id")) return false;
  const known = new Set(meanings.values());
  return [...entries].some(([key, part]) =>
    !known.has(key) && isFeatures(part) && rankOf(part) >= 2
  );
}

/** Reads what {@linkcode dictionariesOf} recognises. */
export function readDictionaries(value: unknown, notes: Notes): SplitEntries {
  return dictionariesOf(value, notes) ?? new Map();
}
