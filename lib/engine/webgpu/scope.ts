/** Runs kernels and shaders inside a kernel, freeing what is only in between. @module */

import { getKernel, type NamedAttrMap, type TensorInfo } from "@tensorflow/tfjs-core";
import type { Uniform, WebGpuBackend, WebGpuProgram } from "./backend_types.ts";

/**
 * The ops of one kernel call. Tensors that it makes are freed with the scope, except those that
 * {@linkcode take} hands out.
 */
export class KernelScope implements Disposable {
  readonly backend: WebGpuBackend;
  readonly #made = new Set<TensorInfo>();

  constructor(backend: WebGpuBackend) {
    this.backend = backend;
  }

  /** Runs a kernel of one output. */
  run(kernelName: string, inputs: Record<string, TensorInfo>, attrs: NamedAttrMap): TensorInfo {
    const { kernelFunc } = getKernel(kernelName, "webgpu");
    return this.#add(kernelFunc({ inputs, attrs, backend: this.backend }) as TensorInfo);
  }

  /** Runs a shader that gives float32 numbers. */
  program(
    program: WebGpuProgram,
    inputs: readonly TensorInfo[],
    uniforms: Uniform[],
  ): TensorInfo {
    return this.#add(this.backend.runWebGPUProgram(program, inputs, "float32", uniforms));
  }

  /** a b, with either of them transposed where asked for; both are matrices. */
  matMul(a: TensorInfo, b: TensorInfo, transposeA = false, transposeB = false): TensorInfo {
    return this.run("BatchMatMul", { a, b }, { transposeA, transposeB });
  }

  /** The same numbers in another shape. */
  reshape(x: TensorInfo, shape: readonly number[]): TensorInfo {
    return this.run("Reshape", { x }, { shape: [...shape] });
  }

  /** Numbers of the vector `x` from `begin` on, in a shape of their own. */
  part(x: TensorInfo, begin: number, shape: readonly number[]): TensorInfo {
    const size = shape.reduce((a, b) => a * b, 1);
    return this.reshape(this.run("Slice", { x }, { begin: [begin], size: [size] }), shape);
  }

  /** Hands a tensor out, which the scope no longer frees. */
  take(tensor: TensorInfo): TensorInfo {
    this.#made.delete(tensor);
    return tensor;
  }

  #add(tensor: TensorInfo): TensorInfo {
    this.#made.add(tensor);
    return tensor;
  }

  [Symbol.dispose](): void {
    for (const { dataId } of this.#made) this.backend.disposeData(dataId);
    this.#made.clear();
  }
}
