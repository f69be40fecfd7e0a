/** What the CMU SDK's `get_tensors` gives. @module */

import { type SplitName, SPLITS } from "../modality.ts";
import type { Entries, Layout } from "./layout.ts";
import { meaningOf } from "./names.ts";
import { holdsModalities } from "./meanings.ts";
import { entriesOf, isList, isMap, rankOf, rowsOf } from "./values.ts";

/** The parts at the front of a list that are dictionaries of features. */
function foldsOf(value: unknown): ReadonlyMap<unknown, unknown>[] {
  if (!isList(value)) return [];
  const end = value.findIndex((part) => !isMap(part));
  return value.slice(0, end < 0 ? undefined : end) as ReadonlyMap<unknown, unknown>[];
}

/** A list of train, valid and test (or of train and test), each a dictionary of arrays. */
export const SDK_TENSORS: Layout = {
  name: "CMU SDK tensors",
  recognises: (value) => {
    const folds = foldsOf(value);
    return (folds.length === 2 || folds.length === 3) && folds.every(holdsModalities) &&
      folds.every((fold) => holdsLabels(entriesOf(fold)));
  },
  read: (value) => {
    const folds = foldsOf(value);
    const names: readonly SplitName[] = folds.length === 3 ? SPLITS : ["train", "test"];
    return new Map(folds.map((fold, i) => [names[i]!, entriesOf(fold)]));
  },
};

/** Whether there are labels of many samples: a list of clips has one each. */
function holdsLabels(entries: Entries): boolean {
  return [...entries].some(([key, value]) =>
    meaningOf(key) === "regression_labels" && (rowsOf(value) ?? 0) > 0 && rankOf(value) > 0
  );
}
