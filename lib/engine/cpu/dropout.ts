/** Dropout and its gradient, each in one pass. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { PhiloxCounter } from "../../core/philox.ts";
import type { DropoutAttributes } from "../fused.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { forEachUniform } from "./philox_module.ts";

/** The kernel `FUSED_DROPOUT`. */
export function dropout(
  inputs: Inputs,
  { rate, key0, key1 }: DropoutAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { shape } = inputs["x"]!;
  const x = valuesOf(backend, inputs["x"]);
  const counter = [...valuesOf<Int32Array>(backend, inputs["counter"])];
  const value = new Float32Array(x.length), kept = new Uint8Array(x.length);
  const scale = Math.fround(1 / (1 - rate)), bound = Math.fround(rate);
  forEachUniform(x.length, [key0, key1], counter as unknown as PhiloxCounter, (numbers, at) => {
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i]! < bound) continue;
      kept[at + i] = 1;
      value[at + i] = x[at + i]! * scale;
    }
  });
  return [
    backend.makeTensorInfo(shape, "float32", value),
    backend.makeTensorInfo(shape, "bool", kept),
  ];
}

/** The kernel `FUSED_DROPOUT_GRADIENT`. */
export function dropoutGradient(
  inputs: Inputs,
  { rate }: Pick<DropoutAttributes, "rate">,
  backend: MathBackendCPU,
): TensorInfo[] {
  const dy = valuesOf(backend, inputs["dy"]);
  const kept = valuesOf<Uint8Array>(backend, inputs["kept"]);
  const dx = new Float32Array(dy.length), scale = Math.fround(1 / (1 - rate));
  for (let i = 0; i < dx.length; i++) if (kept[i] !== 0) dx[i] = dy[i]! * scale;
  return [backend.makeTensorInfo(inputs["dy"]!.shape, "float32", dx)];
}
