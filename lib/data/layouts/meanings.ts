/** Which keys of a dictionary mean what, by their names and by what they hold. @module */

import { MODALITIES, type Modality } from "../modality.ts";
import type { Entries } from "./layout.ts";
import { meaningOf, modalityAmong } from "./names.ts";
import { areNames, areTexts } from "./texts.ts";
import { unfolded } from "./unfold.ts";
import { entriesOf, isFeatures, isMap, rankOf } from "./values.ts";

/** So many keys that differ in their number alone are numbered. */
const LEAST_NUMBERED = 3;

/** The keys that mean something, by what they mean. */
export function meaningsOf(entries: Entries): Map<string, string> {
  const meanings = new Map<string, string>();
  const numbered = numberedForms(entries);
  for (const [key, value] of entries) {
    if (numbered.has(formOf(key))) continue;
    const named = meaningOf(key);
    // Sentences under `text` are no features of it, and names of classes no scores.
    const isText = named === "text" && areTexts(value);
    const isNames = named === "regression_labels" && areNames(value);
    const meaning = isText ? "raw_text" : isNames ? "annotations" : named;
    // The proper name before any other, else the first.
    if (meaning !== undefined && (!meanings.has(meaning) || key === meaning)) {
      meanings.set(meaning, key);
    }
  }
  const known = new Set(meanings.values());
  for (const modality of MODALITIES) {
    const key = meanings.has(modality) ? undefined : guessed(entries, modality, known);
    if (key !== undefined) meanings.set(modality, key);
  }
  return meanings;
}

/** `video7` as `video#` */
function formOf(key: string): string {
  return key.replaceAll(/\d+/g, "#");
}

/** The forms of keys that count something: `video1`, `video2`, `video3` are ids and no features. */
function numberedForms(entries: Entries): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const key of entries.keys()) {
    if (/\d/.test(key)) counts.set(formOf(key), (counts.get(formOf(key)) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= LEAST_NUMBERED).map(([form]) => form));
}

/**
 * Features whose name has the word of a modality among others, such as `src-audio` or `X_text`; of
 * several the only sequence.
 */
function guessed(
  entries: Entries,
  modality: Modality,
  known: ReadonlySet<string>,
): string | undefined {
  const keys = [...entries].filter(([key, value]) =>
    !known.has(key) && modalityAmong(key) === modality && isFeatures(value) && rankOf(value) >= 2
  );
  const sequences = keys.filter(([, value]) => rankOf(value) === 3);
  const [only, ...more] = sequences.length === 1 ? sequences : keys;
  return more.length > 0 ? undefined : only?.[0];
}

/** Whether a dictionary holds what a clip or a split holds: features or words under known names. */
export function holdsModalities(value: unknown): value is ReadonlyMap<unknown, unknown> {
  if (!isMap(value)) return false;
  const meanings = meaningsOf(unfolded(entriesOf(value)));
  return [...MODALITIES, "text_bert", "raw_text"].some((key) => meanings.has(key));
}
