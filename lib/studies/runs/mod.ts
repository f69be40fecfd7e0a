/** Finished runs: finding them, what is known of one, the index of many. @module */

export { type Discovery, findRunFolders, type Skipped } from "./run_discovery.ts";
export {
  type MetricValues,
  readRun,
  readRuns,
  type RunEntry,
  type RunList,
  testSelection,
} from "./run_entry.ts";
export { type BegunRun, historyOf, readBegunRun, type RunProgress } from "./run_progress.ts";
export { type Distinct, tellApart } from "./telling_apart.ts";
export { type IndexedRun, RunIndex, type RunQuery } from "./run_index.ts";
