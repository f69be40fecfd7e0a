/** The work of `deno task parity`. @module */

import { openEngine } from "../../lib/engine/mod.ts";
import { replay } from "../../lib/parity/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { engineOf } from "../shared/flags.ts";
import { printTable } from "../shared/run_table.ts";

/** Replays the recording, and prints how far each quantity is from it. */
export async function work(call: Call): Promise<Outcome> {
  const steps = call.get("steps") as "compiled";
  const engine = await openEngine({ ...engineOf(call), steps, log: console.error });
  const { ok, finite, tolerance, ...deviations } = await replay(call.arguments[0]!, engine);
  printTable(
    [engine.name, "deviation", "tolerance"],
    Object.entries(deviations).map(([name, deviation]) => [
      name,
      deviation === null ? "not recorded" : deviation.toExponential(1),
      String(tolerance[name as keyof typeof tolerance]),
    ]),
  );
  console.log(ok ? "within tolerance" : finite ? "NOT within tolerance" : "NOT finite");
  return { json: { ok, ...deviations, finite, tolerance }, status: ok ? 0 : 1 };
}
