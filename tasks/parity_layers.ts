/** `deno task parity:layers FILE.json`: compares layers with recorded cases. @module */

import { UsageError } from "../lib/core/errors.ts";
import { unknownName } from "../lib/core/suggest.ts";
import { type Call, type Command, JSON_FLAG, printJson, run } from "./shared/command.ts";
import { ENGINE_FLAGS } from "./shared/flags.ts";

/** Its name, arguments and flags. */
export const COMMAND: Command = {
  name: "parity:layers",
  summary: "Compares layers, losses and optimizers with recorded cases of the reference",
  arguments: ["FILE.json"],
  flags: [
    { name: "kinds", value: "KIND,…", help: "only cases of these kinds" },
    ...ENGINE_FLAGS,
    JSON_FLAG,
  ],
  notes: [
    "Exit status 1 if a case deviates, or is of a kind that is not there yet. With --json:",
    '{"ok","cases":[{"name","kind","ok","output","inputGrad","weightGrad"}]}',
  ].join("\n"),
};

async function work(call: Call): Promise<number> {
  const { checkLayer, isLayerKind, openEngine, readLayerCases } = await import("../mod.ts");
  const { printTable } = await import("./shared/run_table.ts");
  const cases = readLayerCases(call.arguments[0]!);
  const kinds = call.list("kinds");
  const known = new Set(cases.map((layerCase) => layerCase.kind));
  for (const kind of kinds ?? []) {
    if (!known.has(kind)) throw new UsageError(unknownName("kind", kind, known));
  }
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: console.error,
  });
  const results = [];
  for (const layerCase of cases) {
    const { name, kind } = layerCase;
    if (kinds !== undefined && !kinds.includes(kind)) continue;
    const missing = { name, kind, ok: false, output: null, inputGrad: null, weightGrad: null };
    results.push(isLayerKind(kind) ? await checkLayer(layerCase) : missing);
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
  if (call.has("json")) printJson({ ok, cases: results });
  return ok ? 0 : 1;
}

if (import.meta.main) await run(COMMAND, work);
