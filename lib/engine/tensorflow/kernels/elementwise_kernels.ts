/**
 * Element-wise kernels of fewer ops than tfjs-node makes of them: each is a pass over memory, and a node
 * that a compiled step visits.
 *
 * @module
 */

import {
  Cast,
  type CastAttrs,
  type CastInputs,
  ClipByValue,
  type ClipByValueAttrs,
  type ClipByValueInputs,
  type KernelFunc,
  Step,
  type StepAttrs,
  type StepInputs,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import { typeAttribute } from "../binding/attributes.ts";
import { FLOAT, type NodeBackend, OpScope } from "../binding/ops.ts";
import { DataType } from "../binding/symbols.ts";
import { replaceKernel } from "./matrix_kernels.ts";

/** Registers them; to be called once. */
export function registerElementwiseKernels(): void {
  replaceKernel(Cast, cast);
  replaceKernel(ClipByValue, clip);
  replaceKernel(Step, step);
}

/** To the type that it has, which gradients ask for at every second op: the tensor itself. */
function cast(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { [name in keyof CastInputs]: TensorInfo };
    const { dtype } = args.attrs as unknown as CastAttrs;
    if (x.dtype !== dtype) return old(args);
    (args.backend as NodeBackend).incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype };
  };
}

function clip(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { [name in keyof ClipByValueInputs]: TensorInfo };
    const { clipValueMin, clipValueMax } = args.attrs as unknown as ClipByValueAttrs;
    if (x.dtype !== "float32") return old(args);
    using scope = new OpScope(args.backend as NodeBackend);
    const limits = [scope.float32(clipValueMin), scope.float32(clipValueMax)];
    return scope.take(scope.run("ClipByValue", [scope.id(x), ...limits], [FLOAT]));
  };
}

/** 1 above 0, else 0: the gradient of every ReLU. What is no number has 0, as in PyTorch. */
function step(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { [name in keyof StepInputs]: TensorInfo };
    const { alpha } = args.attrs as unknown as StepAttrs;
    if (x.dtype !== "float32" || alpha !== 0) return old(args);
    using scope = new OpScope(args.backend as NodeBackend);
    const isAbove = scope.run("Greater", [scope.id(x), scope.float32(0)], [FLOAT]);
    const types = [typeAttribute("SrcT", DataType.BOOL), typeAttribute("DstT", DataType.FLOAT)];
    return scope.take(scope.run("Cast", [isAbove], types));
  };
}
