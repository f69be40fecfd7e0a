/** Layer normalization and its gradient, a row at a time, with sums in float64. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Arrays by name. */
type Named<Name extends string> = Readonly<Record<Name, Float32Array>>;

/** Nanoseconds, about, of a number. */
const COST = 4;

const normalizeRows = nameWork(
  "layer normalization",
  (
    { x, weight, bias, value, normal, scales }: Named<
      "x" | "weight" | "bias" | "value" | "normal" | "scales"
    >,
    { width, epsilon }: { readonly width: number; readonly epsilon: number },
    from: number,
    to: number,
  ) => {
    for (let row = from, at = from * width; row < to; row++, at += width) {
      let sum = 0, squares = 0;
      for (let i = at; i < at + width; i++) sum += x[i]!;
      const mean = sum / width;
      for (let i = at; i < at + width; i++) squares += (x[i]! - mean) * (x[i]! - mean);
      const scale = scales[row] = 1 / Math.sqrt(squares / width + epsilon);
      for (let j = 0; j < width; j++) {
        const n = normal[at + j] = (x[at + j]! - mean) * scale;
        value[at + j] = n * weight[j]! + bias[j]!;
      }
    }
  },
);

/** The kernel `FUSED_LAYER_NORM`. */
export function layerNorm(
  inputs: Inputs,
  { epsilon }: { readonly epsilon: number },
  backend: MathBackendCPU,
): TensorInfo[] {
  const [rows, width] = inputs["x"]!.shape as [number, number];
  const [x, weight, bias] = ["x", "weight", "bias"].map((name) =>
    valuesOf(backend, inputs[name])
  ) as [Float32Array, Float32Array, Float32Array];
  const value = newArray(x.length), normal = newArray(x.length), scales = newArray(rows);
  const how = { count: rows, cost: COST * width };
  share(normalizeRows, { x, weight, bias, value, normal, scales }, { width, epsilon }, how);
  return [
    backend.makeTensorInfo([rows, width], "float32", value),
    backend.makeTensorInfo([rows, width], "float32", normal),
    backend.makeTensorInfo([rows, 1], "float32", scales),
  ];
}

/** dx = scale (g − mean g − n · mean(g n)), with n the normalized x and g = dy · weight. */
const rowsBack = nameWork(
  "layer normalization gradient: rows",
  (
    { dx, dy, normal, scales, weight }: Named<"dx" | "dy" | "normal" | "scales" | "weight">,
    { width }: { readonly width: number },
    from: number,
    to: number,
  ) => {
    for (let row = from, at = from * width; row < to; row++, at += width) {
      let sum = 0, along = 0;
      for (let j = 0; j < width; j++) {
        const g = dy[at + j]! * weight[j]!;
        sum += g;
        along += g * normal[at + j]!;
      }
      const mean = sum / width, slope = along / width, scale = scales[row]!;
      for (let j = 0; j < width; j++) {
        dx[at + j] = scale * (dy[at + j]! * weight[j]! - mean - normal[at + j]! * slope);
      }
    }
  },
);

/** Sums over all rows. */
const columnsBack = nameWork(
  "layer normalization gradient: columns",
  (
    { dWeight, dBias, dy, normal }: Named<"dWeight" | "dBias" | "dy" | "normal">,
    { width }: { readonly width: number },
    from: number,
    to: number,
  ) => {
    const weights = new Float64Array(to - from), biases = new Float64Array(to - from);
    for (let at = from; at < dy.length; at += width) {
      for (let j = 0; j < to - from; j++) {
        const d = dy[at + j]!;
        weights[j]! += d * normal[at + j]!;
        biases[j]! += d;
      }
    }
    dWeight.set(weights, from);
    dBias.set(biases, from);
  },
);

/** The kernel `FUSED_LAYER_NORM_GRADIENT`. */
export function layerNormGradient(
  inputs: Inputs,
  _attributes: unknown,
  backend: MathBackendCPU,
): TensorInfo[] {
  const [rows, width] = inputs["dy"]!.shape as [number, number];
  const [dy, normal, scales, weight] = ["dy", "normal", "scale", "weight"]
    .map((name) => valuesOf(backend, inputs[name])) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
  const dx = newArray(dy.length), dWeight = newArray(width), dBias = newArray(width);
  const ofRows = { count: rows, cost: COST * width };
  share(rowsBack, { dx, dy, normal, scales, weight }, { width }, ofRows);
  const ofColumns = { count: width, grain: LINE, cost: COST / 2 * rows };
  share(columnsBack, { dWeight, dBias, dy, normal }, { width }, ofColumns);
  return [
    backend.makeTensorInfo([rows, width], "float32", dx),
    backend.makeTensorInfo([width], "float32", dWeight),
    backend.makeTensorInfo([width], "float32", dBias),
  ];
}
