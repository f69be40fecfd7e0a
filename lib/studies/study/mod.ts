/** Studies: sets of trainings that make one table. @module */

export type {
  ClusterOptions,
  PublishedRow,
  StudyCell,
  StudyClaim,
  StudyDefinition,
} from "./definition.ts";
export {
  LABEL_HEADER,
  LABEL_TITLE,
  type LabelDistance,
  labelRows,
  type LabelsAt,
} from "./label_distance.ts";
export { cellKey } from "./definition.ts";
export { type CheckOptions, checkStudy, type StudyCheck } from "./check_study.ts";
export { parseDefinition } from "./parse_definition.ts";
export { readStudy, type Study, STUDY_FILE, type StudyRuns, writeStudy } from "./study_folder.ts";
export {
  type PublishedValue,
  type StudyRow,
  type StudyTable,
  studyTable,
  type StudyValue,
} from "./table.ts";
export { type Job, jobName } from "./jobs.ts";
export type { Ending, WorkerOptions } from "./messages.ts";
export { runStudy, type StudyOptions, type StudyOutcome, withSettings } from "./run_study.ts";
export { type JobEvents, type PoolOptions, runJobs } from "./worker_pool.ts";
