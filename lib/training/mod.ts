/** Training: settings, optimizer, loop, checkpoints, run folders. @module */

export {
  defaultsFor,
  loopSettings,
  parseSettings,
  resolveConfig,
  searchSpace,
  settingsOf,
} from "./config.ts";
export { EarlyStopping } from "./early_stopping.ts";
export { openRun, type Predictor } from "./open_run.ts";
export { type EpochRecord, type LabelDiagnosis, readHistory } from "./history.ts";
export { Interrupt, InterruptListener } from "./interrupt.ts";
export { readUnimodalLabels, type UnimodalLabelTable } from "./label_file.ts";
export { openTraining, Training, type TrainingOptions } from "./open_training.ts";
export { Learner, type StepPlace, type StepResult } from "./learner.ts";
export { Adam, type AdamCorrection, adamOf, type AdamOptions } from "./optimizer.ts";
export { trainRun } from "./run.ts";
export type { RunEvents, RunOptions, RunOutcome } from "./run_options.ts";
export {
  type CorruptedRead,
  RunFolder,
  type RunRecord,
  type RunStatus,
  type RunSummary,
  type SplitRead,
} from "./run_folder.ts";
export { type CheckpointSettings, fit, type FitOptions, type FitResult } from "./trainer.ts";
export { VERSION } from "./versions.ts";
export { readWeights, type Weights, writeWeights } from "./weights.ts";
export { trainingWarnings } from "./requirements.ts";
export type { LoopSettings } from "./trainer.ts";
