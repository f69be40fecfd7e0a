/** The work of `deno task compare`. @module */

import { compare } from "../../lib/session/mod.ts";
import { writeFileAtomic } from "../../lib/core/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { marginsOf } from "../shared/margins.ts";
import { printTables, tableWriter } from "../shared/tables.ts";

/** Compares the runs, prints the table and writes it where it was asked for. */
export function work(call: Call): Outcome {
  const level = call.between("level", 0, 1);
  const seed = call.count("seed", 0);
  const resamples = call.count("resamples", 99);
  const out = call.get("out");
  const write = out === undefined || out.endsWith(".json")
    ? undefined
    : tableWriter(out, [".json"]);
  const metrics = call.list("metric");
  const options = {
    ...(metrics === undefined ? {} : { metrics }),
    ...{ level, seed, resamples, onWarning: warn },
    ...marginsOf(call),
  };
  const found = compare(call.arguments, options);
  const { table, tables } = found;
  printTables(tables, call.require("format"), call.has("details"));
  if (out?.endsWith(".json")) writeFileAtomic(out, JSON.stringify(table, null, 2) + "\n");
  else write?.(tables);
  const [only, ...others] = table.comparisons;
  const isOne = others.length === 0 && table.refused.length === 0;
  return { json: isOne ? only : table };
}
