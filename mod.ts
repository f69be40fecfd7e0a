/**
 * A toolkit for multimodal sentiment analysis: train, evaluate, compare, build a model of one's own.
 * What is wanted less often has doors of its own: `./data`, `./nn`, `./evaluation`, `./training`,
 * `./statistics`, `./studies`, `./parity`.
 *
 * @module
 */

// Training, and what comes of it.
export {
  type ClipEncoders,
  type Comparable,
  compare,
  type EvaluateOptions,
  evaluateRun,
  help,
  type MeanPredictions,
  ModelComparison,
  type ModelComparisonOptions,
  type PredictOptions,
  predictRun,
  type RunEvaluation,
  type RunHistory,
  type RunPredictions,
  type RunUse,
  type Score,
  type SeedOption,
  train,
  TrainedModel,
  type TrainOptions,
} from "./lib/session/mod.ts";
export { openRun, openTraining, type Predictor, type RunSummary } from "./lib/training/mod.ts";
export { readRuns, type RunEntry } from "./lib/studies/mod.ts";

// Comparisons, frames, figures, reports.
export {
  compareRuns,
  comparisonIntervals,
  type ComparisonTable,
  confusionMatrix,
  Figure,
  type Frame,
  labelDiagnostics,
  labelHistograms,
  learningCurves,
  makeFrame,
  makeReport,
  modalityAblation,
  predictedAgainstTrue,
  residualsByLabel,
  resultsTable,
  robustnessCurve,
  robustnessCurves,
  runsFrame,
} from "./lib/analysis/mod.ts";

// Data.
export {
  convertDataset,
  type Dataset,
  inspectDataset,
  loadDataset,
  makeSynthetic,
  MODALITIES,
  type Modality,
  type ProtocolName,
  readSafetensors,
  type Split,
} from "./lib/data/mod.ts";
export { openTokenizer, tokenize } from "./lib/features/mod.ts";
export { extractClips } from "./lib/media/mod.ts";
export { PROTOCOLS } from "./lib/evaluation/mod.ts";

// A model of one's own: its settings, its layers, its loss.
export {
  count,
  findModel,
  flag,
  type Inputs,
  learningRate,
  type Loss,
  type ModelContext,
  type ModelDefinition,
  MODELS,
  Network,
  type NetworkDefinition,
  number,
  oneOf,
  type Outputs,
  type ParameterGroup,
  rate,
  type RegressorDefinition,
  type Target,
  text,
  weightDecay,
} from "./lib/models/mod.ts";
export { dropout, type DropoutNoise, Layers, maskedMean, meanAbsoluteError } from "./lib/nn/mod.ts";
export { type Engine, openEngine, tf } from "./lib/engine/mod.ts";
export {
  type Displayable,
  type GridTables,
  JUPYTER_DISPLAY,
  type MediaBundle,
} from "./lib/display/mod.ts";

// What everything stands on.
export {
  DataError,
  DataIntegrityError,
  EngineError,
  messageOf,
  NonFiniteLossError,
  OutOfMemoryError,
  RandomStream,
  RunError,
  UnsafePickleError,
  UsageError,
} from "./lib/core/mod.ts";
