/** What a step that is recorded does in order and in place. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { NodeBackend } from "../binding/ops.ts";

/** The methods of the backend that the engine's `inOrder` and `addInPlace` call. */
export interface OrderingMethods {
  inOrder(work: () => void): void;
  addInPlace(variable: TensorInfo, delta: TensorInfo): boolean;
}

/** The methods of `backend`, which record where it records and else do the plain thing. */
export function orderingMethods(backend: NodeBackend): OrderingMethods {
  const { binding } = backend;
  return {
    inOrder(work) {
      if (binding.recorder === null) work();
      else binding.recorder.inOrder(work);
    },
    addInPlace(variable, delta) {
      const { recorder } = binding;
      // Shared by more than the variable and the compiler, it is a clone's too, which must stay.
      if (recorder === null || backend.refCount(variable.dataId) > 2) return false;
      const [state, value] = backend.getInputTensorIds([variable, delta]);
      return recorder.addInPlace(state!, value!);
    },
  };
}
