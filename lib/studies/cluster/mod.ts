/** Studies on the machines of a cluster. @module */

export {
  cancelStudy,
  type ClusterStatus,
  followStudy,
  studyStatus,
  type WaitOptions,
} from "./follow.ts";
export { type PreparedFolder, prepareFolder } from "./prepare.ts";
export type { JobState, RunState } from "./run_states.ts";
export { type Submission, type SubmitOptions, submitStudy } from "./submit.ts";
