/** The work of `deno task runs`. @module */

import { join } from "node:path";
import { resultsTable } from "../../lib/analysis/mod.ts";
import { type Grid, GridTables } from "../../lib/display/mod.ts";
import { metricName, PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { exists, messageOf, RunError, unknownName, UsageError } from "../../lib/core/mod.ts";
import { type IndexedRun, readRun, RunIndex } from "../../lib/studies/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { printTables, saverOf } from "../shared/tables.ts";

/** Brings the index up to date and prints what is asked of it. */
export function work(call: Call): Outcome {
  const folder = call.require("out");
  const save = saverOf(call);
  if (!exists(folder)) {
    throw new RunError(
      `Cannot list the runs of "${folder}": there is no such folder, expected one that train made`,
    );
  }
  using index = openIndex(join(folder, ".index.sqlite"), call.has("rebuild"));
  const { skipped } = index.sync([folder]);
  for (const { path, reason } of skipped) warn(`"${path}" is skipped: ${reason}`);
  const [model, dataset] = [call.get("model"), call.get("dataset")];
  const runs = index.query({
    ...(model === undefined ? {} : { model }),
    ...(dataset === undefined ? {} : { dataset }),
    sort: call.require("sort"),
  });
  const metrics = call.list("metric");
  const keys = metrics ?? ["mae", "corr", ...sortedMetric(call.require("sort"))];
  for (const key of metrics ?? []) requireMetric(key);
  const tables = call.has("table")
    ? resultsTable(runs.map(({ path }) => readRun(path)), metrics === undefined ? {} : { metrics })
    : new GridTables("Runs", [listOf(runs, keys)]);
  printTables(tables, call.has("csv") ? "csv" : call.require("format"));
  save(tables);
  return { json: { runs, skipped } };
}

/** A row a run. */
function listOf(runs: readonly IndexedRun[], keys: readonly string[]): Grid {
  const splits = ["valid", "test"] as const;
  return {
    title: "",
    name: "runs",
    // What a path tells too comes last: a narrow terminal has it below.
    header: ["run", "epochs", ...keys.map(headerOf), "model", "dataset", "seed"],
    rows: runs.map((run) => [
      run.path,
      String(run.epochs),
      ...keys.map((key) => valueOf(run, key)?.toFixed(3) ?? "-"),
      run.model,
      run.dataset,
      String(run.seed),
    ]),
    align: `lr${"r".repeat(keys.length)}llr`,
    keys: 1,
    notes: [],
    details: [],
    records: runs.map(({ valid, test, ...run }) => ({
      ...run,
      ...Object.fromEntries(
        splits.flatMap((split) =>
          Object.entries(split === "valid" ? valid : test)
            .map(([key, value]) => [`${split}.${key}`, value])
        ),
      ),
    })),
  };
}

function headerOf(key: string): string {
  return key.startsWith("valid.") ? `valid ${metricName(key.slice(6))}` : metricName(key);
}

/** @throws {UsageError} no protocol has such a metric, with the nearest */
function requireMetric(key: string): void {
  const known = new Set(Object.values(PROTOCOLS).flatMap(({ metricKeys }) => metricKeys));
  if (known.has(key.replace(/^valid\./, "")) || key.startsWith("class.")) return;
  throw new UsageError(unknownName("metric", key, known));
}

/** The metric that the list is sorted by, if it is one that is not shown anyway. */
function sortedMetric(sort: string): string[] {
  const isMetric = Object.values(PROTOCOLS)
    .some(({ metricKeys }) => metricKeys.includes(sort.replace(/^valid\./, "")));
  return ["mae", "corr"].includes(sort) || !isMetric ? [] : [sort];
}

function valueOf(run: IndexedRun, key: string): number | undefined {
  return key.startsWith("valid.") ? run.valid[key.slice(6)] : run.test[key];
}

/** The index in `file`; in memory where that cannot be written, for example on a read-only disk. */
function openIndex(file: string, rebuild: boolean): RunIndex {
  try {
    if (rebuild && exists(file)) Deno.removeSync(file);
    return new RunIndex(file);
  } catch (error) {
    warn(`the index "${file}" cannot be used (${messageOf(error)}): all runs are read`);
    return new RunIndex();
  }
}
