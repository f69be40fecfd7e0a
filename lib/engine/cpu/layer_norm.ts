/** Layer normalization and its gradient, a row at a time, with sums in float64. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";

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
  const value = newArray(x.length), normal = newArray(x.length);
  const scales = new Float32Array(rows);
  for (let row = 0, at = 0; row < rows; row++, at += width) {
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
  return [
    backend.makeTensorInfo([rows, width], "float32", value),
    backend.makeTensorInfo([rows, width], "float32", normal),
    backend.makeTensorInfo([rows, 1], "float32", scales),
  ];
}

/** The kernel `FUSED_LAYER_NORM_GRADIENT`: with n the normalized x and g = dy · weight,
 * dx = scale (g − mean g − n · mean(g n)). */
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
  const dx = newArray(dy.length);
  const dWeight = new Float64Array(width), dBias = new Float64Array(width);
  for (let row = 0, at = 0; row < rows; row++, at += width) {
    let sum = 0, along = 0;
    for (let j = 0; j < width; j++) {
      const d = dy[at + j]!, n = normal[at + j]!, g = d * weight[j]!;
      sum += g;
      along += g * n;
      dWeight[j]! += d * n;
      dBias[j]! += d;
    }
    const mean = sum / width, slope = along / width, scale = scales[row]!;
    for (let j = 0; j < width; j++) {
      dx[at + j] = scale * (dy[at + j]! * weight[j]! - mean - normal[at + j]! * slope);
    }
  }
  return [
    backend.makeTensorInfo([rows, width], "float32", dx),
    backend.makeTensorInfo([width], "float32", Float32Array.from(dWeight)),
    backend.makeTensorInfo([width], "float32", Float32Array.from(dBias)),
  ];
}
