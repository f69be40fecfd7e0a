/** The work of `deno task runs`. @module */

import { join } from "node:path";
import { PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { exists, messageOf, RunError } from "../../lib/core/mod.ts";
import { type IndexedRun, RunIndex } from "../../lib/studies/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { printTable } from "../shared/run_table.ts";

/** Brings the index up to date and prints what is asked of it. */
export function work(call: Call): Outcome {
  const folder = call.require("out");
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
  const keys = ["mae", "corr", ...sortedMetric(call.require("sort"))];
  printTable(
    ["run", "epochs", ...keys, "model", "dataset", "seed"],
    runs.map((run) => [
      // What a path tells too comes last: a narrow terminal has it below.
      run.path,
      String(run.epochs),
      ...keys.map((key) => valueOf(run, key)?.toFixed(3) ?? "-"),
      run.model,
      run.dataset,
      String(run.seed),
    ]),
  );
  return { json: { runs, skipped } };
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
