/** Dictionaries of modalities, each of splits. @module */

import type { SplitName } from "../modality.ts";
import type { Layout } from "./layout.ts";
import { meaningOf, SPLIT_KEYS, splitAndRest } from "./names.ts";
import { splitsOf } from "./split_dictionary.ts";
import { entriesOf, isFeatures, isMap } from "./values.ts";

/** `{text: {train, valid, test}, audio: {…}, labels: {…}}` */
export const BY_MODALITY: Layout = {
  name: "modalities of splits",
  recognises: (value) =>
    isMap(value) &&
    [...entriesOf(value)].some(([key, part]) => isOfSamples(key) && splitsOf(part) !== undefined),
  read: (value) => {
    const splits = new Map<SplitName, Map<string, unknown>>();
    for (const [key, part] of entriesOf(value as Map<unknown, unknown>)) {
      for (const [split, found] of splitsOf(part) ?? []) add(splits, split, key, found);
    }
    return splits;
  },
};

/** Whether a key means something that each sample has. */
function isOfSamples(key: string): boolean {
  return SPLIT_KEYS.includes(meaningOf(key) ?? "");
}

/** `{train_text, train_audio, train_labels, valid_text, …}`, as `.npz` files have it. */
export const JOINED_NAMES: Layout = {
  name: "splits in the names",
  recognises: (value) =>
    isMap(value) && [...entriesOf(value)].some(([key, part]) => {
      const [split, rest] = splitAndRest(key);
      return split !== undefined && meaningOf(rest) !== undefined && isFeatures(part);
    }),
  read: (value) => {
    const splits = new Map<SplitName, Map<string, unknown>>();
    for (const [key, part] of entriesOf(value as Map<unknown, unknown>)) {
      const [split, rest] = splitAndRest(key);
      if (split !== undefined) add(splits, split, rest, part);
    }
    return splits;
  },
};

function add(
  splits: Map<SplitName, Map<string, unknown>>,
  split: SplitName,
  key: string,
  value: unknown,
): void {
  const entries = splits.get(split) ?? new Map<string, unknown>();
  entries.set(key, value);
  splits.set(split, entries);
}
