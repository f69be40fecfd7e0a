/**
 * e^x, sigmoid and tanh of `activations.ts` in WebAssembly, two at a time and the same bits.
 *
 * @module
 */

import { LIMIT, ROUNDER } from "./activations.ts";
import { type Code, get, set } from "./wasm_writer.ts";
import {
  add,
  divide,
  doubles,
  larger,
  multiply,
  negative,
  powerOfTwo,
  smaller,
  subtract,
} from "./wasm_doubles.ts";

/** The numbers that it computes with, by the names of variables that hold them. */
const CONSTANTS = {
  one: 1,
  two: 2,
  least: -LIMIT,
  most: LIMIT,
  log2e: Math.LOG2E,
  rounder: ROUNDER,
  ln2: Math.LN2,
  of2: 1 / 2,
  of6: 1 / 6,
  of24: 1 / 24,
  of120: 1 / 120,
  of720: 1 / 720,
  of5040: 1 / 5040,
} as const;

/** Names of vector variables that a module with such code has. */
export const EXPONENTIAL_VECTORS = [
  ...Object.keys(CONSTANTS) as (keyof typeof CONSTANTS)[],
  ...["clamped", "rounded", "r", "r2"] as const,
];

/** Those variables by name, and others. */
type Variables = Readonly<Record<typeof EXPONENTIAL_VECTORS[number], number>>;

/** Code for a module that has these variables. */
export interface ExponentialCode {
  /** What comes before all others: constants in variables take no instruction for each use. */
  readonly start: Code;
  /** e^x */
  exponential(x: Code): Code;
  /** 1 / (1 + e^−x) */
  sigmoid(x: Code): Code;
  /** 1 − 2 / (e^2x + 1) */
  tanh(x: Code): Code;
}

/** The code, with the variables it is to use. */
export function exponentialCode(v: Variables): ExponentialCode {
  const of = (name: keyof Variables) => get(v[name]);
  const exponential = (x: Code): Code => {
    const sum = (a: Code, b: Code, by: Code) => add(a, multiply(by, b));
    const low = sum(add(of("one"), of("r")), sum(of("of2"), of("of6"), of("r")), of("r2"));
    const high = sum(
      sum(of("of24"), of("of120"), of("r")),
      sum(of("of720"), of("of5040"), of("r")),
      of("r2"),
    );
    return [
      ...set(v.clamped, larger(smaller(x, of("most")), of("least"))),
      ...set(v.rounded, add(multiply(of("clamped"), of("log2e")), of("rounder"))),
      ...set(
        v.r,
        subtract(
          of("clamped"),
          multiply(subtract(of("rounded"), of("rounder")), of("ln2")),
        ),
      ),
      ...set(v.r2, multiply(of("r"), of("r"))),
      ...multiply(
        add(low, multiply(multiply(of("r2"), of("r2")), high)),
        powerOfTwo(of("rounded")),
      ),
    ];
  };
  return {
    start: Object.entries(CONSTANTS).flatMap(([name, value]) =>
      set(v[name as keyof typeof CONSTANTS], doubles(value))
    ),
    exponential,
    sigmoid: (x) => divide(of("one"), add(of("one"), exponential(negative(x)))),
    tanh: (x) =>
      subtract(
        of("one"),
        divide(of("two"), add(exponential(multiply(of("two"), x)), of("one"))),
      ),
  };
}
