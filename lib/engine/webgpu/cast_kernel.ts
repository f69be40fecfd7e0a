/** `Cast` to float32 that really converts. @module */

import {
  Cast,
  type CastAttrs,
  type CastInputs,
  getKernel,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
  util,
} from "@tensorflow/tfjs-core";
import type { WebGpuBackend, WebGpuProgram } from "./backend_types.ts";

const WORKGROUP = 64;

/**
 * Replaces the package's kernel; to be called once. That one gives integers another name and leaves
 * them as they are, and several of its shaders, `Transpose` for one, then do not compile.
 */
export function replaceCastKernel(): void {
  const config = getKernel(Cast, "webgpu");
  unregisterKernel(Cast, "webgpu");
  registerKernel({
    ...config,
    kernelFunc: (args) => {
      const { x } = args.inputs as { readonly [name in keyof CastInputs]: TensorInfo };
      const { dtype } = args.attrs as unknown as CastAttrs;
      const isWhole = x.dtype === "int32" || x.dtype === "bool";
      if (dtype !== "float32" || !isWhole) return config.kernelFunc(args);
      const made = (args.backend as WebGpuBackend)
        .runWebGPUProgram(toFloat(util.sizeFromShape(x.shape)), [x], dtype, []);
      return { ...made, shape: x.shape };
    },
  });
}

function toFloat(size: number): WebGpuProgram {
  return {
    variableNames: ["X"],
    uniforms: "",
    outputShape: [size],
    workgroupSize: [WORKGROUP, 1, 1],
    dispatch: [Math.ceil(size / WORKGROUP), 1, 1],
    dispatchLayout: { x: [0] },
    shaderKey: "wholeToFloat",
    size: true,
    getUserCode: () => `
      fn main(index : i32) {
        if (index < uniforms.size) { result[index] = f32(X[index]); }
      }`,
  };
}
