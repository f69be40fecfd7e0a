/** Tensors whose value is nobody else's. @module */

import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import { typeAttribute } from "../binding/attributes.ts";
import type { NodeBackend } from "../binding/ops.ts";

/** A new tensor of the same value. */
export function ownCopy(backend: NodeBackend, tensor: Tensor): Tensor {
  const { binding } = backend, [id] = backend.getInputTensorIds([tensor]);
  const type = typeAttribute("T", binding.describe(id!).dtype);
  return backend.createOutputTensor(binding.runOp("Identity", [type], [id!], 1)[0]!);
}

/**
 * Gives a variable a value of its own, if it has not: what shares it now, such as a clone, must not
 * change with the variable.
 */
export function ownValue(backend: NodeBackend, variable: Variable): void {
  if (backend.refCount(variable.dataId) === 1) return;
  backend.binding.fromResource(backend.getInputTensorIds([variable])[0]!);
  const own = ownCopy(backend, variable);
  variable.assign(own);
  own.dispose();
}
