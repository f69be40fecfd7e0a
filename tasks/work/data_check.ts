/** The work of `deno task data:check`. @module */

import { formatInspection, inspectDataset, prepareData } from "../../lib/data/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { sourceOf } from "../shared/data_flags.ts";
import { protocolOf } from "../shared/flags.ts";

/** Inspects, and prints what it is and every problem. */
export async function work(call: Call): Promise<Outcome> {
  const path = call.arguments[0]!;
  const source = sourceOf(call);
  await prepareData(path, source);
  const inspection = inspectDataset(path, protocolOf(call).protocol, source);
  if (!call.has("json")) console.log(formatInspection(inspection));
  return { json: inspection, status: inspection.ok ? 0 : 1 };
}
