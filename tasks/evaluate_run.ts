/** The work of `deno task evaluate`. @module */

import {
  DataError,
  evaluateClasses,
  messageOf,
  type MetricFlag,
  openEngine,
  openRun,
  PROTOCOLS,
  RunFolder,
  type SplitName,
} from "../mod.ts";
import { type Call, warn } from "./command.ts";
import { openForRun } from "./open_data.ts";
import { printTable } from "./run_table.ts";

/** What a flag of an evaluation says to people. */
const FLAGS: Readonly<Record<MetricFlag, string>> = {
  constantPredictions: "all predictions are the same, so Corr is 0 by convention",
  constantLabels: "all labels are the same, so Corr is 0 by convention",
  noNonZeroLabels: "every label is 0, so the metrics of neg/pos are 0 by convention",
};

/** What `evaluate --json` prints. */
export interface EvaluateResult {
  readonly run: string;
  readonly split: string;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Evaluates a run, prints the metrics, and notes in its folder that the split was read. */
export async function evaluate(call: Call): Promise<EvaluateResult> {
  const path = call.arguments[0]!;
  const folder = new RunFolder(path);
  const name = call.require("split") as SplitName;
  // Asked before the engine starts, as it is what most often is not there.
  const source = call.get("data") ?? folder.readFinished().record.data.path;
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: console.error,
  });
  using predictor = openRun(path, engine);
  const options = { splits: [name], labels: "required", onWarning: warn } as const;
  using dataset = openForRun(source, predictor, options);
  const split = dataset.splits[name];
  if (split === undefined || split.labels === null || split.samples === 0) {
    throw new DataError(
      `Cannot evaluate on "${source}": split "${name}" is empty, expected samples with labels in it`,
    );
  }
  const scores = await predictor.predict(split);
  const protocol = PROTOCOLS[predictor.protocol];
  const { values, flags } = protocol.evaluate(scores, split.labels);
  printTable(
    [name, "value"],
    protocol.metrics.map(({ key, name }) => [name, values[key]!.toFixed(4)]),
  );
  const classified = evaluateClasses(
    predictor.protocol,
    predictor.classify(split),
    split.labels,
  );
  if (Object.keys(classified).length > 0) {
    const rows = Object.entries(classified).map(([key, value]) => [key, value.toFixed(4)]);
    printTable(["of the predicted classes", "value"], rows);
  }
  for (const flag of flags) warn(FLAGS[flag]);
  try {
    folder.noteRead({ split: name, data: source });
  } catch (error) {
    warn(`cannot note in "${path}" that split "${name}" was read: ${messageOf(error)}`);
  }
  return { run: path, split: name, metrics: { ...values, ...classified } };
}
