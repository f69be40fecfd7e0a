/**
 * A convolution over time with its largest positive response of each filter, sample by sample: what
 * lies between is in no tensor, and only the windows that were chosen have a gradient.
 *
 * @module
 */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray, newZeros } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import {
  multiplyAdd,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  tileColumns,
  tileRows,
} from "./product_module.ts";

/** Attributes of the three kernels. */
export interface ConvPoolAttributes {
  /** Zeros that stand before the first step. */
  readonly before: number;
}

/** Sizes of x [batch, time, width] and weight [filters, width, size]. */
interface Sizes {
  readonly batch: number;
  readonly time: number;
  readonly width: number;
  readonly filters: number;
  readonly size: number;
}

/** The kernel `CONV_POOL`. */
export function convPool(
  inputs: Inputs,
  { before }: ConvPoolAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const sizes = sizesOf(inputs);
  const { batch, time, width, filters, size } = sizes;
  const x = valuesOf(backend, inputs["x"]), bias = valuesOf(backend, inputs["bias"]);
  const counts = valuesOf<Int32Array>(backend, inputs["counts"]);
  const most = tileRows(Math.max(1, ...counts)), inner = size * width, row = tileColumns(filters);
  const { steps, weights, sums } = reserve({
    // A window is `inner` numbers on from each step: rows that overlap.
    steps: (most + size) * width,
    weights: inner * row,
    sums: most * row,
  });
  const weight = valuesOf(backend, inputs["weight"]);
  forEachWeight(sizes, (at, f, place) => {
    const column = f % TILE_COLUMNS;
    weights[(f - column) * inner + place * TILE_COLUMNS + column] = weight[at]!;
  });
  const value = new Float32Array(batch * filters), places = new Int32Array(batch * filters);
  for (let sample = 0; sample < batch; sample++) {
    const count = counts[sample]!;
    const first = sample * time * width, seen = Math.min(time, count + size - 1 - before);
    steps.fill(0, 0, before * width);
    steps.set(x.subarray(first, first + seen * width), before * width);
    steps.fill(0, (before + seen) * width);
    for (let p = 0; p < count; p++) sums.set(bias, p * row);
    multiplyAdd(sums, row, rowMajor(steps, width), weights, inner, [count, filters, inner]);
    const at = sample * filters;
    places.fill(-1, at, at + filters);
    for (let p = 0; p < count; p++) {
      for (let f = 0; f < filters; f++) {
        const sum = sums[p * row + f]!;
        // Not what is less or equal, so that NaN is seen, and stays.
        if (sum <= value[at + f]! || Number.isNaN(value[at + f])) continue;
        value[at + f] = sum;
        places[at + f] = p;
      }
    }
  }
  return [
    backend.makeTensorInfo([batch, filters], "float32", value),
    backend.makeTensorInfo([batch, filters], "int32", places),
  ];
}

/** The kernel `CONV_POOL_WEIGHT_GRADIENT`. */
export function convPoolWeightGradient(
  inputs: Inputs,
  { before }: ConvPoolAttributes,
  backend: MathBackendCPU,
): TensorInfo {
  const sizes = sizesOf(inputs);
  const { width, filters, size } = sizes;
  const x = valuesOf(backend, inputs["x"]);
  // [filters, size, width], in which a window is one row.
  const sums = new Float32Array(filters * size * width);
  forEachChoice(inputs, sizes, before, backend, (f, from, to, length, dy) => {
    const at = f * size * width + to;
    for (let i = 0; i < length; i++) sums[at + i]! += dy * x[from + i]!;
  });
  const dWeight = newArray(sums.length);
  forEachWeight(sizes, (at, f, place) => dWeight[at] = sums[f * size * width + place]!);
  return backend.makeTensorInfo(inputs["weight"]!.shape, "float32", dWeight);
}

/** The kernel `CONV_POOL_INPUT_GRADIENT`. */
export function convPoolInputGradient(
  inputs: Inputs,
  { before }: ConvPoolAttributes,
  backend: MathBackendCPU,
): TensorInfo {
  const sizes = sizesOf(inputs);
  const { width, size } = sizes;
  const weight = valuesOf(backend, inputs["weight"]);
  const rows = new Float32Array(weight.length);
  forEachWeight(sizes, (at, f, place) => rows[f * size * width + place] = weight[at]!);
  const dX = newZeros(valuesOf(backend, inputs["x"]).length);
  forEachChoice(inputs, sizes, before, backend, (f, from, to, length, dy) => {
    const at = f * size * width + to;
    for (let i = 0; i < length; i++) dX[from + i]! += dy * rows[at + i]!;
  });
  return backend.makeTensorInfo(inputs["x"]!.shape, "float32", dX);
}

/**
 * Calls back for each filter of each sample that has a gradient: where in x its window starts, that is
 * where in the window, how many numbers long, as far as they are no padding, and the gradient.
 */
function forEachChoice(
  inputs: Inputs,
  { batch, time, width, filters, size }: Sizes,
  before: number,
  backend: MathBackendCPU,
  use: (filter: number, from: number, to: number, length: number, dy: number) => void,
): void {
  const dy = valuesOf(backend, inputs["dy"]);
  const places = valuesOf<Int32Array>(backend, inputs["places"]);
  for (let at = 0; at < batch * filters; at++) {
    const place = places[at]!;
    if (place < 0 || dy[at] === 0) continue;
    const start = place - before, first = Math.max(0, start), end = Math.min(time, start + size);
    const sample = Math.floor(at / filters);
    const from = (sample * time + first) * width, to = (first - start) * width;
    use(at % filters, from, to, (end - first) * width, dy[at]!);
  }
}

/**
 * Calls back for each weight: where it is in [filters, width, size], of which filter it is, and where
 * it is in a window, [size, width].
 */
function forEachWeight(
  { width, filters, size }: Sizes,
  use: (at: number, filter: number, place: number) => void,
): void {
  for (let f = 0, at = 0; f < filters; f++) {
    for (let j = 0; j < width; j++) {
      for (let i = 0; i < size; i++) use(at++, f, i * width + j);
    }
  }
}

function sizesOf(inputs: Inputs): Sizes {
  const [batch, time, width] = inputs["x"]!.shape as [number, number, number];
  const [filters, , size] = inputs["weight"]!.shape as [number, number, number];
  return { batch, time, width, filters, size };
}
