/** x Φ(x) with its derivative Φ(x) + x φ(x), in one pass. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { exponential } from "./activations.ts";
import { DENSITY, geluLoop, P, TERMS } from "./gelu_module.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { hasFloats } from "./memory.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

const [A1, A2, A3, A4, A5] = TERMS;
/** Entries for which WebAssembly is called, at least. */
const FEW = 32;

const geluPart = nameWork(
  "gelu",
  (
    { x, value, derivative }: Readonly<Record<"x" | "value" | "derivative", Float32Array>>,
    _options: unknown,
    from: number,
    to: number,
  ) => {
    if (to - from >= FEW && [x, value, derivative].every(hasFloats)) {
      const at = (array: Float32Array) => array.byteOffset + 4 * from;
      geluLoop()(at(x), at(value), at(derivative), to - from);
      return;
    }
    for (let i = from; i < to; i++) {
      const u = x[i]!;
      // With z = |u| / √2, e^(−z²) is the normal density too, up to a factor.
      const bell = exponential(-0.5 * u * u);
      const t = 1 / (1 + (P * Math.SQRT1_2) * Math.abs(u));
      const tail = 0.5 * bell * t * (A1 + t * (A2 + t * (A3 + t * (A4 + t * A5))));
      const cumulative = u < 0 ? tail : 1 - tail;
      value[i] = u * cumulative;
      derivative[i] = cumulative + u * DENSITY * bell;
    }
  },
);

/** The kernel `FUSED_GELU`. */
export function gelu(
  inputs: Inputs,
  _attributes: unknown,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { shape } = inputs["x"]!;
  const x = valuesOf(backend, inputs["x"]);
  const value = newArray(x.length), derivative = newArray(x.length);
  share(geluPart, { x, value, derivative }, {}, { count: x.length, grain: LINE, cost: 4 });
  return [value, derivative].map((values) => backend.makeTensorInfo(shape, "float32", values));
}
