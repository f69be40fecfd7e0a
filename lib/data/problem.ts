/**
 * What can be wrong with a dataset, in the form that `data:check --json` prints.
 *
 * @module
 */

import type { Modality, SplitName } from "./modality.ts";

/** An error must not be trained on or evaluated with; a warning can be lived with. */
export type Severity = "error" | "warning";

/** The kinds of problem. */
export type ProblemCode =
  | "unreadable"
  | "nonfinite-label"
  | "label-range"
  | "leaked-id"
  | "leaked-sample"
  | "damaged-store"
  | "nonfinite-feature"
  | "length-range"
  | "duplicate-id"
  | "duplicate-sample"
  | "constant-column"
  | "zero-rows"
  | "empty-modality"
  | "empty-split"
  | "tiny-split"
  | "missing-split"
  | "partial-modality"
  | "missing-labels"
  | "one-sided-labels"
  | "count-mismatch"
  | "label-counts"
  | "unknown-key"
  | "unknown-protocol"
  | "guessed-protocol"
  | "trailing-bytes"
  | "filled-in"
  | "made-ids"
  | "missing-text"
  | "latin1-text"
  | "front-padding"
  | "mixed-padding"
  | "exchanged-axes"
  | "zero-length"
  | "class-labels"
  | "classes-only"
  | "few-labels"
  | "part-of-dataset";

/** One finding about a dataset. */
export interface Problem {
  /** An error makes results wrong; a warning may be meant so. */
  readonly severity: Severity;
  /** What kind of problem. */
  readonly code: ProblemCode;
  /** Null when it is about the whole file. */
  readonly split: SplitName | null;
  /** Null where it is none of one modality. */
  readonly modality: Modality | null;
  /** Number of samples (or columns, or keys) concerned. */
  readonly count: number;
  /** Ids of the samples concerned, the first 1,000 of them. */
  readonly ids: readonly string[];
  /** What is wrong and where, in a sentence. */
  readonly message: string;
}

/** A problem lists no more ids than this; `count` tells how many there are. */
export const MOST_IDS = 1000;

/** Fills the fields of a problem that are not given. */
export function problem(
  severity: Severity,
  code: ProblemCode,
  message: string,
  rest: Partial<Omit<Problem, "severity" | "code" | "message">> = {},
): Problem {
  const { split = null, modality = null, ids = [], count = ids.length } = rest;
  return { severity, code, split, modality, count, ids: ids.slice(0, MOST_IDS), message };
}

/** `"a", "b" and 3 more` */
export function listSome(names: readonly string[], most = 5): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** `1 sample`, `3 samples`: `name` is a noun that takes an s. */
export function counted(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? "" : "s"}`;
}
