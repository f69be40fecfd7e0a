/** Trained networks for other programs: ONNX files. @module */

export { exportOnnx, type OnnxExport } from "./export_run.ts";
export type { OnnxInput } from "./onnx_inputs.ts";
