/** Runs as a table for people. @module */

import type { RunSummary } from "../mod.ts";

/** Prints one line a run, test metrics to three digits, and their mean where there are several. */
export function printRuns(runs: readonly RunSummary[]): void {
  const keys = Object.keys(runs[0]?.test ?? {});
  const row = (name: string, values: readonly number[]) => [
    name,
    ...values.map((value) => value.toFixed(3)),
  ];
  const rows = runs.map((run) =>
    row(`${run.model} ${run.dataset} ${run.seed}`, keys.map((key) => run.test[key]!))
  );
  if (runs.length > 1) {
    const mean = (key: string) => runs.reduce((sum, run) => sum + run.test[key]!, 0) / runs.length;
    rows.push(row("mean", keys.map(mean)));
  }
  printTable(["test", ...keys], rows);
}

/** Prints columns: the first to the left, the others to the right. */
export function printTable(header: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]!.length))
  );
  for (const row of [header, ...rows]) {
    const cells = row.map((cell, i) =>
      i === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[i]!)
    );
    console.log(cells.join("  ").trimEnd());
  }
}
