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
} from "../../mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";

/** What a file holds, by the end of its name. */
const WRITERS: Readonly<Record<string, (table: ComparisonTable) => string>> = {
  ".md": toMarkdown,
  ".tex": toLatex,
  ".html": toHtml,
  ".json": (table) => JSON.stringify(table, null, 2) + "\n",
};

/** Compares the runs, prints the table and writes it where it was asked for. */
export function work(call: Call): Outcome {
  const level = call.between("level", 0, 1);
  const seed = call.count("seed", 0);
  const resamples = call.count("resamples", 99);
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
  const [only, ...others] = table.comparisons;
  const isOne = others.length === 0 && table.refused.length === 0;
  return { json: isOne ? only : table };
}

function writerOf(path: string): (table: ComparisonTable) => string {
  const end = Object.keys(WRITERS).find((end) => path.endsWith(end));
  if (end !== undefined) return WRITERS[end]!;
  throw new UsageError(
    `Cannot write "${path}": expected a name that ends in ${Object.keys(WRITERS).join(", ")}`,
  );
}
