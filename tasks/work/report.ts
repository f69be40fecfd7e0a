/** The work of `deno task report`. @module */

import { makeReport, writeFileAtomic } from "../../mod.ts";
import type { Call, Outcome } from "../shared/command.ts";

/** Writes the report. */
export async function work(call: Call): Promise<Outcome> {
  const html = await makeReport(call.arguments[0]!, call.list("metric"));
  const out = call.require("out");
  writeFileAtomic(out, html);
  console.error(`wrote ${out}`);
  return { json: { report: out, bytes: new TextEncoder().encode(html).length } };
}
