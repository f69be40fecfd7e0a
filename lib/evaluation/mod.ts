/**
 * Judging predictions: metrics as pure functions, the protocol of each dataset, and the file of
 * predictions that analysis reads.
 *
 * @module
 */

export {
  CLASS_TASKS,
  type ClassPredictions,
  type ClassTask,
  evaluateClasses,
} from "./class_tasks.ts";
export { roundHalfEven } from "./classes.ts";
export { f1Legacy, f1Positive, f1Weighted } from "./f1.ts";
export {
  acc2NegPos,
  acc2NonNeg,
  acc3,
  acc5,
  acc7,
  corr,
  f1WeightedNegPos,
  f1WeightedNonNeg,
  mae,
} from "./metrics.ts";
export type { Scores } from "./pairs.ts";
export {
  formatPredictions,
  parsePredictions,
  type PredictionRow,
  readPredictions,
  selectSplit,
  type SplitPredictions,
  writePredictions,
} from "./predictions.ts";
export {
  type Evaluation,
  type Metric,
  type MetricFlag,
  metricOf,
  type Protocol,
  protocolNamed,
  PROTOCOLS,
} from "./protocols.ts";
export { acc2Sims, acc3Sims, acc5Sims, corrSims, f1WeightedSims, maeSims } from "./sims_metrics.ts";
