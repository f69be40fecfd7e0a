/** Means over runs of one kind, as a frame. @module */

import { mean, standardDeviation } from "../../statistics/mod.ts";
import type { IndexedRun } from "../../studies/runs/mod.ts";
import { type Frame, makeFrame } from "./frame.ts";
import { settingOf } from "./run_frames.ts";

/**
 * A row a metric of each model, dataset and setting: its mean and deviation over the runs that have it,
 * and how many those are. Runs of different datasets are never averaged together, and a metric that no
 * run of a group has is no row of it.
 *
 * @param split where the metrics were measured
 *
 * @example
 * ```ts
 * import { meansFrame } from "./means_frame.ts";
 * import { train } from "../../session/train.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync(), data = "synthetic:n=16";
 * const run = await train({ model: "constant", data, runs: 2, engine: "cpu", out });
 * const frame = await meansFrame(run.entries());
 * assertEquals(frame.columns.slice(3), ["metric", "mean", "deviation", "runs"]);
 * assertEquals([frame.column("metric").values[0], frame.column("runs").values[0]], ["mae", 2]);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function meansFrame(
  runs: readonly IndexedRun[],
  split: "valid" | "test" = "test",
): Promise<Frame> {
  const columns = {
    model: [] as string[],
    dataset: [] as string[],
    setting: [] as string[],
    metric: [] as string[],
    mean: [] as number[],
    deviation: [] as number[],
    runs: [] as number[],
  };
  const groups = Map.groupBy(
    runs,
    (run) => JSON.stringify([run.model, run.dataset, settingOf(run)]),
  );
  for (const [key, group] of groups) {
    const [model, dataset, setting] = JSON.parse(key) as [string, string, string];
    for (const metric of new Set(group.flatMap((run) => Object.keys(run[split])))) {
      const values = group.map((run) => run[split][metric])
        .filter((value) => value !== undefined && Number.isFinite(value)) as number[];
      if (values.length === 0) continue;
      columns.model.push(model);
      columns.dataset.push(dataset);
      columns.setting.push(setting);
      columns.metric.push(metric);
      columns.mean.push(mean(values));
      columns.deviation.push(values.length > 1 ? standardDeviation(values) : 0);
      columns.runs.push(values.length);
    }
  }
  return makeFrame(columns);
}
