/** The samples that a run is most wrong about. @module */

export { forPage } from "./errors_html.ts";
export {
  ERRORS_FILE,
  type ErrorSample,
  type FoundErrors,
  RunErrors,
  type TrainNeighbour,
} from "./run_errors.ts";
