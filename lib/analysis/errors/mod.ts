/** The samples that a run is most wrong about. @module */

export { errorRows, forPage } from "./errors_html.ts";
export type { ErrorSample, FoundErrors, TrainNeighbour } from "./found_errors.ts";
export { ERRORS_FILE, RunErrors } from "./run_errors.ts";
export { type Scored, WORST_COUNT, worstOf } from "./worst.ts";
