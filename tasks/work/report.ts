/** The work of `deno task report`. @module */

import { makeReport } from "../../lib/analysis/mod.ts";
import { writeFileAtomic } from "../../lib/core/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { marginsOf } from "../shared/margins.ts";

/** Writes the report. */
export async function work(call: Call): Promise<Outcome> {
  const html = await makeReport(call.arguments[0]!, call.list("metric"), marginsOf(call));
  const out = call.require("out");
  writeFileAtomic(out, html);
  console.error(`wrote ${out}`);
  return { json: { report: out, bytes: new TextEncoder().encode(html).length } };
}
