/** Runs as a table for people. @module */

import { tableKeys } from "../../lib/evaluation/mod.ts";
import type { RunSummary } from "../../lib/training/mod.ts";
import { foldedTable } from "../../lib/display/mod.ts";

/**
 * Prints one line a run, its metrics to three digits, and their mean where there are several. The
 * metrics are those on test, or on valid where the data have no test split.
 */
export function printRuns(runs: readonly RunSummary[]): void {
  const split = Object.keys(runs[0]?.test ?? {}).length > 0 ? "test" : "valid";
  const keys = tableKeys(Object.keys(runs[0]?.[split] ?? {}));
  // Metrics of predicted classes are a table of their own: all in one would be too wide.
  const isOfClasses = (key: string) => key.startsWith("class.");
  printMetrics(runs, split, keys.filter((key) => !isOfClasses(key)));
  if (keys.some(isOfClasses)) printMetrics(runs, split, keys.filter(isOfClasses));
}

function printMetrics(
  runs: readonly RunSummary[],
  split: "valid" | "test",
  keys: readonly string[],
): void {
  const row = (name: string, values: readonly number[]) => [
    name,
    ...values.map((value) => value.toFixed(3)),
  ];
  const rows = runs.map((run) =>
    row(
      `${run.model} ${run.dataset} ${run.seed}${run.untrained ? " (untrained)" : ""}`,
      keys.map((key) => run[split][key]!),
    )
  );
  if (runs.length > 1) {
    const mean = (key: string) =>
      runs.reduce((sum, run) => sum + run[split][key]!, 0) / runs.length;
    rows.push(row("mean", keys.map(mean)));
  }
  printTable([split, ...keys], rows);
}

/** Prints columns: the first to the left, the others to the right; no wider than the terminal. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(foldedTable([header, ...rows], terminalWidth()));
}

/** A file or a pipe has lines of any length. */
function terminalWidth(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns || Infinity : Infinity;
}
