/** The work of `deno task evaluate`. @module */

import { type CorruptedMetrics } from "../../lib/analysis/mod.ts";
import { evaluateRun } from "../../lib/session/mod.ts";
import { type MetricFlag, type Protocol, protocolOf } from "../../lib/evaluation/mod.ts";
import { type Modality, type SplitName } from "../../lib/data/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import { type Call, warn } from "../shared/command.ts";
import { corruptionsOf, describeCorruption } from "../shared/corruptions.ts";
import { sourceOf } from "../shared/data_flags.ts";
import { engineOf } from "../shared/flags.ts";
import { printTable } from "../shared/run_table.ts";

/** What a flag of an evaluation says to people. */
const FLAGS: Readonly<Record<MetricFlag, string>> = {
  constantPredictions: "all predictions are the same, so Corr and CCC are 0 by convention",
  constantLabels: "all labels are the same, so Corr and CCC are 0 by convention",
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
  const run = call.arguments[0]!;
  const split = call.require("split") as SplitName;
  const data = call.get("data");
  const isPlain = call.all("drop").length + call.all("noise").length === 0;
  const { config } = new RunFolder(run).readFinished();
  const used = String(config["modalities"]).split(",") as Modality[];
  const { points: results } = await evaluateRun(run, {
    ...engineOf(call),
    split,
    ...sourceOf(call),
    ...(data === undefined ? {} : { data }),
    ...(isPlain ? {} : { corruptions: corruptionsOf(call, used) }),
    onWarning: warn,
    log: console.error,
  });
  const judge = protocolOf(config);
  printResults(split, judge, results, isPlain);
  const hasScores = config["classes"] === undefined;
  const flags = hasScores ? results.flatMap(({ flags }) => flags) : [];
  for (const flag of new Set(flags)) warn(FLAGS[flag]);
  const points = results.map(({ drop, noise, metrics }) => ({ drop, noise, metrics }));
  const { metrics } = points[0]!;
  return { json: { run, split, metrics, ...(isPlain ? {} : { points }) } };
}

/** A column of metrics, or with corruptions a row of them each. */
function printResults(
  split: string,
  { metrics, columns }: Protocol,
  results: readonly CorruptedMetrics[],
  isPlain: boolean,
): void {
  const shown = metrics.filter(({ key }) => columns.includes(key));
  const show = (value: number | undefined) => value?.toFixed(4) ?? "-";
  const classKeys = Object.keys(results[0]!.metrics).filter((key) => key.startsWith("class."));
  if (!isPlain) {
    printTable(
      [split, ...shown.map(({ name }) => name)],
      results.map((result) => [
        describeCorruption(result),
        ...shown.map(({ key }) => show(result.metrics[key])),
      ]),
    );
    return;
  }
  const values = results[0]!.metrics;
  printTable([split, "value"], shown.map(({ key, name }) => [name, show(values[key])]));
  if (classKeys.length === 0) return;
  printTable(
    ["of the predicted classes", "value"],
    classKeys.map((key) => [key, show(values[key])]),
  );
}
