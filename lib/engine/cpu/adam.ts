/** The update of Adam as one kernel: by ops it is a dozen arrays for each parameter. @module */

import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { AdamAttributes } from "../fused.ts";
import { ADAM_ARRAYS, ADAM_NUMBERS, adamLoop } from "./adam_module.ts";
import { newArray } from "./arrays.ts";
import { type Inputs, valuesOf } from "./inputs.ts";
import { hasFloats } from "./memory.ts";
import { reserve } from "./product_module.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

type Arrays = Readonly<Record<typeof ADAM_ARRAYS[number], Float32Array>>;
const WRITTEN = ADAM_ARRAYS.slice(0, 3), READ = ADAM_ARRAYS.slice(3);
type Numbers = Readonly<Record<typeof ADAM_NUMBERS[number], number>>;

/** Entries, at most, that are copied to where WebAssembly reads and writes them. */
const CHUNK = 16384;

const adamPart = nameWork(
  "Adam",
  (arrays: Arrays, numbers: Numbers, from: number, to: number) => {
    const values = ADAM_NUMBERS.map((name) => numbers[name]);
    const run = (all: Arrays, at: number, count: number) => {
      adamLoop()(...ADAM_ARRAYS.map((name) => all[name].byteOffset + 4 * at), count, ...values);
    };
    if (Object.values(arrays).every(hasFloats)) {
      run(arrays, from, to - from);
      return;
    }
    const length = Math.min(CHUNK, to - from);
    const copies = reserve(
      Object.fromEntries(ADAM_ARRAYS.map((name) => [name, length])),
    ) as Arrays;
    for (let at = from; at < to; at += length) {
      const count = Math.min(length, to - at);
      for (const name of READ) copies[name].set(arrays[name].subarray(at, at + count));
      run(copies, 0, count);
      for (const name of WRITTEN) arrays[name].set(copies[name].subarray(0, count), at);
    }
  },
);

/** The kernel `FUSED_ADAM`. */
export function adam(
  inputs: Inputs,
  { learningRate, l2, decoupled, beta1, beta2, epsilon }: AdamAttributes,
  backend: MathBackendCPU,
): TensorInfo[] {
  const of = (name: string) => {
    const values = valuesOf(backend, inputs[name]);
    // What is cast may still be bytes, which threads could not read.
    return values instanceof Float32Array ? values : Float32Array.from(values as Uint8Array);
  };
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
    {
      ...{ l2, ofFirst: 1 - beta1, ofSecond: 1 - beta2, epsilon },
      ...{ size, scale, decay: rate * decoupled },
    },
    { count: value.length, grain: LINE, cost: 2.5 },
  );
  const { shape } = inputs["variable"]!;
  return [value, mean, square].map((values) => backend.makeTensorInfo(shape, "float32", values));
}
