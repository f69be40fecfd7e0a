/** The work of `deno task doctor`. @module */

import { doctor, formatDoctor } from "../../lib/engine/mod.ts";
import type { Outcome } from "../shared/command.ts";

/** Looks around, and prints what is there. */
export async function work(): Promise<Outcome> {
  const report = await doctor();
  console.log(formatDoctor(report));
  return { json: report };
}
