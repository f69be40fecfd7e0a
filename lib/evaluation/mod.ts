/**
 * Judging predictions: metrics, the protocol of each dataset, and the file of predictions that
 * analysis reads.
 *
 * @module
 */

export { CLASS_METRIC_KEYS } from "./class_protocol.ts";
export { type ClassPredictions, type ClassTask, evaluateClasses } from "./class_tasks.ts";
export { measure, type Metric, type MetricKind, metricSums } from "./metric.ts";
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
  type DefaultsName,
  type Evaluation,
  type MetricFlag,
  metricOf,
  type Protocol,
} from "./protocol.ts";
export {
  createProtocolNamed,
  metricName,
  protocolNamed,
  protocolOf,
  PROTOCOLS,
  tableKeys,
} from "./protocols.ts";
export { roundHalfEven, type ScoreClasses } from "./score_classes.ts";
export { corr, mae } from "./score_metrics.ts";
