/** Runs for other programs: networks as ONNX files, histories as TensorBoard's event files. @module */

export { EventFile, EventFiles } from "./event_file.ts";
export { exportOnnx, type OnnxExport } from "./export_run.ts";
export type { OnnxInput } from "./onnx_inputs.ts";
