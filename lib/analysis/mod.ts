/**
 * From runs to an honest verdict: the table of runs and its index, statistics on plain numbers,
 * comparisons between algorithms.
 *
 * @module
 */

export * from "./search/mod.ts";
export * from "./statistics/mod.ts";
export * from "./figures/mod.ts";
export * from "./study/mod.ts";
export * from "./frames/mod.ts";
export * from "./report/mod.ts";
export {
  compareRuns,
  type Comparison,
  type ComparisonTable,
  type Refusal,
  type Verdict,
} from "./compare.ts";
export type { CompareOptions, Effect, SampleTest } from "./compare_pair.ts";
export type { SeedTest, TestResult } from "./over_seeds.ts";
export { toHtml, toLatex, toMarkdown } from "./comparison_format.ts";
export { groupRuns, type RunGroup } from "./groups.ts";
export { type MetricKind, type MetricSums, metricSums } from "./metric_sums.ts";
export {
  type CorruptedMetrics,
  evaluateCorrupted,
  robustnessCurve,
  type RobustnessOptions,
  type RobustnessPoint,
} from "./robustness.ts";
export { type Discovery, findRunFolders, type Skipped } from "./run_discovery.ts";
export { type MetricValues, readRun, readRuns, type RunEntry, type RunList } from "./run_entry.ts";
export { type IndexedRun, RunIndex, type RunQuery } from "./run_index.ts";
export * from "./session/mod.ts";
