/** The work of `deno task evaluate`. @module */

import { DataError, openEngine, openRun, PROTOCOLS, RunFolder, type SplitName } from "../mod.ts";
import type { Call } from "./command.ts";
import { openPath } from "./open_data.ts";
import { printTable } from "./run_table.ts";

/** Evaluates a run, notes in its folder that the split was read, and prints the metrics. */
export async function evaluate(
  call: Call,
): Promise<{ run: string; split: string; metrics: Record<string, number> }> {
  const path = call.arguments[0]!;
  const name = call.require("split") as SplitName;
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: console.error,
  });
  using predictor = openRun(path, engine);
  const { modalities, protocol, record } = predictor;
  const source = call.get("data") ?? record.data.path;
  using dataset = openPath(source, { modalities, protocol, warn: console.error });
  const split = dataset.splits[name];
  if (split === undefined || split.labels === null) {
    const state = split === undefined ? "is missing" : "has no labels";
    throw new DataError(
      `Cannot evaluate on "${source}": split "${name}" ${state}, expected labels`,
    );
  }
  const scores = await predictor.predict(split);
  const { values, flags } = PROTOCOLS[protocol].evaluate(scores, split.labels);
  new RunFolder(path).noteRead({ split: name, data: source });
  const { metrics } = PROTOCOLS[protocol];
  printTable([name, "value"], metrics.map(({ key, name }) => [name, values[key]!.toFixed(4)]));
  for (const flag of flags) console.log(`note: ${flag}`);
  return { run: path, split: name, metrics: values };
}
