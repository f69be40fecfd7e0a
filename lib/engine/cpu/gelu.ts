/** x Φ(x) with its derivative Φ(x) + x φ(x), in one pass. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { exponential } from "./activations.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Density of the normal distribution at 0. */
const DENSITY = 1 / Math.sqrt(2 * Math.PI);
/** erf(z) = 1 − e^(−z²) (a₁ t + … + a₅ t⁵), t = 1 / (1 + p z): Abramowitz and Stegun 7.1.26. */
const P = 0.3275911;
const A1 = 0.254829592, A2 = -0.284496736, A3 = 1.421413741, A4 = -1.453152027, A5 = 1.061405429;

const geluPart = nameWork(
  "gelu",
  (
    { x, value, derivative }: Readonly<Record<"x" | "value" | "derivative", Float32Array>>,
    _options: unknown,
    from: number,
    to: number,
  ) => {
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
  share(geluPart, { x, value, derivative }, {}, { count: x.length, grain: LINE, cost: 12 });
  return [value, derivative].map((values) => backend.makeTensorInfo(shape, "float32", values));
}
