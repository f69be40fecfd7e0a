/** The work of `deno task data:check`. @module */

import { formatInspection, inspectDataset } from "../../lib/data/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { protocolOf } from "../shared/flags.ts";

/** Inspects, and prints what it is and every problem. */
export function work(call: Call): Outcome {
  const inspection = inspectDataset(call.arguments[0]!, protocolOf(call).protocol);
  if (!call.has("json")) console.log(formatInspection(inspection));
  return { json: inspection, status: inspection.ok ? 0 : 1 };
}
