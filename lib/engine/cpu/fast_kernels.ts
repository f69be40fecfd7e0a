/**
 * Faster forms of kernels of TensorFlow.js's cpu backend: its matrix product uses no blocks, and its
 * arithmetic of a tensor with a number or a row allocates index arrays for every entry.
 *
 * @module
 */

import {
  Add,
  BatchMatMul,
  type BatchMatMulAttrs,
  getKernel,
  type KernelFunc,
  Multiply,
  RealDiv,
  registerKernel,
  Sub,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { multiplyAdd, rowMajor, transposed, transposeToFloat64 } from "./matrix.ts";

/** Registers them; to be called once. */
export function registerFastKernels(): void {
  replaceKernel(BatchMatMul, matMul);
  replaceKernel(Add, (old) => arithmetic(old, add));
  replaceKernel(Sub, (old) => arithmetic(old, subtract));
  replaceKernel(Multiply, (old) => arithmetic(old, multiply));
  replaceKernel(RealDiv, (old) => arithmetic(old, divide));
}

/** Replaces a kernel of the backend by one that may call it. */
function replaceKernel(name: string, make: (old: KernelFunc) => KernelFunc): void {
  const config = getKernel(name, "cpu");
  unregisterKernel(name, "cpu");
  registerKernel({ ...config, kernelFunc: make(config.kernelFunc) });
}

function floatsOf(backend: MathBackendCPU, tensor: TensorInfo): Float32Array {
  return backend.data.get(tensor.dataId).values as Float32Array;
}

/** [m, k] [k, n] → [m, n], with sums in float64; other ranks go to `old`. */
function matMul(old: KernelFunc): KernelFunc {
  return (args) => {
    const { a, b } = args.inputs as unknown as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = args.attrs as unknown as BatchMatMulAttrs;
    // The op adds batch axes of size 1 to matrices.
    const areMatrices = [a, b].every(({ shape, dtype }) =>
      dtype === "float32" && shape.slice(0, -2).every((size) => size === 1)
    );
    if (!areMatrices || a.shape.length !== b.shape.length) return old(args);
    const backend = args.backend as MathBackendCPU;
    const [rows, columns] = a.shape.slice(-2) as [number, number];
    const [m, k] = transposeA ? [columns, rows] : [rows, columns];
    const n = b.shape.at(transposeB ? -2 : -1)!;
    const left = Float64Array.from(floatsOf(backend, a));
    const right = transposeB
      ? transposeToFloat64(floatsOf(backend, b), n, k)
      : Float64Array.from(floatsOf(backend, b));
    const product = new Float64Array(m * n);
    const view = transposeA ? transposed(left, columns) : rowMajor(left, columns);
    multiplyAdd(product, view, right, m, n, k);
    const shape = [...a.shape.slice(0, -2), m, n];
    return backend.makeTensorInfo(shape, "float32", Float32Array.from(product));
  };
}

/** out[i] = a[i · aStep] ∘ b[i · bStep] for steps of 0 (a number) or 1. */
type Loop = (
  out: Float32Array,
  a: Float32Array,
  b: Float32Array,
  aStep: number,
  bStep: number,
  from: number,
  to: number,
  aAt: number,
  bAt: number,
) => void;

// One loop an operation: a shared loop with the operation as an argument is not inlined by V8.

function add(...[out, a, b, aStep, bStep, from, to, aAt, bAt]: Parameters<Loop>): void {
  for (let i = from; i < to; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! + b[bAt]!;
}

function subtract(...[out, a, b, aStep, bStep, from, to, aAt, bAt]: Parameters<Loop>): void {
  for (let i = from; i < to; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! - b[bAt]!;
}

function multiply(...[out, a, b, aStep, bStep, from, to, aAt, bAt]: Parameters<Loop>): void {
  for (let i = from; i < to; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! * b[bAt]!;
}

function divide(...[out, a, b, aStep, bStep, from, to, aAt, bAt]: Parameters<Loop>): void {
  for (let i = from; i < to; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! / b[bAt]!;
}

/** Tensors of one shape, a tensor with a number, and a matrix with a row; others go to `old`. */
function arithmetic(old: KernelFunc, loop: Loop): KernelFunc {
  return (args) => {
    const { a, b } = args.inputs as unknown as { a: TensorInfo; b: TensorInfo };
    if (a.dtype !== "float32" || b.dtype !== "float32") return old(args);
    const backend = args.backend as MathBackendCPU;
    const [aSize, bSize] = [sizeOf(a.shape), sizeOf(b.shape)];
    const larger = bSize > aSize || bSize === aSize && b.shape.length > a.shape.length ? b : a;
    const shape = larger.shape;
    const row = shape.at(-1) ?? 1;
    const length = Math.max(aSize, bSize);
    const isRow = (tensor: TensorInfo) =>
      tensor.shape.at(-1) === row && tensor.shape.slice(0, -1).every((size) => size === 1);
    // What is larger must hold the whole result, and not be broadcast itself.
    const smaller = larger === a ? b : a;
    const isNumber = sizeOf(smaller.shape) === 1 && smaller.shape.length <= shape.length;
    const isSame = a.shape.length === b.shape.length && a.shape.every((n, i) => n === b.shape[i]);
    if (!isSame && !isNumber && !isRow(smaller) || smaller.shape.length > shape.length) {
      return old(args);
    }
    const out = new Float32Array(length);
    const [x, y] = [floatsOf(backend, a), floatsOf(backend, b)];
    if (isSame || isNumber) {
      const [aStep, bStep] = [aSize === 1 && length > 1 ? 0 : 1, bSize === 1 && length > 1 ? 0 : 1];
      loop(out, x, y, aStep, bStep, 0, length, 0, 0);
    } else {
      for (let at = 0; at < length; at += row) {
        const [aAt, bAt] = larger === a ? [at, 0] : [0, at];
        loop(out, x, y, 1, 1, at, at + row, aAt, bAt);
      }
    }
    return backend.makeTensorInfo([...shape], "float32", out);
  };
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
