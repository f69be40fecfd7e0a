/** The work of `deno task compare`. @module */

import { compare } from "../../lib/session/mod.ts";
import { type ComparisonTable, toHtml, toLatex, toMarkdown } from "../../lib/analysis/mod.ts";
import { UsageError, writeFileAtomic } from "../../lib/core/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { marginsOf } from "../shared/margins.ts";

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
  const out = call.get("out");
  const writer = out === undefined ? undefined : writerOf(out);
  const metrics = call.list("metric");
  const options = {
    ...(metrics === undefined ? {} : { metrics }),
    ...{ level, seed, resamples, onWarning: warn },
    ...marginsOf(call),
  };
  const { table } = compare(call.arguments, options);
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
