/** Parity: trainings and layers that the reference recorded, replayed and compared. @module */

export type { ParityReport, Quantity } from "./deviations.ts";
export {
  type CompilingEngine,
  type LayerCase,
  type LayerResult,
  readLayerCases,
  type RecordedArray,
  type RecordedArrays,
} from "./layer_cases.ts";
export { checkLayer, isLayerKind } from "./layer_parity.ts";
export { replay, type ReplayChanges } from "./replay.ts";
