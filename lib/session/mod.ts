/** The short form for scripts and notebooks: train, look, compare. @module */

export {
  type Comparable,
  compare,
  ModelComparison,
  type ModelComparisonOptions,
} from "./compare.ts";
export type { ClipEncoders } from "./extract_for_run.ts";
export { type ErrorOptions, findErrors } from "./find_errors.ts";
export { representRun } from "./represent_run.ts";
export { help } from "./help.ts";
export { RunHistory } from "./run_history.ts";
export { type MeanPredictions, RunPredictions } from "./run_predictions.ts";
export { RunEvaluation } from "./run_evaluation.ts";
export { type ShownRunOptions, trainShown } from "./shown_run.ts";
export type { EvaluateOptions, RunUse } from "./run_splits.ts";
export { train } from "./train.ts";
export {
  type SeedsCell,
  type SeedsOptions,
  type SeedsOutcome,
  type SeedsPool,
  trainSeeds,
} from "./train_seeds.ts";
export type { TrainOptions } from "./train_options.ts";
export { type SeedOption, TrainedModel } from "./trained_model.ts";
export { evaluateRun, type PredictOptions, predictRun, type Score } from "./use_run.ts";
