/** The table of results: a row a model and dataset, a column a metric, means over seeds. @module */

import { UsageError } from "../../core/errors.ts";
import { checkOptionNames, type OptionNames } from "../../core/options.ts";
import { unknownName } from "../../core/suggest.ts";
import type { Grid, GridCell } from "../../display/grid.ts";
import { GridTables } from "../../display/grid_tables.ts";
import { findMetric, metricName, tableKeys } from "../../evaluation/protocols.ts";
import { mean, standardDeviation } from "../../statistics/mod.ts";
import type { RunEntry } from "../../studies/runs/mod.ts";
import { groupRuns, rowNames, type RunGroup } from "../comparison/groups.ts";
import { type HasRuns, runsOf } from "../has_runs.ts";
import { rounded, spreadText } from "../spread.ts";

/** What a table of results shows. */
export interface ResultsOptions {
  /** Keys of metrics. Default: those of the field's tables, of predicted classes where all have them. */
  readonly metrics?: readonly string[];
  /** Where they were measured. Default: `test`, or `valid` where no run has metrics on test. */
  readonly split?: "valid" | "test";
}

const OPTIONS: OptionNames<ResultsOptions> = { metrics: true, split: true };

/**
 * The table of results of some runs: those that differ by their seed are a row. It shows itself in a
 * notebook, and writes itself as Markdown, LaTeX, CSV and HTML.
 *
 * @param of runs, or what `train` returned
 * @throws {UsageError} a metric or an option is unknown, with the nearest name
 *
 * @example
 * ```ts
 * import { resultsTable } from "./results_table.ts";
 * import { train } from "../../session/train.ts";
 * import { assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = { data: "synthetic:n=32", runs: 2, engine: "cpu", out } as const;
 * const svm = await train({ model: "svm", ...common });
 * const guess = await train({ model: "constant", ...common });
 * const table = resultsTable([guess, svm], { metrics: ["mae", "acc7"] });
 * assertMatch(table.toLatex(), /svm & \\textbf\{0\.\d+\}/);
 * assertMatch(table.toCsv(), /^model,dataset,seeds,split,mae,mae_sd,acc7,acc7_sd\n/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function resultsTable(
  of: readonly (RunEntry | HasRuns)[],
  options: ResultsOptions = {},
): GridTables {
  checkOptionNames(options, OPTIONS);
  const runs = runsOf(of);
  const known = new Set(runs.flatMap(({ valid, test }) => Object.keys({ ...valid, ...test })));
  const unknown = options.metrics?.find((key) => !known.has(key) && findMetric(key) === undefined);
  if (unknown !== undefined) throw new UsageError(unknownName("metric", unknown, known));
  return new GridTables("Results", [resultsGrid(groupRuns(runs), options)]);
}

/** The same of runs that are grouped already. */
export function resultsGrid(
  groups: readonly RunGroup[],
  { metrics, split = splitOf(groups) }: ResultsOptions = {},
): Grid {
  const known = new Set(
    groups.flatMap(({ runs }) => runs.flatMap((run) => Object.keys(run[split]))),
  );
  // Predicted classes are one's own thing, unless all have them.
  const isOfAll = (key: string) =>
    groups.every(({ runs }) => runs.some((run) => key in run[split]));
  const keys = metrics?.filter((key) => known.has(key)) ??
    tableKeys([...known]).filter((key) => !key.startsWith("class.") || isOfAll(key));
  const datasets = [...new Set(groups.map(({ dataset }) => dataset))];
  const rows = datasets.flatMap((name) => groups.filter(({ dataset }) => dataset === name)).map((
    { label, dataset, runs },
  ) => ({
    label,
    dataset,
    seeds: runs.length,
    values: keys.map((key) =>
      runs.map((run) => run[split][key]).filter((value) => value !== undefined)
    ),
  }));
  const best = keys.map((key, i) =>
    bestRows(key, rows.map((row) => [row.dataset, row.values[i]!]))
  );
  const { model, nameOf } = rowNames(groups.map(({ label }) => label));
  return {
    title: `${
      model === null ? "Results" : model
    } on ${split}: mean ± standard deviation over seeds`,
    name: "results",
    header: [model === null ? "model" : "setting", "dataset", "seeds", ...keys.map(metricName)],
    rows: rows.map(({ label, dataset, seeds, values }, row): GridCell[] => [
      nameOf(label),
      dataset,
      String(seeds),
      ...values.map((list, i) => best[i]!.has(row) ? { best: spreadText(list) } : spreadText(list)),
    ]),
    align: `llr${"r".repeat(keys.length)}`,
    keys: 3,
    best: datasets.length > 1 ? "the best of each dataset" : "the best",
    notes: [],
    details: [
      "The deviation over seeds tells what another seed would change, not other test samples; a value " +
      "without one is of one seed, or the same for each",
    ],
    records: rows.map(({ label, dataset, seeds, values }) => ({
      model: label,
      dataset,
      seeds,
      split,
      ...Object.fromEntries(keys.flatMap((key, i) => recordsOf(key, values[i]!))),
    })),
  };
}

/** Test, where a run has it: runs of a search have not. */
export function splitOf(groups: readonly RunGroup[]): "valid" | "test" {
  const hasTest = groups.some(({ runs }) => runs.some(({ test }) => Object.keys(test).length > 0));
  return hasTest || groups.length === 0 ? "test" : "valid";
}

/** Mean and deviation of a metric for a program, unrounded. */
export function recordsOf(
  key: string,
  values: readonly number[],
): (readonly [string, number | null])[] {
  return [
    [key, values.length === 0 ? null : mean(values)],
    [`${key}_sd`, values.length < 2 ? null : standardDeviation(values)],
  ];
}

/**
 * The rows that are the best of their dataset, where there are others to be better than: those whose
 * printed mean nothing beats.
 */
export function bestRows(
  key: string,
  rows: readonly (readonly [dataset: string, values: readonly number[]])[],
): ReadonlySet<number> {
  const metric = findMetric(key);
  const sign = metric === undefined ? NaN : metric.higherIsBetter ? 1 : -1;
  const scores = rows.map(([, values]) =>
    values.length === 0 ? NaN : sign * Number(rounded(mean(values)))
  );
  return new Set(rows.flatMap(([dataset], i) => {
    const others = scores.filter((score, j) => rows[j]![0] === dataset && !Number.isNaN(score));
    return others.length > 1 && scores[i] === Math.max(...others) ? [i] : [];
  }));
}
