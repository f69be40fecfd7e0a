/** The work of `deno task parity:layers`. @module */

import { checkLayer, isLayerKind, readLayerCases } from "../../lib/parity/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { unknownName, UsageError } from "../../lib/core/mod.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { engineOf } from "../shared/flags.ts";
import { printTable } from "../shared/run_table.ts";

/** Checks each case, and prints how far it is from the recorded one. */
export async function work(call: Call): Promise<Outcome> {
  const cases = readLayerCases(call.arguments[0]!);
  const kinds = call.list("kinds");
  const known = new Set(cases.map((layerCase) => layerCase.kind));
  for (const kind of kinds ?? []) {
    if (!known.has(kind)) throw new UsageError(unknownName("kind", kind, known));
  }
  const engine = await openEngine({
    ...engineOf(call),
    steps: call.has("eager") ? "eager" : "compiled",
    log: console.error,
  });
  const results = [];
  for (const layerCase of cases) {
    const { name, kind } = layerCase;
    if (kinds !== undefined && !kinds.includes(kind)) continue;
    const missing = { name, kind, ok: false, output: null, inputGrad: null, weightGrad: null };
    results.push(isLayerKind(kind) ? await checkLayer(layerCase, engine) : missing);
  }
  const show = (value: number | null) => value === null ? "-" : value.toExponential(1);
  printTable(
    [engine.name, "kind", "output", "inputGrad", "weightGrad", ""],
    results.map((result) => [
      result.name,
      result.kind,
      show(result.output),
      show(result.inputGrad),
      show(result.weightGrad),
      result.ok ? "ok" : isLayerKind(result.kind) ? "DEVIATES" : "NOT SUPPORTED",
    ]),
  );
  const ok = results.every((result) => result.ok);
  return { json: { ok, cases: results }, status: ok ? 0 : 1 };
}
