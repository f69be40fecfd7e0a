/** What has runs, for who takes them from it. @module */

import type { RunEntry } from "../studies/runs/mod.ts";

/** What has runs: what `train` returns. */
export interface HasRuns {
  /** What analysis knows of each. */
  entries(): readonly RunEntry[];
}

/** The runs of some, and runs as they are. */
export function runsOf(items: readonly (RunEntry | HasRuns)[]): RunEntry[] {
  return items.flatMap((item) => "entries" in item ? item.entries() : [item]);
}
