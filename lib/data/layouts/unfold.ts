/**
 * Dictionaries inside those of a split or clip, laid out flat: labels by their kind, features by their
 * modality, and samples by their id.
 *
 * @module
 */

import type { Entries } from "./layout.ts";
import { meaningOf, saysNothing } from "./names.ts";
import type { Notes } from "./notes.ts";
import { entriesOf, isFeatures, isMap, rankOf } from "./values.ts";
import { counted } from "../problem.ts";

/**
 * `{labels: {M: …, T: …}, features: {text: …}}` as `{label_M, label_T, text}`; values by id, as
 * `{text: {clip: …}, labels: {clip: …}}`, as a list each, of the ids that all of them have.
 */
export function unfolded(entries: Entries, notes?: Notes): Entries {
  const flat = new Map<string, unknown>();
  for (const [key, value] of entries) {
    const inner = isMap(value) ? entriesOf(value) : new Map<string, unknown>();
    const isLabels = meaningOf(key) === "regression_labels";
    const named = [...inner].filter(([name]) => isLabels && meaningOf(`label_${name}`));
    if (inner.size > 0 && saysNothing(key)) {
      for (const [name, part] of inner) flat.set(name, part);
    } else if (named.length > 0) {
      for (const [name, part] of named) flat.set(`label_${name}`, part);
    } else flat.set(key, value);
  }
  return byId(flat, notes);
}

function byId(entries: Entries, notes: Notes | undefined): Entries {
  const keyed = new Map([...entries].flatMap(([key, value]): [string, Entries][] => {
    if (!isMap(value) || value.size === 0 || meaningOf(key) === undefined) return [];
    const rows = entriesOf(value);
    return [...rows.values()].every(isRow) ? [[key, rows]] : [];
  }));
  const hasFeatures = [...keyed.values()].some((rows) => [...rows.values()].some(isFeatures));
  if (!hasFeatures || entries.has("id")) return entries;
  const all = [...new Set([...keyed.values()].flatMap((rows) => [...rows.keys()]))];
  const ids = all.filter((id) => [...keyed.values()].every((rows) => rows.has(id)));
  if (ids.length < all.length) {
    const lacking = [...keyed].filter(([, { size }]) => size < all.length)
      .map(([key, { size }]) => `"${key}" lacks ${all.length - size}`);
    notes?.addWarning(
      `leaves out ${all.length - ids.length} of ${counted(all.length, "sample")} that are not in ` +
        `all of ${[...keyed.keys()].map((key) => `"${key}"`).join(", ")}: ${lacking.join(", ")}`,
    );
  }
  const lists = [...entries].map(([key, value]): [string, unknown] => {
    const rows = keyed.get(key);
    return [key, rows === undefined ? value : ids.map((id) => rows.get(id))];
  });
  return new Map([["id", ids], ...lists]);
}

/** A value of one sample. */
function isRow(value: unknown): boolean {
  return !isMap(value) && rankOf(value) <= 2;
}
