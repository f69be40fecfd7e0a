/** The work of `deno task data:check`. @module */

import { formatInspection, inspectDataset, type ProtocolName } from "../../mod.ts";
import type { Call, Outcome } from "../shared/command.ts";

/** Inspects, and prints what it is and every problem. */
export function work(call: Call): Outcome {
  const protocol = call.get("protocol") as ProtocolName | undefined;
  const inspection = inspectDataset(call.arguments[0]!, protocol);
  if (!call.has("json")) console.log(formatInspection(inspection));
  return { json: inspection, status: inspection.ok ? 0 : 1 };
}
