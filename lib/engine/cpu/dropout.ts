/** Dropout and its gradient, each in one pass. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { PhiloxCounter } from "../../core/philox.ts";
import type { DropoutAttributes } from "../fused.ts";
import { newArray, newBytes } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { forEachUniform } from "./philox_module.ts";

/** Random numbers are whole multiples of 1 / STEPS. */
const STEPS = 2 ** 23;

/** The kernel `FUSED_DROPOUT`. */
export function dropout(
  inputs: Inputs,
  { rate, key0, key1 }: DropoutAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { shape } = inputs["x"]!;
  const x = valuesOf(backend, inputs["x"]);
  const counter = [...valuesOf<Int32Array>(backend, inputs["counter"])];
  const value = newArray(x.length), kept = newBytes(x.length);
  const scale = Math.fround(1 / (1 - rate));
  const last = Math.ceil(Math.fround(rate) * STEPS) - 1;
  forEachUniform(x.length, [key0, key1], counter as unknown as PhiloxCounter, (numbers, at) => {
    for (let i = 0; i < numbers.length; i++) {
      // The sign of a difference: what depends on chance no processor foresees, if it is a branch.
      kept[at + i] = (last - (numbers[i]! * STEPS | 0)) >>> 31;
    }
  });
  passKept(value, x, kept, scale);
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
  const dx = newArray(dy.length);
  passKept(dx, dy, kept, Math.fround(1 / (1 - rate)));
  return [backend.makeTensorInfo(inputs["dy"]!.shape, "float32", dx)];
}

/** out = x · scale where it is kept, else 0, also of NaN: no bit is left. */
function passKept(out: Float32Array, x: Float32Array, kept: Uint8Array, scale: number): void {
  const bits = new Int32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < out.length; i++) {
    out[i] = x[i]! * scale;
    bits[i]! &= -kept[i]!;
  }
}
