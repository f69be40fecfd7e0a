/**
 * What a layout is: a way in which people arrange a dataset in a file.
 *
 * @module
 */

import type { SplitName } from "../modality.ts";
import type { Notes } from "./notes.ts";

/** Values by key, as found: keys may have any of the field's names for them. */
export type Entries = ReadonlyMap<string, unknown>;

/** Values of each split; under `all` those of a file that has no splits. */
export type SplitEntries = ReadonlyMap<SplitName | "all", Entries>;

/** One way in which files are arranged. A new one is a file of this folder and a line in the list. */
export interface Layout {
  /** For people: whose layout it is. */
  readonly name: string;
  /** Whether `value`, the content of a file, is arranged so. Must not throw, whatever it is. */
  recognises(value: unknown): boolean;
  /** The values of each split, and what is to be told of them; called only where it is recognised. */
  read(value: unknown, notes: Notes): SplitEntries;
}
