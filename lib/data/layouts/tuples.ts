/** MAG-BERT's and MISA's lists of samples. @module */

import { isArraySource } from "../arrays/values.ts";
import { type SplitName, SPLITS } from "../modality.ts";
import type { Entries, Layout } from "./layout.ts";
import { splitsOf } from "./split_dictionary.ts";
import { isList, rankOf, transposed } from "./values.ts";

/** `((words, visual, acoustic, …), label, id)` */
type Sample = readonly [features: readonly unknown[], label: unknown, id?: unknown];

function isSample(value: unknown): value is Sample {
  if (!isList(value) || value.length < 2 || value.length > 4 || !isList(value[0])) return false;
  const [words, visual, acoustic] = value[0] as readonly unknown[];
  return value[0].length >= 3 && rankOf(visual) === 2 && rankOf(acoustic) === 2 &&
    (isList(words) || isArraySource(words)) && rankOf(value[1]) <= 2;
}

function isSampleList(value: unknown): value is readonly Sample[] {
  return isList(value) && value.length > 0 && isSample(value[0]) && isSample(value.at(-1));
}

/** The lists of samples by split; undefined where there are none. */
function listsOf(value: unknown): Map<SplitName | "all", readonly Sample[]> | undefined {
  const named = splitsOf(value);
  if (named !== undefined) {
    const lists = [...named].filter(([, part]) => isList(part));
    if (!lists.some(([, part]) => isSampleList(part))) return undefined;
    return new Map(lists.map(([name, part]) => [name, part as readonly Sample[]]));
  }
  if (isSampleList(value)) return new Map([["all", value]]);
  if (!isList(value) || value.length < 2 || !isSampleList(value[0])) return undefined;
  // Some files say the longest sentence after the splits.
  const lists = value.filter(isSampleList);
  const names: readonly SplitName[] = lists.length === 2 ? ["train", "test"] : SPLITS;
  return new Map(lists.slice(0, 3).map((list, i) => [names[i]!, list]));
}

/**
 * Lists of `((words, visual, acoustic), label, id)` by split. Where the words are numbers of a
 * vocabulary, as MISA has them, the words themselves come after the features.
 */
export const TUPLES: Layout = {
  name: "MAG-BERT and MISA",
  recognises: (value) => listsOf(value) !== undefined,
  read: (value) =>
    new Map([...listsOf(value)!].map(([name, list]) => [name, transposed(list.map(toEntries))])),
};

function toEntries(sample: unknown): Entries {
  // A sample of another form is empty: the errors name what it lacks.
  if (!isSample(sample)) return new Map();
  const [features, label, id] = sample;
  const [first, visual, acoustic, ...rest] = features;
  const words = [first, ...rest].find(isWords);
  return new Map<string, unknown>([
    ...(words === undefined ? [] : [["raw_text", words] as const]),
    ...(rankOf(first) === 2 && words !== first ? [["text", first] as const] : []),
    ["vision", visual],
    ["audio", acoustic],
    ["regression_labels", label],
    ...(id === undefined ? [] : [["id", id] as const]),
  ]);
}

/** A sentence, as a list of its words. */
function isWords(value: unknown): boolean {
  if (isArraySource(value)) return /^[<|][US]/.test(value.dtype);
  return isList(value) && typeof value[0] === "string" ||
    isList(value) && value[0] instanceof Uint8Array;
}
