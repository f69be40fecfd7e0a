/** Dropout and its gradient, each in one pass. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { advanceCounter, type PhiloxCounter, type PhiloxKey } from "../../core/philox.ts";
import type { DropoutAttributes } from "../fused.ts";
import { newArray, newBytes } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { forEachUniform } from "./philox_module.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Random numbers are whole multiples of 1 / STEPS. */
const STEPS = 2 ** 23;

/** out = x · scale where it is kept, else 0. */
type DropoutArrays =
  & Readonly<Record<"out" | "x", Float32Array>>
  & { readonly kept: Uint8Array };

/** How numbers are drawn, and the largest for which an entry is dropped, in steps. */
interface Draw {
  readonly key: PhiloxKey;
  readonly counter: PhiloxCounter;
  readonly last: number;
  readonly scale: number;
}

/** Nanoseconds, about, of an entry that is drawn, and of one that is passed on or not. */
const DRAW_COST = 3, PASS_COST = 1;

const dropoutPart = nameWork(
  "dropout",
  (
    { out, x, kept }: DropoutArrays,
    { key, counter, last, scale }: Draw,
    from: number,
    to: number,
  ) => {
    forEachUniform(to - from, key, advanceCounter(counter, from / 4), (numbers, at) => {
      for (let i = 0; i < numbers.length; i++) {
        // The sign of a difference: what depends on chance no processor foresees, if it is a branch.
        kept[from + at + i] = (last - (numbers[i]! * STEPS | 0)) >>> 31;
      }
    });
    passKept({ out, x, kept }, { scale }, from, to);
  },
);

/** out = x · scale where it is kept, else 0, also of NaN: no bit is left. */
const passKept = nameWork(
  "dropout gradient",
  (
    { out, x, kept }: DropoutArrays,
    { scale }: Pick<Draw, "scale">,
    from: number,
    to: number,
  ) => {
    const bits = new Int32Array(out.buffer, out.byteOffset, out.length);
    for (let i = from; i < to; i++) {
      out[i] = x[i]! * scale;
      bits[i]! &= -kept[i]!;
    }
  },
);

/** The kernel `FUSED_DROPOUT`. */
export function dropout(
  inputs: Inputs,
  { rate, key0, key1 }: DropoutAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const { shape } = inputs["x"]!;
  const x = valuesOf(backend, inputs["x"]);
  const out = newArray(x.length), kept = newBytes(x.length);
  const draw: Draw = {
    key: [key0, key1],
    counter: [...valuesOf<Int32Array>(backend, inputs["counter"])] as unknown as PhiloxCounter,
    last: Math.ceil(Math.fround(rate) * STEPS) - 1,
    scale: Math.fround(1 / (1 - rate)),
  };
  const how = { count: x.length, grain: LINE, cost: DRAW_COST };
  share(dropoutPart, { out, x, kept }, draw, how);
  return [
    backend.makeTensorInfo(shape, "float32", out),
    backend.makeTensorInfo(shape, "bool", kept),
  ];
}

/** The kernel `FUSED_DROPOUT_GRADIENT`. */
export function dropoutGradient(
  inputs: Inputs,
  { rate }: Pick<DropoutAttributes, "rate">,
  backend: MathBackendCPU,
): TensorInfo[] {
  const x = valuesOf(backend, inputs["dy"]);
  const kept = valuesOf<Uint8Array>(backend, inputs["kept"]);
  const out = newArray(x.length);
  const how = { count: x.length, grain: LINE, cost: PASS_COST };
  share(passKept, { out, x, kept }, { scale: Math.fround(1 / (1 - rate)) }, how);
  return [backend.makeTensorInfo(inputs["dy"]!.shape, "float32", out)];
}
