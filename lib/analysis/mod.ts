/**
 * From runs to an honest verdict: comparisons between algorithms, figures, frames, reports.
 *
 * @module
 */

export {
  answerClaim,
  type ClaimAnswer,
  type CompareOptions,
  compareRuns,
  type Comparison,
  type ComparisonTable,
  comparisonTables,
  type Effect,
  type Equivalence,
  groupRuns,
  type Margins,
  type Refusal,
  type RunGroup,
  type SampleTest,
  type SeedTest,
  type TestResult,
  type Verdict,
} from "./comparison/mod.ts";
export {
  ERRORS_FILE,
  type ErrorSample,
  type FoundErrors,
  RunErrors,
  type TrainNeighbour,
} from "./errors/mod.ts";
export * from "./figures/mod.ts";
export * from "./frames/mod.ts";
export * from "./report/mod.ts";
export {
  type ResultsOptions,
  resultsTable,
  searchTable,
  type ShownStudy,
  studyTables,
} from "./results/mod.ts";
export type { HasRuns } from "./has_runs.ts";
export {
  loadProjectors,
  project,
  type Projection,
  type ProjectionName,
  type Projector,
} from "./project.ts";
export { Representations, type RepresentedSamples } from "./representations.ts";
export { spreadText } from "./spread.ts";
export {
  type CorruptedMetrics,
  evaluateCorrupted,
  robustnessCurve,
  type RobustnessOptions,
  type RobustnessPoint,
} from "./robustness.ts";
