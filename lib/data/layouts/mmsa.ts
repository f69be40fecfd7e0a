/** MMSA's layout (METHODS 0.1), that of the published files. @module */

import type { Layout } from "./layout.ts";
import { dictionariesOf, readDictionaries } from "./split_dictionary.ts";

/** A dictionary of splits with MMSA's keys. */
export const MMSA: Layout = {
  name: "MMSA",
  recognises: (value) => {
    const splits = dictionariesOf(value);
    return splits !== undefined &&
        [...splits.values()].some((entries) => entries.has("regression_labels")) ||
      [...splits?.values() ?? []].some((entries) =>
          entries.has("id") &&
          ["text", "audio", "vision", "text_bert"].some((key) => entries.has(key))
        ) && ![...splits!.values()].some((entries) => entries.has("labels"));
  },
  read: readDictionaries,
};
