/** What commands that write a store tell of it. @module */

import type { StoreMeta } from "../../lib/data/mod.ts";

/** Milliseconds between two lines of progress. */
const PROGRESS_EVERY = 2000;

/** Samples by split, for JSON. */
export function samplesBySplit({ splits }: StoreMeta): Record<string, { samples: number }> {
  return Object.fromEntries(
    Object.entries(splits).map(([name, { samples }]) => [name, { samples }]),
  );
}

/** `1284 train, 229 valid, 686 test` */
export function sampleCounts({ splits }: StoreMeta): string {
  return Object.entries(splits).map(([name, { samples }]) => `${samples} ${name}`).join(", ");
}

/** Writes a line of progress to stderr now and then; `isLast` writes it whenever it was. */
export function paced(): (line: string, isLast?: boolean) => void {
  let shownAt = performance.now();
  return (line, isLast = false) => {
    if (performance.now() - shownAt < PROGRESS_EVERY && !isLast) return;
    shownAt = performance.now();
    console.error(line);
  };
}
