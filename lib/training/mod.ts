/** Training: settings, optimizer, loop, checkpoints, run folders. @module */

export { parseSettings, resolveConfig, searchSpace, settingsOf } from "./config.ts";
export {
  type CandidateOptions,
  Candidates,
  type ParameterCounts,
  parameterCounts,
  type Trainable,
} from "./model_overview.ts";
export { modelFacts, modelPage, settingsTable, settingText, startText } from "./model_page.ts";
export type { ModelChoice, SettingsFor } from "./setting_types.ts";
export { openRun, type Predictor } from "./open_run.ts";
export type { Representation, Vectors } from "./represent.ts";
export { type EpochRecord, type LabelDiagnosis, readHistory } from "./history.ts";

export { readUnimodalLabels, type UnimodalLabelTable } from "./label_file.ts";
export { openTraining, Training, type TrainingOptions } from "./open_training.ts";
export {
  type CorruptedRead,
  RunFolder,
  type RunRecord,
  type RunStatus,
  type RunSummary,
  type SplitRead,
} from "./run_folder.ts";
export {
  type FoundRun,
  isRunConfig,
  repeatConfig,
  type RepeatedRun,
  repeatRun,
} from "./repeat_run.ts";
export { VERSION } from "./versions.ts";
export { trainingWarnings } from "./requirements.ts";
export { Interrupt, InterruptListener } from "./interrupt.ts";
export type { Placement, RunEvents, RunOutcome } from "./run_options.ts";
