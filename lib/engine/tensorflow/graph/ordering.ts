/** What a step does in order and in place. @module */

import type { TensorInfo, Variable } from "@tensorflow/tfjs-core";
import type { OpAttribute } from "../binding/attributes.ts";
import { FLOAT, type NodeBackend } from "../binding/ops.ts";
import { valueType } from "../binding/resource_variable.ts";
import { DataType } from "../binding/symbols.ts";
import { ownValue } from "./own_value.ts";

/** The methods of the backend that the engine's `inOrder`, `addInPlace` and `adamInPlace` call. */
export interface OrderingMethods {
  inOrder(work: () => void): void;
  addInPlace(variable: Variable, delta: TensorInfo): boolean;
  adamInPlace(
    variables: readonly Variable[],
    scalars: readonly TensorInfo[],
    gradient: TensorInfo,
  ): boolean;
}

/** The methods of `backend`, for steps that are recorded and for those that run op by op. */
export function orderingMethods(backend: NodeBackend): OrderingMethods {
  const { binding } = backend;
  const change = (
    op: string,
    attribute: OpAttribute,
    variables: readonly Variable[],
    inputs: readonly TensorInfo[],
  ): boolean => {
    const { recorder } = binding;
    // Shared by more than the variable and the compiler, it is a clone's too, which must stay.
    if (recorder === null) variables.forEach((variable) => ownValue(backend, variable));
    else if (variables.some(({ dataId }) => backend.refCount(dataId) > 2)) return false;
    const states = backend.getInputTensorIds(variables), ids = backend.getInputTensorIds(inputs);
    if (recorder !== null) return recorder.changeInPlace(op, [attribute], states, ids);
    const resources = states.map((id) => binding.toResource(id));
    for (const id of states) binding.dropRead(id);
    binding.executeOp(op, [attribute], [...resources, ...ids], 0);
    return true;
  };
  return {
    inOrder(work) {
      if (binding.recorder === null) work();
      else binding.recorder.inOrder(work);
    },
    addInPlace: (variable, delta) =>
      change("AssignAddVariableOp", valueType(DataType.FLOAT), [variable], [delta]),
    adamInPlace: (variables, scalars, gradient) =>
      change("ResourceApplyAdam", FLOAT, variables, [...scalars, gradient]),
  };
}
