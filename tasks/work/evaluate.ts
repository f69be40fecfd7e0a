/** The work of `deno task evaluate`. @module */

import { join } from "node:path";
import { exists, UsageError, writeFileAtomic } from "../../lib/core/mod.ts";
import { type CorruptedMetrics, ERRORS_FILE, type ProjectionName } from "../../lib/analysis/mod.ts";
import { evaluateRun, findErrors, representRun } from "../../lib/session/mod.ts";
import {
  type MetricFlag,
  metricName,
  type Protocol,
  protocolOf,
} from "../../lib/evaluation/mod.ts";
import { type Modality, type SplitName } from "../../lib/data/mod.ts";
import { tableColumns } from "../../lib/display/mod.ts";
import { describeCorruption } from "../../lib/features/mod.ts";
import { readRuns } from "../../lib/studies/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import { type Call, warn } from "../shared/command.ts";
import { corruptionsOf } from "../shared/corruptions.ts";
import { sourceOf } from "../shared/data_flags.ts";
import { engineOf } from "../shared/flags.ts";
import { printTable } from "../shared/run_table.ts";

/** What a flag of an evaluation says to people. */
const FLAGS: Readonly<Record<MetricFlag, string>> = {
  constantPredictions: "all predictions are the same, so Corr and CCC are 0 by convention",
  constantLabels: "all labels are the same, so Corr and CCC are 0 by convention",
  noNonZeroLabels: "every label is 0, so the metrics of neg/pos are 0 by convention",
};

/** What `evaluate --json` prints of one run. */
export interface EvaluateResult {
  readonly run: string;
  readonly split: string;
  /** Of the first corruption, where there are several. */
  readonly metrics: Readonly<Record<string, number>>;
  /** With `--drop` or `--noise`. */
  readonly points?: readonly Pick<CorruptedMetrics, "drop" | "noise" | "metrics">[];
}

/** A run and what became of it. */
interface Evaluated {
  readonly run: string;
  readonly protocol: Protocol;
  readonly results: readonly CorruptedMetrics[];
  readonly flags: readonly MetricFlag[];
}

/** Evaluates runs, prints the metrics, and notes in their folders that the split was read. */
export async function work(
  call: Call,
): Promise<{ json: EvaluateResult | { runs: EvaluateResult[] } }> {
  const split = call.require("split") as SplitName;
  const runs = runsOf(call.arguments);
  const files = call.all("representations");
  checkFiles(files, runs);
  if (call.has("errors")) requireScores(runs);
  const isPlain = call.all("drop").length + call.all("noise").length === 0;
  const evaluated: Evaluated[] = [];
  for (const run of runs) {
    evaluated.push(await evaluate(run, split, isPlain, call));
  }
  const [only, ...others] = evaluated;
  if (others.length === 0 && isPlain) printColumn(split, only!);
  else printRows(split, evaluated, isPlain);
  if (call.has("errors")) {
    for (const run of runs) await tellErrors(run, split, call);
  }
  if (files.length > 0) await represent(runs[0]!, split, files, call);
  for (const flag of new Set(evaluated.flatMap(({ flags }) => flags))) warn(FLAGS[flag]);
  const json = evaluated.map(({ run, results }): EvaluateResult => {
    const points = results.map(({ drop, noise, metrics }) => ({ drop, noise, metrics }));
    return { run, split, metrics: points[0]!.metrics, ...(isPlain ? {} : { points }) };
  });
  return { json: others.length === 0 ? json[0]! : { runs: json } };
}

/** The runs that are named, and those in the folders that are; one that is unfinished is for its error. */
function runsOf(paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    if (exists(join(path, "run.json")) || exists(join(path, "config.json"))) return [path];
    const { runs, skipped } = readRuns([path]);
    if (runs.length === 0) return [path];
    for (const { path, reason } of skipped) warn(`"${path}" is skipped: ${reason}`);
    return runs.map((run) => run.path);
  });
}

/** @throws {UsageError} before anything is computed */
function checkFiles(files: readonly string[], runs: readonly string[]): void {
  const wrong = files.find((file) => !/\.(csv|safetensors|svg)$/.test(file));
  if (wrong !== undefined) {
    throw new UsageError(
      `Cannot write representations to "${wrong}": ` +
        "expected a name that ends in .csv, .safetensors or .svg",
    );
  }
  if (files.length > 0 && runs.length !== 1) {
    throw new UsageError(`Cannot write representations of ${runs.length} runs: expected one run`);
  }
}

