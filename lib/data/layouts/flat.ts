/** Dictionaries of arrays without splits, which may say by `mode` where each sample belongs. @module */

import type { SplitName } from "../modality.ts";
import { stringsOf } from "../arrays/values.ts";
import type { Entries, Layout, SplitEntries } from "./layout.ts";
import { unfolded } from "./unfold.ts";
import { counted, listSome } from "../problem.ts";
import type { Notes } from "./notes.ts";
import { PART_KEYS, splitOf } from "./names.ts";
import { holdsColumns } from "./split_dictionary.ts";
import { holdsModalities, meaningsOf } from "./meanings.ts";
import { entriesOf, rankOf, rowsOf, selectRows } from "./values.ts";

/** `{text, audio, vision, labels, id, mode}`, each of all samples. */
export const FLAT: Layout = {
  name: "one dictionary of all samples",
  recognises: (value) =>
    holdsModalities(value) ? isTable(unfolded(entriesOf(value))) : holdsColumns(value),
  read: (value, notes) =>
    divided(unfolded(entriesOf(value as Map<unknown, unknown>), notes), notes),
};

/** Whether the arrays have a row a sample: those of a single clip have a row a step. */
function isTable(entries: Entries): boolean {
  const meanings = meaningsOf(entries);
  const rows = (meaning: string) => rowsOf(entries.get(meanings.get(meaning) ?? ""));
  const features = ["text", "audio", "vision"].filter((name) => meanings.has(name));
  const counts = features.map(rows);
  const labels = rows("regression_labels") ?? rows("id");
  if (labels !== undefined && counts.length > 0) return counts.every((count) => count === labels);
  return features.some((name) => rankOf(entries.get(meanings.get(name)!)) === 3) &&
    new Set(counts).size === 1;
}

/**
 * The samples of each split, by the words under `mode`; all of them where there are none. What is left
 * out is told.
 */
export function divided(entries: Entries, notes: Notes): SplitEntries {
  const modeKey = meaningsOf(entries).get(PART_KEYS.mode);
  const modes = modeKey === undefined ? null : stringsOf(entries.get(modeKey));
  if (modeKey === undefined || modes === null) return new Map([["all", entries]]);
  const others = modes.filter((mode) => splitOf(mode) === undefined);
  const shown = listSome([...new Set(others)], 3);
  if (others.length === modes.length) {
    notes.addWarning(
      `does not use "${modeKey}": ${shown} name no split, expected train, valid, test`,
    );
    return new Map([["all", entries]]);
  }
  if (others.length > 0) {
    notes.addWarning(
      `leaves out ${others.length} of ${counted(modes.length, "sample")}, whose "${modeKey}" is ` +
        `${shown}, expected train, valid or test`,
    );
  }
  const rows = new Map<SplitName, number[]>();
  modes.forEach((mode, row) => {
    const split = splitOf(mode);
    if (split === undefined) return;
    const places = rows.get(split) ?? [];
    places.push(row);
    rows.set(split, places);
  });
  return new Map(
    [...rows].map(([split, places]) => {
      const parts = [...entries].filter(([key]) => key !== modeKey).map((
        [key, value],
      ): [string, unknown] => [
        key,
        rowsOf(value) === modes.length ? selectRows(value, places) : value,
      ]);
      return [split, new Map(parts)];
    }),
  );
}
