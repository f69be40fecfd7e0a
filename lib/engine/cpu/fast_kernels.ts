/** Faster forms of kernels of TensorFlow.js's cpu backend, where measured to matter. @module */

import {
  Abs,
  Add,
  BatchMatMul,
  Concat,
  Exp,
  GatherV2,
  getKernel,
  Greater,
  GreaterEqual,
  type KernelFunc,
  Less,
  Mean,
  Multiply,
  Neg,
  PadV2,
  RealDiv,
  registerKernel,
  Relu,
  Select,
  Sigmoid,
  Slice,
  Softmax,
  SplitV,
  Square,
  Step,
  Sub,
  Sum,
  Tanh,
  TensorScatterUpdate,
  Tile,
  Transpose,
  unregisterKernel,
  UnsortedSegmentSum,
} from "@tensorflow/tfjs-core";
import { arithmetic } from "./arithmetic.ts";
import { concat, pad, slice, split, tile, transpose } from "./copies.ts";
import * as entries from "./elementwise.ts";
import { matMul } from "./matrix_product.ts";
import { reduction } from "./reductions.ts";
import { gather, scatter, segmentSum } from "./rows.ts";
import { softmax } from "./softmax.ts";

/** Each makes a kernel that may call the one it replaces, for what it does not know itself. */
const KERNELS: Readonly<Record<string, (old: KernelFunc) => KernelFunc>> = {
  [Add]: (old) => arithmetic(old, "add"),
  [Sub]: (old) => arithmetic(old, "subtract"),
  [Multiply]: (old) => arithmetic(old, "multiply"),
  [RealDiv]: (old) => arithmetic(old, "divide"),
  [GreaterEqual]: (old) => arithmetic(old, "atLeast", "bool"),
  [Greater]: (old) => arithmetic(old, "above", "bool"),
  [Less]: (old) => arithmetic(old, "below", "bool"),
  [Relu]: (old) => entries.elementwise(old, entries.relu),
  [Step]: (old) => entries.elementwise(old, entries.step),
  [Square]: (old) => entries.elementwise(old, entries.square),
  [Abs]: (old) => entries.elementwise(old, entries.absolute),
  [Neg]: (old) => entries.elementwise(old, entries.negative),
  [Exp]: (old) => entries.elementwise(old, entries.exp, 2),
  [Sigmoid]: (old) => entries.elementwise(old, entries.sigmoid, 2),
  [Tanh]: (old) => entries.elementwise(old, entries.tanh, 2),
  [Select]: entries.select,
  [BatchMatMul]: matMul,
  [Sum]: (old) => reduction(old, false),
  [Mean]: (old) => reduction(old, true),
  [Softmax]: softmax,
  [Slice]: slice,
  [SplitV]: split,
  [Concat]: concat,
  [PadV2]: pad,
  [Tile]: tile,
  [Transpose]: transpose,
  [GatherV2]: gather,
  [TensorScatterUpdate]: scatter,
  [UnsortedSegmentSum]: segmentSum,
};

/** Registers them; to be called once. */
export function registerFastKernels(): void {
  for (const [name, make] of Object.entries(KERNELS)) {
    const config = getKernel(name, "cpu");
    unregisterKernel(name, "cpu");
    registerKernel({ ...config, kernelFunc: make(config.kernelFunc) });
  }
}
