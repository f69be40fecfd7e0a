/**
 * What is used of `npm:@tensorflow/tfjs-backend-webgpu`. Its own types would make every type check
 * download the package.
 *
 * @module
 */

import type { BackendValues, DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

/** Its backend. */
export interface WebGpuBackend extends KernelBackend {
  readonly device: GPUDevice;
  /** What is known of each tensor; `values` only until they have moved to the GPU. */
  readonly tensorMap: {
    get(dataId: object): { readonly values?: BackendValues | null };
  };
  runWebGPUProgram(
    program: WebGpuProgram,
    inputs: readonly TensorInfo[],
    dtype: DataType,
    uniforms: Uniform[],
  ): TensorInfo;
}

/** A number that a program gets besides its tensors. */
export interface Uniform {
  readonly type: "int32" | "uint32" | "float32";
  readonly data: number[];
}

/** A shader, as the backend wants it. */
export interface WebGpuProgram {
  /** Names of the inputs in the shader; the output is `result`. */
  readonly variableNames: readonly string[];
  /** Fields of the struct `uniforms`, each with a comma at its end. */
  readonly uniforms: string;
  readonly outputShape: number[];
  readonly workgroupSize: [number, number, number];
  /** Numbers of workgroups. */
  dispatch: [number, number, number];
  readonly dispatchLayout: { readonly x: number[] };
  /** Equal for equal shaders only; shapes are not in it unless they are in the shader. */
  shaderKey: string;
  /** Whether `uniforms.size` is the size of the output. */
  readonly size?: boolean;
  /** The shader, with a function `main(index : i32)`. */
  getUserCode(): string;
}

/** The package. */
export interface WebGpuPackage {
  readonly WebGPUBackend: new (device: GPUDevice, info: GPUAdapterInfo) => WebGpuBackend;
}