/** @throws {UsageError} before anything is computed */
function requireScores(runs: readonly string[]): void {
  const classes = runs.find((run) => new RunFolder(run).readConfig()?.["classes"] !== undefined);
  if (classes === undefined) return;
  throw new UsageError(`Cannot find errors of "${classes}": it predicts classes, not scores`);
}

/** Prints the largest errors, and keeps them in the run's folder. */
async function tellErrors(run: string, split: SplitName, call: Call): Promise<void> {
  const found = await findErrors(run, { split, ...optionsOf(call) });
  console.log(
    `\nThe largest errors of ${run} on ${split}\n\n${found.toText(tableColumns())}`,
  );
  found.save(new RunFolder(run).file(ERRORS_FILE));
}

/** Writes the vectors, or draws them. */
async function represent(
  run: string,
  split: SplitName,
  files: readonly string[],
  call: Call,
): Promise<void> {
  const found = await representRun(run, { split, ...optionsOf(call) });
  for (const file of files) {
    if (file.endsWith(".svg")) {
      const figure = found.plot(call.require("projection") as ProjectionName);
      writeFileAtomic(file, await figure.svg());
    } else found.save(file);
    console.error(`wrote ${file}`);
  }
}

/** What is the same for all that is asked of a run. */
function optionsOf(call: Call) {
  const data = call.get("data");
  return {
    ...engineOf(call),
    ...sourceOf(call),
    ...(data === undefined ? {} : { data }),
    onWarning: warn,
    log: console.error,
  };
}

async function evaluate(
  run: string,
  split: SplitName,
  isPlain: boolean,
  call: Call,
): Promise<Evaluated> {
  const { config } = new RunFolder(run).readFinished();
  const used = String(config["modalities"]).split(",") as Modality[];
  const { points: results } = await evaluateRun(run, {
    split,
    ...optionsOf(call),
    ...(isPlain ? {} : { corruptions: corruptionsOf(call, used) }),
  });
  const hasScores = config["classes"] === undefined;
  const flags = hasScores ? results.flatMap(({ flags }) => flags) : [];
  return { run, protocol: protocolOf(config), results, flags };
}

function show(value: number | undefined): string {
  return value?.toFixed(4) ?? "-";
}

/** A column of metrics. */
function printColumn(
  split: string,
  { protocol: { metrics, columns }, results: [result] }: Evaluated,
): void {
  const values = result!.metrics;
  const shown = metrics.filter(({ key }) => columns.includes(key));
  printTable([split, "value"], shown.map(({ key, name }) => [name, show(values[key])]));
  const classKeys = Object.keys(values).filter((key) => key.startsWith("class."));
  if (classKeys.length === 0) return;
  printTable(
    ["of the predicted classes", "value"],
    classKeys.map((key) => [metricName(key), show(values[key])]),
  );
}

/** A row a run and corruption. */
function printRows(split: string, evaluated: readonly Evaluated[], isPlain: boolean): void {
  const isOne = evaluated.length === 1;
  const found = evaluated.flatMap(({ protocol }) =>
    protocol.metrics.filter(({ key }) => protocol.columns.includes(key))
  );
  const metrics = [...new Map(found.map((metric) => [metric.key, metric])).values()];
  const names = shortNames(evaluated.map(({ run }) => run));
  const rows = evaluated.flatMap(({ results }, i) =>
    results.map((result) => [
      [...isOne ? [] : [names[i]!], ...isPlain ? [] : [describeCorruption(result)]].join(", "),
      ...metrics.map(({ key }) => show(result.metrics[key])),
    ])
  );
  printTable([split, ...metrics.map(({ name }) => name)], rows);
}

/** Paths without the folders that all of them begin with. */
function shortNames(paths: readonly string[]): string[] {
  const parts = paths.map((path) => path.split("/"));
  let same = 0;
  while (parts.every((part) => part.length > same + 1 && part[same] === parts[0]![same])) same++;
  return parts.map((part) => part.slice(same).join("/"));
}
