/** Variables whose value is nobody else's. @module */

import type { Variable } from "@tensorflow/tfjs-core";
import { typeAttribute } from "../binding/attributes.ts";
import type { NodeBackend } from "../binding/ops.ts";

/**
 * Gives a variable a value of its own, if it has not: what shares it now, such as a clone, must not
 * change with the variable.
 */
export function ownValue(backend: NodeBackend, variable: Variable): void {
  if (backend.refCount(variable.dataId) === 1) return;
  const { binding } = backend;
  const [id] = backend.getInputTensorIds([variable]);
  binding.fromResource(id!);
  const type = typeAttribute("T", binding.describe(id!).dtype);
  const [copy] = binding.runOp("Identity", [type], [id!], 1);
  const own = backend.createOutputTensor(copy!);
  variable.assign(own);
  own.dispose();
}
