/** The work of `deno task compare`. @module */

import {
  compareRuns,
  type ComparisonTable,
  readRuns,
  RunError,
  toHtml,
  toLatex,
  toMarkdown,
  UsageError,
  writeFileAtomic,
} from "../mod.ts";
import { type Call, warn } from "./shared/command.ts";

/** What a file holds, by the end of its name. */
const WRITERS: Readonly<Record<string, (table: ComparisonTable) => string>> = {
  ".md": toMarkdown,
  ".tex": toLatex,
  ".html": toHtml,
  ".json": (table) => JSON.stringify(table, null, 2) + "\n",
};

/** Compares the runs, prints the table and writes it where it was asked for. */
export function compare(call: Call): ComparisonTable {
  const level = numberOf(call, "level", (value) => value > 0 && value < 1, "between 0 and 1");
  const isCount = (least: number) => (value: number) =>
    Number.isSafeInteger(value) && value >= least;
  const seed = numberOf(call, "seed", isCount(0), "that is whole, from 0");
  const resamples = numberOf(call, "resamples", isCount(99), "that is whole, from 99");
  const metrics = call.list("metric")!;
  const out = call.get("out");
  const writer = out === undefined ? undefined : writerOf(out);
  const { runs, skipped } = readRuns(call.arguments);
  for (const { path, reason } of skipped) warn(`"${path}" is skipped: ${reason}`);
  if (runs.length === 0) {
    throw new RunError(
      `Cannot compare: there is no finished run in ${call.arguments.join(", ")}, ` +
        "expected the folders of two models",
    );
  }
  const table = compareRuns(runs, metrics, { level, seed, resamples });
  console.log(call.get("format") === "latex" ? toLatex(table) : toMarkdown(table));
  if (writer !== undefined) writeFileAtomic(out!, writer(table));
  return table;
}

function writerOf(path: string): (table: ComparisonTable) => string {
  const end = Object.keys(WRITERS).find((end) => path.endsWith(end));
  if (end !== undefined) return WRITERS[end]!;
  throw new UsageError(
    `Cannot write "${path}": expected a name that ends in ${Object.keys(WRITERS).join(", ")}`,
  );
}

function numberOf(
  call: Call,
  name: string,
  isValid: (value: number) => boolean,
  wanted: string,
): number {
  const text = call.require(name);
  const value = text.trim() === "" ? NaN : Number(text);
  if (isValid(value)) return value;
  throw new UsageError(`Cannot use --${name} "${text}": expected a number ${wanted}`);
}
