/** Frames: tables of results for notebooks, as danfojs DataFrames. @module */

export {
  type Cell,
  type Columns,
  concatFrames,
  type Frame,
  type FrameColumn,
  type FrameGroups,
  makeFrame,
} from "./frame.ts";
export { writeFrame } from "./frame_file.ts";
export { meansFrame } from "./means_frame.ts";
export {
  historyFrame,
  labelDiagnosisFrame,
  predictionsFrame,
  runsFrame,
  unimodalLabelsFrame,
} from "./run_frames.ts";
