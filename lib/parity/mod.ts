/** Parity: trainings and layers that the reference recorded, replayed and compared. @module */

export type { ParityReport, Quantity } from "./deviations.ts";
export {
  type LayerCase,
  readLayerCases,
  type RecordedArray,
  type RecordedArrays,
} from "./layer_cases.ts";
export { checkLayer, isLayerKind, type LayerResult } from "./layer_parity.ts";
export { replay, type ReplayChanges } from "./replay.ts";
