/** Rows picked by number, and the gradient of that: embeddings, feature banks. @module */

import type {
  GatherV2Attrs,
  KernelFunc,
  TensorInfo,
  UnsortedSegmentSumAttrs,
} from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray, newZeros } from "./arrays.ts";
import { copyRow } from "./matrix.ts";
import { sizeOf } from "./strided.ts";

/** `x[indices]` along the first axis; others, and indices out of range, go to `old`. */
export function gather(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x, indices } = args.inputs as unknown as { x: TensorInfo; indices: TensorInfo };
    const { axis, batchDims } = args.attrs as unknown as GatherV2Attrs;
    const backend = args.backend as MathBackendCPU;
    const numbers = backend.data.get(indices.dataId).values as Int32Array;
    const count = x.shape[0]!;
    const isPlain = x.dtype === "float32" && axis === 0 && !batchDims &&
      numbers.every((i) => i >= 0 && i < count);
    if (!isPlain) return old(args);
    const width = sizeOf(x.shape.slice(1));
    const values = backend.data.get(x.dataId).values as Float32Array;
    const out = newArray(numbers.length * width);
    numbers.forEach((number, row) => {
      copyRow(out, row * width, values, number * width, width);
    });
    return backend.makeTensorInfo([...indices.shape, ...x.shape.slice(1)], "float32", out);
  };
}

/** `tensor` with other rows at some numbers; others, and numbers out of range, go to `old`. */
export function scatter(old: KernelFunc): KernelFunc {
  return (args) => {
    const { tensor, indices, updates } = args.inputs as unknown as Record<
      "tensor" | "indices" | "updates",
      TensorInfo
    >;
    const backend = args.backend as MathBackendCPU;
    const numbers = backend.data.get(indices.dataId).values as Int32Array;
    const [count] = tensor.shape as [number];
    const isPlain = tensor.dtype === "float32" && updates.dtype === "float32" &&
      indices.shape.length === 2 && indices.shape[1] === 1 &&
      updates.shape.length === tensor.shape.length &&
      numbers.every((i) => i >= 0 && i < count);
    if (!isPlain) return old(args);
    const width = sizeOf(tensor.shape.slice(1));
    const out = newArray(count * width);
    out.set(backend.data.get(tensor.dataId).values as Float32Array);
    const rows = backend.data.get(updates.dataId).values as Float32Array;
    numbers.forEach((number, row) => {
      copyRow(out, number * width, rows, row * width, width);
    });
    return backend.makeTensorInfo(tensor.shape, "float32", out);
  };
}

/**
 * out[s] = Σ x[i] over all i with `segmentIds[i]` = s. (TensorFlow.js's own goes through all of x
 * once for each s, which for the words of a BERT is 30,000 times.)
 */
export function segmentSum(old: KernelFunc): KernelFunc {
  return (args) => {
    const { x, segmentIds } = args.inputs as unknown as { x: TensorInfo; segmentIds: TensorInfo };
    if (x.dtype !== "float32" || segmentIds.shape.length !== 1) return old(args);
    const { numSegments } = args.attrs as unknown as UnsortedSegmentSumAttrs;
    const backend = args.backend as MathBackendCPU;
    const values = backend.data.get(x.dataId).values as Float32Array;
    const numbers = backend.data.get(segmentIds.dataId).values as Int32Array;
    const width = sizeOf(x.shape.slice(1));
    const out = newZeros(numSegments * width);
    numbers.forEach((number, row) => {
      if (number < 0 || number >= numSegments) return;
      const from = row * width, to = number * width;
      for (let i = 0; i < width; i++) out[to + i]! += values[from + i]!;
    });
    return backend.makeTensorInfo([numSegments, ...x.shape.slice(1)], "float32", out);
  };
}
