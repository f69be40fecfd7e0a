/** Dictionaries of splits with other names, such as those of LMF and MFN. @module */

import type { Layout } from "./layout.ts";
import { dictionariesOf, readDictionaries } from "./split_dictionary.ts";

/** A dictionary of splits, whose keys are names of feature tools: `glove`, `covarep`, `facet`. */
export const NAMED_SPLITS: Layout = {
  name: "splits with other names (LMF, MFN)",
  recognises: (value) => dictionariesOf(value) !== undefined,
  read: readDictionaries,
};
