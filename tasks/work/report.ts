/** The work of `deno task report`. @module */

import { makeReport, resultsTable } from "../../lib/analysis/mod.ts";
import { writeFileAtomic } from "../../lib/core/mod.ts";
import { readRuns } from "../../lib/studies/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { marginsOf } from "../shared/margins.ts";
import { tableWriter } from "../shared/tables.ts";

/** Writes the report, or its table of results alone. */
export async function work(call: Call): Promise<Outcome> {
  const folder = call.arguments[0]!;
  const out = call.require("out");
  // A page has figures and verdicts, too.
  const write = out.endsWith(".html") ? null : tableWriter(out);
  if (write !== null) write(resultsTable(readRuns([folder]).runs));
  else writeFileAtomic(out, await makeReport(folder, call.list("metric"), marginsOf(call)));
  console.error(`wrote ${out}`);
  return { json: { report: out, bytes: Deno.statSync(out).size } };
}
