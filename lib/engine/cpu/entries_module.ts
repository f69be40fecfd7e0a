/**
 * Functions of entries in WebAssembly's SIMD, four at a time, with the bits that JavaScript gives:
 * single operations in float32, all else in float64.
 *
 * @module
 */

import { EXPONENTIAL_VECTORS, type ExponentialCode, exponentialCode } from "./exponential_code.ts";
import { onSharedMemory, type Run } from "./shared_module.ts";
import { loadSingles, storeSingles } from "./wasm_doubles.ts";
import {
  above4,
  largest4,
  minus4,
  negative4,
  over4,
  singles,
  size4,
  splatSingle,
  unlike4,
} from "./wasm_singles.ts";
import {
  advance,
  choose,
  type Code,
  get,
  integer,
  load,
  numbered,
  plus4,
  repeat,
  set,
  store,
  times4,
  ZEROS,
} from "./wasm_writer.ts";

/** Numbers that are computed at a time. */
export const AT_A_TIME = 4;

const VARIABLES = [...["out", "a", "b", "fours", "number"] as const];
const v = numbered([...VARIABLES, "x", "y", ...EXPONENTIAL_VECTORS]);
const [X, Y] = [get(v.x), get(v.y)];

/** `(out, a, b, fours, number)`: what is computed of the entries of a and b, or of a number. */
function entries(start: Code, ...four: readonly Code[]): () => Run {
  const onwards = [v.out, v.a, v.b].map((address) => advance(address, integer(4 * AT_A_TIME)));
  return onSharedMemory(() => ({
    parameters: VARIABLES.length - 1,
    doubles: 1,
    integers: 0,
    vectors: 2 + EXPONENTIAL_VECTORS.length,
    body: [...start, ...repeat(v.fours, ...four, ...onwards)],
  }));
}

/** The number four times. */
const NUMBER = splatSingle(get(v.number));
const [OF_A, OF_B] = [load(get(v.a)), load(get(v.b))];

/** Where a number is in the place of a tensor. */
export type Operands = "both" | "left" | "right";

function binary(operation: (a: Code, b: Code) => Code): Readonly<Record<Operands, () => Run>> {
  return {
    both: entries([], store(get(v.out), operation(OF_A, OF_B))),
    left: entries(set(v.x, NUMBER), store(get(v.out), operation(X, OF_B))),
    right: entries(set(v.y, NUMBER), store(get(v.out), operation(OF_A, Y))),
  };
}

/** a ∘ b, of tensors or with a number on one side. */
export const BINARY = {
  add: binary(plus4),
  subtract: binary(minus4),
  multiply: binary(times4),
  divide: binary(over4),
} as const;

function unary(value: Code, start: Code = []): () => Run {
  return entries(start, set(v.x, OF_A), store(get(v.out), value));
}

function exponential(of: keyof Omit<ExponentialCode, "start">): () => Run {
  const code = exponentialCode(v);
  const pair = (offset: number) =>
    storeSingles(2, get(v.out), code[of](loadSingles(2, get(v.a), offset)), offset);
  return entries(code.start, pair(0), pair(8));
}

/** Functions of a; `step` takes the number. */
export const UNARY = {
  relu: unary(largest4(X, ZEROS)),
  step: unary(
    choose(X, choose(singles(1), Y, above4(X, ZEROS)), unlike4(X, X)),
    set(v.y, NUMBER),
  ),
  square: unary(times4(X, X)),
  absolute: unary(size4(X)),
  negative: unary(negative4(X)),
  exp: exponential("exponential"),
  sigmoid: exponential("sigmoid"),
  tanh: exponential("tanh"),
} as const;
