/** Functions of the single entries of float32 tensors, each a loop that V8 can compile by itself. @module */

import type { KernelFunc, StepAttrs, TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray } from "./arrays.ts";
import { AT_A_TIME, UNARY } from "./entries_module.ts";
import { valuesOf } from "./inputs.ts";
import { hasFloats } from "./memory.ts";
import type { Run } from "./shared_module.ts";
import { exponential, sigmoid as sigmoidOf, tanh as tanhOf } from "./activations.ts";
import { LINE, share } from "./threads.ts";
import { nameWork, type Work } from "./work.ts";

/** What a loop over entries reads and writes, and the attribute that one of them has. */
type Entries = Readonly<Record<"out" | "x", Float32Array>>;
type Loop = Work<Entries, { readonly alpha: number }>;

/** Fours of entries for which WebAssembly is called, at least. */
const FEW = 8;

/** A loop that leaves to WebAssembly what is in its memory: all but the last entries. */
function inFours(run: () => Run, loop: Loop): Loop {
  return (entries, options, from, to) => {
    const { out, x } = entries, fours = Math.floor((to - from) / AT_A_TIME);
    let at = from;
    if (fours >= FEW && hasFloats(out) && hasFloats(x)) {
      run()(out.byteOffset + 4 * at, x.byteOffset + 4 * at, 0, fours, options.alpha);
      at += AT_A_TIME * fours;
    }
    loop(entries, options, at, to);
  };
}

/** max(x, 0) */
export const relu: Loop = nameWork(
  "relu",
  inFours(UNARY.relu, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = Math.max(0, x[i]!);
  }),
);

/** 1 where x > 0, else `alpha`; NaN stays NaN. */
export const step: Loop = nameWork(
  "step",
  inFours(UNARY.step, ({ out, x }, { alpha }, from, to) => {
    for (let i = from; i < to; i++) {
      const value = x[i]!;
      out[i] = value > 0 ? 1 : Number.isNaN(value) ? value : alpha;
    }
  }),
);

/** x² */
export const square: Loop = nameWork(
  "square",
  inFours(UNARY.square, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = x[i]! * x[i]!;
  }),
);

/** |x| */
export const absolute: Loop = nameWork(
  "absolute",
  inFours(UNARY.absolute, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = Math.abs(x[i]!);
  }),
);

/** −x */
export const negative: Loop = nameWork(
  "negative",
  inFours(UNARY.negative, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = -x[i]!;
  }),
);

/** e^x */
export const exp: Loop = nameWork(
  "exp",
  inFours(UNARY.exp, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = exponential(x[i]!);
  }),
);

/** 1 / (1 + e^−x) */
export const sigmoid: Loop = nameWork(
  "sigmoid",
  inFours(UNARY.sigmoid, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = sigmoidOf(x[i]!);
  }),
);

/** tanh x */
export const tanh: Loop = nameWork(
  "tanh",
  inFours(UNARY.tanh, ({ out, x }, _, from, to) => {
    for (let i = from; i < to; i++) out[i] = tanhOf(x[i]!);
  }),
);

/** The kernel of a function, and nanoseconds it takes; tensors of other types go to `old`. */
export function elementwise(old: KernelFunc, loop: Loop, cost = 0.4): KernelFunc {
  return (args) => {
    const { x } = args.inputs as unknown as { x: TensorInfo };
    if (x.dtype !== "float32") return old(args);
    const backend = args.backend as MathBackendCPU;
    const values = backend.data.get(x.dataId).values as Float32Array;
    const out = newArray(values.length);
    const alpha = (args.attrs as unknown as StepAttrs | undefined)?.alpha ?? 0;
    share(loop, { out, x: values }, { alpha }, { count: out.length, grain: LINE, cost });
    return backend.makeTensorInfo(x.shape, "float32", out);
  };
}

const choose = nameWork(
  "select",
  (
    { out, which, yes, no }:
      & Readonly<Record<"out" | "yes" | "no", Float32Array>>
      & { readonly which: Uint8Array },
    _options: unknown,
    from: number,
    to: number,
  ) => {
    for (let i = from; i < to; i++) out[i] = which[i] === 1 ? yes[i]! : no[i]!;
  },
);

/** `t` where the condition is true, else `e`, all of one shape; others go to `old`. */
export function select(old: KernelFunc): KernelFunc {
  return (args) => {
    const { condition, t, e } = args.inputs as unknown as Record<
      "condition" | "t" | "e",
      TensorInfo
    >;
    const isPlain = t.dtype === "float32" && e.dtype === "float32" &&
      condition.shape.length === t.shape.length;
    if (!isPlain) return old(args);
    const backend = args.backend as MathBackendCPU;
    const [which, yes, no] = [
      valuesOf<Uint8Array>(backend, condition),
      valuesOf(backend, t),
      valuesOf(backend, e),
    ];
    const out = newArray(yes.length);
    share(choose, { out, which, yes, no }, {}, { count: out.length, grain: LINE, cost: 1 });
    return backend.makeTensorInfo(t.shape, "float32", out);
  };
}
