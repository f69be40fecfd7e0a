/** e^x over its sum along the last axis. @module */

import type { KernelFunc, SoftmaxAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { exponential } from "./activations.ts";
import { newArray } from "./arrays.ts";
import { hasFloats } from "./memory.ts";
import { softmaxRows } from "./softmax_module.ts";
import { share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Nanoseconds, about, of an entry. */
const COST = 4;

const rowsPart = nameWork(
  "softmax",
  (
    { out, x }: Readonly<Record<"out" | "x", Float32Array>>,
    { width }: { readonly width: number },
    from: number,
    to: number,
  ) => {
    const at = from * width;
    if (hasFloats(out) && hasFloats(x)) {
      const [target, source] = [out.byteOffset + 4 * at, x.byteOffset + 4 * at];
      softmaxRows()(target, source, width, 4 * width, to - from);
      return;
    }
    for (let row = at; row < to * width; row += width) softmaxRow(out, x, row, width);
  },
);

/** Softmax along the last axis; others go to `old`. */
export function softmax(old: KernelFunc): KernelFunc {
  return (args) => {
    const { logits } = args.inputs as unknown as { logits: TensorInfo };
    const { dim } = args.attrs as unknown as SoftmaxAttrs;
    const width = logits.shape.at(-1) ?? 0;
    const isLast = dim === -1 || dim === logits.shape.length - 1;
    const backend = args.backend as MathBackendCPU;
    const x = backend.data.get(logits.dataId).values as Float32Array;
    if (logits.dtype !== "float32" || !isLast || x.length === 0) return old(args);
    const out = newArray(x.length);
    share(rowsPart, { out, x }, { width }, { count: x.length / width, cost: COST * width });
    return backend.makeTensorInfo(logits.shape, "float32", out);
  };
}

/** The sum is that of entries with even numbers and that of the others, as in `softmax_module.ts`. */
function softmaxRow(out: Float32Array, x: Float32Array, row: number, width: number): void {
  let largest = x[row]!;
  for (let i = row + 1; i < row + width; i++) largest = Math.max(largest, x[i]!);
  let even = 0, odd = 0;
  for (let i = row; i < row + width; i += 2) {
    even += out[i] = exponential(x[i]! - largest);
    if (i + 1 < row + width) odd += out[i + 1] = exponential(x[i + 1]! - largest);
  }
  const sum = even + odd;
  for (let i = row; i < row + width; i++) out[i]! /= sum;
}
