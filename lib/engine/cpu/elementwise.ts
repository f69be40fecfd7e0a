/** Functions of the single entries of float32 tensors, each a loop that V8 can compile by itself. @module */

import type { KernelFunc, StepAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { exponential, sigmoid as sigmoidOf, tanh as tanhOf } from "./activations.ts";

/** out[i] = f(x[i]) for all i; `alpha` is an attribute that one of them has. */
type Loop = (out: Float32Array, x: Float32Array, alpha: number) => void;

/** max(x, 0) */
export function relu(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.max(0, x[i]!);
}

/** 1 where x > 0, else `alpha`; NaN stays NaN. */
export function step(out: Float32Array, x: Float32Array, alpha: number): void {
  for (let i = 0; i < out.length; i++) {
    const value = x[i]!;
    out[i] = value > 0 ? 1 : Number.isNaN(value) ? value : alpha;
  }
}

/** x² */
export function square(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = x[i]! * x[i]!;
}

/** |x| */
export function absolute(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(x[i]!);
}

/** −x */
export function negative(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = -x[i]!;
}

/** e^x */
export function exp(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = exponential(x[i]!);
}

/** 1 / (1 + e^−x) */
export function sigmoid(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = sigmoidOf(x[i]!);
}

/** tanh x */
export function tanh(out: Float32Array, x: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = tanhOf(x[i]!);
}

/** The kernel of a function; tensors of other types go to `old`. */
export function elementwise(old: KernelFunc, loop: Loop): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    if (x.dtype !== "float32") return old(args);
    const backend = args.backend as MathBackendCPU;
    const values = backend.data.get(x.dataId).values as Float32Array;
    const out = newArray(values.length);
    loop(out, values, (args.attrs as unknown as StepAttrs | undefined)?.alpha ?? 0);
    return backend.makeTensorInfo(x.shape, "float32", out);
  };
}

/** `t` where the condition is true, else `e`, all of one shape; others go to `old`. */
export function select(old: KernelFunc): KernelFunc {
  return (args) => {
    const { condition, t, e } = args.inputs as unknown as Record<
      "condition" | "t" | "e",
      TensorInfo
    >;
    const isPlain = t.dtype === "float32" && e.dtype === "float32" &&
      condition.shape.length === t.shape.length;
    if (!isPlain) return old(args);
    const backend = args.backend as MathBackendCPU;
    const values = (tensor: TensorInfo) => backend.data.get(tensor.dataId).values as Float32Array;
    const [which, yes, no] = [values(condition), values(t), values(e)];
    const out = newArray(yes.length);
    for (let i = 0; i < out.length; i++) out[i] = which[i] === 1 ? yes[i]! : no[i]!;
    return backend.makeTensorInfo(t.shape, "float32", out);
  };
}
