/** `AddN` of any number of tensors. @module */

import {
  AddN,
  getKernel,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import type { WebGpuBackend } from "./backend_types.ts";

/** Tensors that one shader adds: it has 8 buffers wherever there is WebGPU, and one is the sum's. */
const MOST = 7;

/**
 * Replaces the package's kernel; to be called once. That one gives a shader all tensors, which are more
 * than it may have where the gradients of a network are measured.
 */
export function replaceAddNKernel(): void {
  const config = getKernel(AddN, "webgpu");
  unregisterKernel(AddN, "webgpu");
  registerKernel({
    ...config,
    kernelFunc: ({ inputs, backend, ...rest }) => {
      const add = (tensors: readonly TensorInfo[]) =>
        config.kernelFunc({ ...rest, backend, inputs: tensors as never }) as TensorInfo;
      const tensors = inputs as unknown as readonly TensorInfo[];
      let sum = add(tensors.slice(0, MOST));
      for (let i = MOST; i < tensors.length; i += MOST - 1) {
        const before = sum;
        sum = add([before, ...tensors.slice(i, i + MOST - 1)]);
        (backend as WebGpuBackend).disposeData(before.dataId);
      }
      return sum;
    },
  });
}
