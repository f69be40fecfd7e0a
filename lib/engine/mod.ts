/**
 * Engines: what computes. This folder is the only one that imports TensorFlow.js; layers, models
 * and training take its operations and types, `tf`, from here.
 *
 * @module
 */

export { DEVICES, ENGINES, openEngine, STEPS } from "./open.ts";
export type {
  CompiledStep,
  CompileOptions,
  Device,
  Engine,
  EngineName,
  EngineOptions,
  NamedTensors,
  Steps,
} from "./types.ts";
export { tf } from "./tensor.ts";
export { lstm } from "./lstm.ts";
export type { LstmOptions, LstmOutput, LstmOutputs, LstmWeights } from "./lstm.ts";
export { doctor, formatDoctor } from "./doctor.ts";
export type { DoctorReport, EngineReport } from "./doctor.ts";
export { installTensorflow } from "./tensorflow/library/install.ts";
export type { InstallOptions } from "./tensorflow/library/install.ts";
