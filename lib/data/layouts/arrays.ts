/** Arrays without names: all features in one, or features and labels. @module */

import { floatSource } from "../arrays/values.ts";
import type { SplitName } from "../modality.ts";
import type { Entries, Layout, SplitEntries } from "./layout.ts";
import { splitsOf } from "./split_dictionary.ts";
import { meaningsOf } from "./meanings.ts";
import { entriesOf, isFeatures, isList, isMap, rankOf, rowsOf } from "./values.ts";

/** The key under which all features of a sample are one array; `--columns` takes it apart. */
export const ALL_COLUMNS = "features";

/** An array [samples, …, columns], or `(features, labels)`, or `(features, labels, ids)`. */
function partsOf(value: unknown): Entries | undefined {
  if (isMap(value)) return byId(value);
  // Arrays of other shapes in a list are several things, in an order that nobody tells.
  if (isFeatures(value) && rankOf(value) >= 2 && !isPair(value) && floatSource(value) !== null) {
    return new Map([[ALL_COLUMNS, value]]);
  }
  if (!isPair(value)) return undefined;
  const [features, labels, ids] = value;
  return new Map([
    [ALL_COLUMNS, features],
    ["labels", labels],
    ...(ids === undefined ? [] : [["id", ids] as const]),
  ]);
}

/** `{id: features}` of one modality or of all columns. */
function byId(value: ReadonlyMap<unknown, unknown>): Entries | undefined {
  const entries = entriesOf(value);
  const parts = [...entries.values()];
  const areRows = parts.length > 0 && parts.every((part) => isFeatures(part) && rankOf(part) <= 2);
  if (!areRows || meaningsOf(entries).size > 0) return undefined;
  return new Map([["id", [...entries.keys()]], [ALL_COLUMNS, parts]]);
}

/** Features and as many labels. */
function isPair(value: unknown): value is readonly unknown[] {
  if (!isList(value) || value.length < 2 || value.length > 3) return false;
  const [features, labels] = value;
  return isFeatures(features) && rankOf(features) >= 2 && isFeatures(labels) &&
    rankOf(labels) < rankOf(features) && rowsOf(features) === rowsOf(labels);
}

function read(value: unknown): SplitEntries | undefined {
  const splits = splitsOf(value);
  if (splits === undefined) {
    const parts = partsOf(value);
    return parts && new Map([["all", parts]]);
  }
  const parts = [...splits].flatMap(([name, part]): [SplitName, Entries][] => {
    const entries = partsOf(part);
    return entries === undefined ? [] : [[name, entries]];
  });
  return parts.length === 0 ? undefined : new Map(parts);
}

/** One array of all columns, for each split or for all; also an array for each id. */
export const ARRAYS: Layout = {
  name: "one array of all columns",
  recognises: (value) => read(value) !== undefined,
  read: (value) => read(value)!,
};
