/** What a kernel of the cpu engine is given. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";

/** Its tensors by name. */
export type Inputs = Readonly<Record<string, TensorInfo | undefined>>;

/** The array of a tensor, not a copy. */
export function valuesOf<T extends Float32Array | Int32Array | Uint8Array = Float32Array>(
  backend: MathBackendCPU,
  tensor: TensorInfo | undefined,
): T {
  return backend.data.get(tensor!.dataId).values as T;
}
