/** MulT's layout. @module */

import type { Layout } from "./layout.ts";
import { dictionariesOf, readDictionaries } from "./split_dictionary.ts";

/**
 * A dictionary of splits, each `vision`, `audio`, `text`, `labels` [samples, 1, 1] and, in most
 * files, `id` [samples, 3]: video, begin and end.
 */
export const MULT: Layout = {
  name: "MulT",
  recognises: (value) => {
    const splits = dictionariesOf(value);
    return splits !== undefined &&
      [...splits.values()].some((entries) =>
        entries.has("labels") && ["vision", "audio", "text"].some((key) => entries.has(key))
      );
  },
  read: readDictionaries,
};
