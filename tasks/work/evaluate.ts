/** The work of `deno task evaluate`. @module */

import {
  type CorruptedMetrics,
  DataError,
  type Dataset,
  evaluateCorrupted,
  messageOf,
  type MetricFlag,
  openEngine,
  openRun,
  type Predictor,
  type ProtocolName,
  PROTOCOLS,
  RunFolder,
  type SplitName,
} from "../../mod.ts";
import { type Call, warn } from "../shared/command.ts";
import { corruptionsOf, describeCorruption } from "../shared/corruptions.ts";
import { engineOf } from "../shared/flags.ts";
import { openForRun } from "../shared/open_data.ts";
import { printTable } from "../shared/run_table.ts";

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
  /** Of the first corruption, where there are several. */
  readonly metrics: Readonly<Record<string, number>>;
  /** With `--drop` or `--noise`. */
  readonly points?: readonly Pick<CorruptedMetrics, "drop" | "noise" | "metrics">[];
}

/** Evaluates a run, prints the metrics, and notes in its folder that the split was read. */
export async function work(call: Call): Promise<{ json: EvaluateResult }> {
  const path = call.arguments[0]!;
  const folder = new RunFolder(path);
  const name = call.require("split") as SplitName;
  // Asked before the engine starts, as it is what most often is not there.
  const source = call.get("data") ?? folder.readFinished().record.data.path;
  const engine = await openEngine({ ...engineOf(call), log: console.error });
  using predictor = openRun(path, engine);
  const options = { splits: [name], labels: "required", onWarning: warn } as const;
  using dataset = openForRun(source, predictor, options);
  const split = dataset.splits[name];
  if (split === undefined || split.labels === null || split.samples === 0) {
    throw new DataError(
      `Cannot evaluate on "${source}": split "${name}" is empty, expected samples with labels in it`,
    );
  }
  const corruptions = corruptionsOf(call, predictor.modalities);
  using training = corruptions.some(({ noise }) => Object.keys(noise).length > 0)
    ? openTraining(folder, predictor)
    : null;
  const train = training?.splits.train ?? null;
  const results: CorruptedMetrics[] = [];
  for (const corruption of corruptions) {
    results.push(await evaluateCorrupted(predictor, split, corruption, train));
  }
  const isPlain = call.all("drop").length + call.all("noise").length === 0;
  printResults(name, predictor.protocol, results, isPlain);
  for (const flag of new Set(results.flatMap(({ flags }) => flags))) warn(FLAGS[flag]);
  const points = results.map(({ drop, noise, metrics }) => ({ drop, noise, metrics }));
  try {
    folder.noteRead({ split: name, data: source, ...(isPlain ? {} : { corruptions: points }) });
  } catch (error) {
    warn(`cannot note in "${path}" that split "${name}" was read: ${messageOf(error)}`);
  }
  const { metrics } = points[0]!;
  return { json: { run: path, split: name, metrics, ...(isPlain ? {} : { points }) } };
}

/** The data that the run was trained on: noise is measured in their deviations. */
function openTraining(folder: RunFolder, predictor: Predictor): Dataset {
  const { path } = folder.readFinished().record.data;
  return openForRun(path, predictor, { splits: ["train"], labels: "required", onWarning: warn });
}

/** A column of metrics, or with corruptions a row of them each. */
function printResults(
  split: string,
  protocol: ProtocolName,
  results: readonly CorruptedMetrics[],
  isPlain: boolean,
): void {
  const { metrics } = PROTOCOLS[protocol];
  const show = (value: number | undefined) => value?.toFixed(4) ?? "-";
  const classKeys = Object.keys(results[0]!.metrics).filter((key) => key.startsWith("class."));
  if (!isPlain) {
    printTable(
      [split, ...metrics.map(({ name }) => name)],
      results.map((result) => [
        describeCorruption(result),
        ...metrics.map(({ key }) => show(result.metrics[key])),
      ]),
    );
    return;
  }
  const values = results[0]!.metrics;
  printTable([split, "value"], metrics.map(({ key, name }) => [name, show(values[key])]));
  if (classKeys.length === 0) return;
  printTable(
    ["of the predicted classes", "value"],
    classKeys.map((key) => [key, show(values[key])]),
  );
}
