/** `GatherV2` without a look at the numbers it gathers by. @module */

import {
  GatherV2,
  type GatherV2Attrs,
  type GatherV2Inputs,
  type KernelFunc,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { replaceKernel } from "./matrix_kernels.ts";
import { type NodeBackend, OpScope } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";

/** Registers it; to be called once. */
export function registerGatherKernel(): void {
  replaceKernel(GatherV2, gather);
}

/**
 * tfjs-node's reads the numbers back to check them, which a step that is recorded cannot, and which
 * costs a copy. TensorFlow checks them itself (on a CPU; a GPU gives zeros).
 */
function gather(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x, indices } = args.inputs as unknown as {
      [name in keyof GatherV2Inputs]: TensorInfo;
    };
    const { axis, batchDims } = args.attrs as unknown as GatherV2Attrs;
    const isInt32 = x.dtype === "int32";
    if ((x.dtype !== "float32" && !isInt32) || batchDims !== 0) return old(args);
    using scope = new OpScope(args.backend as NodeBackend);
    const type = isInt32 ? DataType.INT32 : DataType.FLOAT;
    return scope.take(scope.gather(scope.id(x), scope.id(indices), axis, type));
  };
}
