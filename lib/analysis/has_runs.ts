/** What has runs, for who takes them from it. @module */

import { UsageError } from "../core/errors.ts";
import type { RunEntry } from "../studies/runs/mod.ts";

/** What has runs: what `train` returns. */
export interface HasRuns {
  /** What analysis knows of each. */
  entries(): readonly RunEntry[];
}

/** The runs of some, and runs as they are. */
export function runsOf(items: readonly (RunEntry | HasRuns)[]): RunEntry[] {
  requireList(items);
  return items.flatMap((item) => "entries" in item ? item.entries() : [item]);
}

/**
 * What is not typed, as in a notebook, may be given one by one.
 *
 * @throws {UsageError} it is no list
 */
export function requireList(items: readonly unknown[]): void {
  if (Array.isArray(items)) return;
  throw new UsageError(
    "Cannot take runs one by one: expected a list of them, such as [first, second]",
  );
}
