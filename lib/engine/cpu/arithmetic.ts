/**
 * Sums, differences, products, quotients and comparisons of float32 tensors, broadcast or not. (TensorFlow.js's
 * own allocate index arrays for every entry of a broadcast result.)
 *
 * @module
 */

import type { KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { newArray, newBytes } from "./arrays.ts";
import { AT_A_TIME, BINARY } from "./entries_module.ts";
import { hasFloats } from "./memory.ts";
import { broadcastSteps, forEachRow, type Loops, mergeAxes, sizeOf } from "./strided.ts";
import { LINE, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Nanoseconds, about, of an entry. */
const ENTRY_COST = 0.4;

/** What a loop writes to: numbers, or 0 and 1. */
type Out = Float32Array | Uint8Array;

interface Arrays {
  readonly out: Out;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** out[at + i] = a[aAt + i · aStep] ∘ b[bAt + i · bStep] for i < length. */
type Loop = (
  out: Out,
  a: Float32Array,
  b: Float32Array,
  aStep: number,
  bStep: number,
  at: number,
  length: number,
  aAt: number,
  bAt: number,
) => void;

// One loop an operation: a shared loop with the operation as an argument is not inlined by V8.

/** a + b */
function add(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! + b[bAt]!;
}

/** a − b */
function subtract(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! - b[bAt]!;
}

/** a · b */
function multiply(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! * b[bAt]!;
}

/** a / b */
function divide(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = a[aAt]! / b[bAt]!;
}

/** a ≥ b */
function atLeast(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = +(a[aAt]! >= b[bAt]!);
}

/** a > b */
function above(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = +(a[aAt]! > b[bAt]!);
}

/** a < b */
function below(...[out, a, b, aStep, bStep, at, n, aAt, bAt]: Parameters<Loop>): void {
  for (let i = at; i < at + n; i++, aAt += aStep, bAt += bStep) out[i] = +(a[aAt]! < b[bAt]!);
}

const LOOPS = { add, subtract, multiply, divide, atLeast, above, below };

/** Entries of a row for which WebAssembly is called, at least. */
const FEW = 32;

/** The loop of an operation, of which WebAssembly does what is in its memory but for the last entries. */
function inFours(
  { out, a, b }: Arrays,
  name: keyof typeof LOOPS,
  { sizes, a: aSteps, b: bSteps }: Loops,
): Loop {
  const loop = LOOPS[name], [aStep, bStep] = [aSteps.at(-1)!, bSteps.at(-1)!];
  if (!isBinary(name) || sizes.at(-1)! < FEW || !hasFloats(out)) return loop;
  // Where a number takes the place of a row, it may lie anywhere.
  const isVector = (array: Float32Array, step: number) => step === 1 && hasFloats(array);
  const [left, right] = [isVector(a, aStep), isVector(b, bStep)];
  if (!(left && (right || bStep === 0)) && !(right && aStep === 0)) return loop;
  const run = BINARY[name][left ? right ? "both" : "right" : "left"]();
  return (out, a, b, aStep, bStep, at, length, aAt, bAt) => {
    const fours = Math.floor(length / AT_A_TIME), done = AT_A_TIME * fours;
    const number = left ? right ? 0 : b[bAt]! : a[aAt]!;
    const [x, y] = [a.byteOffset + 4 * aAt, b.byteOffset + 4 * bAt];
    if (fours > 0) run(out.byteOffset + 4 * at, x, y, fours, number);
    if (done === length) return;
    const [aNext, bNext] = [aAt + done * aStep, bAt + done * bStep];
    loop(out, a, b, aStep, bStep, at + done, length - done, aNext, bNext);
  };
}

function isBinary(name: string): name is keyof typeof BINARY {
  return name in BINARY;
}

/** Rows from one number on, or the entries of the only row. */
const loopPart = nameWork(
  "arithmetic",
  (
    { out, a, b }: Arrays,
    { name, loops }: { readonly name: keyof typeof LOOPS; readonly loops: Loops },
    from: number,
    to: number,
  ) => {
    const loop = inFours({ out, a, b }, name, loops);
    const length = loops.sizes.at(-1)!, aStep = loops.a.at(-1)!, bStep = loops.b.at(-1)!;
    if (loops.sizes.length === 1) {
      loop(out, a, b, aStep, bStep, from, to - from, from * aStep, from * bStep);
      return;
    }
    forEachRow(
      loops,
      (row, aAt, bAt) => {
        loop(out, a, b, aStep, bStep, row * length, length, aAt, bAt);
      },
      from,
      to,
    );
  },
);

/** The kernel of an operation; tensors of other types go to `old`. */
export function arithmetic(
  old: KernelFunc,
  name: keyof typeof LOOPS,
  dtype: "float32" | "bool" = "float32",
): KernelFunc {
  return (args) => {
    const { a, b } = args.inputs as unknown as { a: TensorInfo; b: TensorInfo };
    if (a.dtype !== "float32" || b.dtype !== "float32") return old(args);
    const shape = broadcastShape(a.shape, b.shape);
    const [aSteps, bSteps] = [broadcastSteps(a.shape, shape), broadcastSteps(b.shape, shape)];
    if (aSteps === null || bSteps === null) return old(args);
    const backend = args.backend as MathBackendCPU;
    const size = sizeOf(shape);
    const out: Out = dtype === "bool" ? newBytes(size) : newArray(size);
    const x = backend.data.get(a.dataId).values as Float32Array;
    const y = backend.data.get(b.dataId).values as Float32Array;
    const loops = mergeAxes(shape, aSteps, bSteps);
    const isOneRow = loops.sizes.length === 1;
    const length = isOneRow ? 1 : loops.sizes.at(-1)!;
    const how = { count: size / length, grain: isOneRow ? LINE : 1, cost: ENTRY_COST * length };
    share(loopPart, { out, a: x, b: y }, { name, loops }, how);
    return backend.makeTensorInfo(shape, dtype, out);
  };
}

/** The larger size of each axis, counted from the last. */
function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const [longer, shorter] = a.length >= b.length ? [a, b] : [b, a];
  const missing = longer.length - shorter.length;
  return longer.map((n, i) => i < missing || n !== 1 ? n : shorter[i - missing]!);
}
