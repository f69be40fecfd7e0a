/** The update of Adam as one kernel: by ops it is a dozen arrays for each parameter. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { AdamAttributes } from "../fused.ts";
import { newArray } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Moments that are smaller are 0: the root of a denormal number takes ten times as long. */
const TINY = 1e-30;

const adamPart = nameWork(
  "Adam",
  (
    { value, mean, square, variable, first, second, gradient }: Readonly<
      Record<
        "value" | "mean" | "square" | "variable" | "first" | "second" | "gradient",
        Float32Array
      >
    >,
    { l2, beta1, beta2, epsilon, size, scale, decay }:
      & Pick<AdamAttributes, "l2" | "beta1" | "beta2" | "epsilon">
      & Readonly<Record<"size" | "scale" | "decay", number>>,
    from: number,
    to: number,
  ) => {
    for (let i = from; i < to; i++) {
      const before = variable[i]!, g = gradient[i]! + l2 * before;
      const m = first[i]! + (1 - beta1) * (g - first[i]!);
      const v = second[i]! + (1 - beta2) * (g * g - second[i]!);
      value[i] = before - decay * before - size * m / (Math.sqrt(v) * scale + epsilon);
      mean[i] = m < TINY && m > -TINY ? 0 : m;
      square[i] = v < TINY ? 0 : v;
    }
  },
);

/** The kernel `FUSED_ADAM`. */
export function adam(
  inputs: Inputs,
  { learningRate, l2, decoupled, beta1, beta2, epsilon }: AdamAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const of = (name: string) => valuesOf(backend, inputs[name]);
  const [variable, first, second, gradient] = ["variable", "first", "second", "gradient"]
    .map(of) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const rate = learningRate * (inputs["rate"] === undefined ? 1 : of("rate")[0]!);
  const size = rate / of("firstCorrection")[0]!, scale = 1 / of("secondCorrection")[0]!;
  const [value, mean, square] = [1, 2, 3].map(() => newArray(variable.length)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  share(
    adamPart,
    { value, mean, square, variable, first, second, gradient },
    { l2, beta1, beta2, epsilon, size, scale, decay: rate * decoupled },
    { count: value.length, grain: LINE, cost: 7 },
  );
  const { shape } = inputs["variable"]!;
  return [value, mean, square].map((values) => backend.makeTensorInfo(shape, "float32", values));
}
