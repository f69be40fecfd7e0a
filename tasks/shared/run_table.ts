/** Runs as a table for people. @module */

import { metricName, tableKeys } from "../../lib/evaluation/mod.ts";
import { spreadText } from "../../lib/analysis/mod.ts";
import type { RunSummary } from "../../lib/training/mod.ts";
import { tableColumns, textTable } from "../../lib/display/mod.ts";

/**
 * Prints one line a seed, its metrics to three digits, and their mean and deviation where there are
 * several. The metrics are those on test, or on valid where the data have no test split.
 */
export function printRuns(runs: readonly RunSummary[]): void {
  const [first] = runs;
  if (first === undefined) return;
  const split = Object.keys(first.test).length > 0 ? "test" : "valid";
  const keys = tableKeys(Object.keys(first[split]));
  console.log(`${split}: ${first.model} on ${first.dataset}\n`);
  // Metrics of predicted classes are a table of their own.
  const isOfClasses = (key: string) => key.startsWith("class.");
  printMetrics(runs, split, keys.filter((key) => !isOfClasses(key)));
  if (!keys.some(isOfClasses)) return;
  console.log("");
  printMetrics(runs, split, keys.filter(isOfClasses));
}

function printMetrics(
  runs: readonly RunSummary[],
  split: "valid" | "test",
  keys: readonly string[],
): void {
  const row = (name: string, runs: readonly RunSummary[]) => [
    name,
    ...keys.map((key) => spreadText(runs.map((run) => run[split][key]!))),
  ];
  const rows = runs.map((run) => row(`${run.seed}${run.untrained ? " (untrained)" : ""}`, [run]));
  if (runs.length > 1) rows.push(row("mean ± sd", runs));
  printTable(["seed", ...keys.map(metricName)], rows);
}

/** Prints columns, the first to the left, the others to the right; wide ones go on below. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(textTable([header, ...rows], undefined, { width: tableColumns() }));
}
