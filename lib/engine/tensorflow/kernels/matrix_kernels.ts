/** Faster forms of two kernels that tfjs-node sends through TensorFlow's general ops. @module */

import {
  BatchMatMul,
  type BatchMatMulAttrs,
  type BatchMatMulInputs,
  getKernel,
  type KernelFunc,
  registerKernel,
  Sum,
  type SumAttrs,
  type SumInputs,
  type TensorInfo,
  unregisterKernel,
  util,
} from "@tensorflow/tfjs-core";
import { AttributeKind } from "../binding/symbols.ts";
import { boolAttribute, type OpAttribute } from "../binding/attributes.ts";
import { FLOAT, type NodeBackend, OpScope } from "../binding/ops.ts";

const CHANNELS_LAST: OpAttribute = {
  name: "data_format",
  type: AttributeKind.STRING,
  value: "NHWC",
};

/** Registers them; to be called once. */
export function registerMatrixKernels(): void {
  replaceKernel(BatchMatMul, matMul);
  replaceKernel(Sum, sum);
}

/** Replaces a kernel of tfjs-node by one that may call it. */
export function replaceKernel(name: string, make: (old: KernelFunc) => KernelFunc): void {
  const config = getKernel(name, "tensorflow");
  unregisterKernel(name, "tensorflow");
  registerKernel({ ...config, kernelFunc: make(config.kernelFunc) });
}

/**
 * The product of two matrices: tfjs-node runs every product as `BatchMatMulV2`, and `MatMul` takes
 * a quarter of its time (17 against 69 µs for 32 x 128 x 128).
 */
function matMul(old: KernelFunc): KernelFunc {
  const isFloatMatrix = ({ shape, dtype }: TensorInfo) => shape.length === 2 && dtype === "float32";
  return (args) => {
    const { a, b } = args.inputs as unknown as { [name in keyof BatchMatMulInputs]: TensorInfo };
    if (!isFloatMatrix(a) || !isFloatMatrix(b)) return old(args);
    const { transposeA, transposeB } = args.attrs as unknown as BatchMatMulAttrs;
    using scope = new OpScope(args.backend as NodeBackend);
    const product = scope.run("MatMul", [scope.id(a), scope.id(b)], [
      boolAttribute("transpose_a", transposeA),
      boolAttribute("transpose_b", transposeB),
      FLOAT,
    ]);
    return scope.take(product);
  };
}

/**
 * The sum over all axes but the last, which is the gradient of every bias: `BiasAddGrad` takes half
 * the time of `Sum` (138 against 286 µs for 1600 x 768).
 */
function sum(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { [name in keyof SumInputs]: TensorInfo };
    const { axis, keepDims } = args.attrs as unknown as SumAttrs;
    const rank = x.shape.length;
    const axes = util.parseAxisParam(axis, x.shape);
    const allButLast = axes.length === rank - 1 && !axes.includes(rank - 1);
    if (x.dtype !== "float32" || rank < 2 || keepDims || !allButLast) return old(args);
    using scope = new OpScope(args.backend as NodeBackend);
    return scope.take(scope.run("BiasAddGrad", [scope.id(x)], [FLOAT, CHANNELS_LAST]));
  };
}
