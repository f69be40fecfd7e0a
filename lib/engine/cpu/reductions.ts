/** Sum and mean over any axes, in one pass with sums in float64. @module */

import {
  backend_util,
  type KernelFunc,
  type SumAttrs,
  type TensorInfo,
  util,
} from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { hasFloats } from "./memory.ts";
import { exactly, reserve } from "./product_module.ts";
import { forEachRow, mergeAxes, rowSteps, sizeOf } from "./strided.ts";
import { addRow, sumRow } from "./sums_module.ts";

/** Sum over axes, or the mean; other types than float32 go to `old`. */
export function reduction(old: KernelFunc, isMean: boolean): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    if (x.dtype !== "float32" || sizeOf(x.shape) === 0) return old(args);
    const { axis, keepDims } = args.attrs as unknown as SumAttrs;
    const axes = util.parseAxisParam(axis, x.shape);
    const kept = backend_util.expandShapeToKeepDim(
      x.shape.filter((_, i) => !axes.includes(i)),
      axes,
    );
    const steps = rowSteps(kept).map((step, i) => axes.includes(i) ? 0 : step);
    const loops = mergeAxes(x.shape, rowSteps(x.shape), steps);
    const backend = args.backend as MathBackendCPU;
    const values = backend.data.get(x.dataId).values as Float32Array;
    const count = sizeOf(kept);
    const length = loops.sizes.at(-1)!, step = loops.b.at(-1)!;
    const isFast = length >= FEW && hasFloats(values);
    // Only WebAssembly needs the sums of columns where it can reach them.
    const own = isFast && step !== 0 ? 2 * count : 0;
    const reserved = reserve({ sums: own, halves: 4 });
    const sums = own === 0 ? new Float64Array(count) : exactly(reserved.sums).fill(0);
    const halves = exactly(reserved.halves);
    forEachRow(loops, (_, from, to) => {
      if (step === 0) sums[to]! += sumOf(values, from, length, isFast ? halves : null);
      else if (isFast) addRow()(sums.byteOffset + 8 * to, values.byteOffset + 4 * from, length);
      else addTo(sums, to, values, from, length);
    });
    const out = newArray(count), divisor = isMean ? values.length / count : 1;
    for (let i = 0; i < count; i++) out[i] = sums[i]! / divisor;
    const shape = keepDims ? kept : x.shape.filter((_, i) => !axes.includes(i));
    return backend.makeTensorInfo(shape, "float32", out);
  };
}

/** Entries of a row for which WebAssembly is called, at least. */
const FEW = 32;

/** The sum of four sums, each of every fourth entry, and of what is left; by WebAssembly with `halves`. */
function sumOf(
  values: Float32Array,
  from: number,
  length: number,
  halves: Float64Array | null,
): number {
  const end = from + length, fours = from + length - length % 4;
  let sum = 0;
  if (halves === null) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = from; i < fours; i += 4) {
      a += values[i]!;
      b += values[i + 1]!;
      c += values[i + 2]!;
      d += values[i + 3]!;
    }
    sum = (a + c) + (b + d);
  } else {
    sumRow()(halves.byteOffset, values.byteOffset + 4 * from, (fours - from) / 4);
    sum = halves[0]! + halves[1]!;
  }
  for (let i = fours; i < end; i++) sum += values[i]!;
  return sum;
}

function addTo(
  sums: Float64Array,
  to: number,
  values: Float32Array,
  from: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) sums[to + i]! += values[from + i]!;
}
