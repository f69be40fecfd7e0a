/** Softmax of rows in WebAssembly's SIMD, with sums in float64. @module */

import { EXPONENTIAL_VECTORS, exponentialCode } from "./exponential_code.ts";
import { onSharedMemory, type Run } from "./shared_module.ts";
import {
  add,
  type Count,
  divide,
  doubles,
  first,
  inPairs,
  loadSingles,
  promote,
  storeSingles,
  subtract,
} from "./wasm_doubles.ts";
import { largest4 } from "./wasm_singles.ts";
import {
  advance,
  and,
  type Code,
  get,
  integer,
  load,
  loadSplat,
  numbered,
  pick,
  repeat,
  set,
  shiftRight,
  when,
} from "./wasm_writer.ts";

const PARAMETERS = ["out", "x", "width", "rowBytes", "rows"] as const;

/**
 * `(out, x, width, 4 · width, rows)`: e^(x − largest) over its sum, which is that of entries with even numbers and
 * that of the others.
 */
export const softmaxRows: () => Run = onSharedMemory(() => {
  const integers = ["at", "to", "turn"] as const;
  const vectors = [...EXPONENTIAL_VECTORS, "singles", "largest", "e", "sum"] as const;
  const v = numbered([...PARAMETERS, ...integers, ...vectors]);
  const { start, exponential } = exponentialCode(v);
  const of = (name: keyof typeof v) => get(v[name]);
  const inRow = (step: (count: Count) => Code, ...addresses: readonly number[]): Code =>
    inPairs(
      v.turn,
      of("width"),
      step,
      ...addresses.map((address) => advance(address, integer(8))),
    );
  const larger = (others: Code) => set(v.singles, largest4(of("singles"), others));
  const exponents = (count: Count): Code => [
    ...set(v.e, exponential(subtract(loadSingles(count, of("at")), of("largest")))),
    ...storeSingles(count, of("to"), of("e")),
    ...set(v.sum, add(of("sum"), count === 2 ? of("e") : first(of("e")))),
  ];
  const shares = (count: Count): Code =>
    storeSingles(count, of("to"), divide(loadSingles(count, of("to")), of("sum")));
  return {
    parameters: PARAMETERS.length,
    integers: integers.length,
    vectors: vectors.length,
    body: [
      ...start,
      ...repeat(
        v.rows,
        set(v.at, of("x")),
        set(v.singles, loadSplat(of("x"))),
        set(v.turn, shiftRight(of("width"), 2)),
        when(of("turn"), repeat(v.turn, larger(load(of("at"))), advance(v.at, integer(16)))),
        set(v.turn, and(of("width"), integer(3))),
        when(of("turn"), repeat(v.turn, larger(loadSplat(of("at"))), advance(v.at, integer(4)))),
        larger(pick(of("singles"), of("singles"), [2, 3, 0, 1])),
        larger(pick(of("singles"), of("singles"), [1, 0, 3, 2])),
        set(v.largest, promote(of("singles"))),
        set(v.sum, doubles(0)),
        set(v.at, of("x")),
        set(v.to, of("out")),
        inRow(exponents, v.at, v.to),
        set(v.sum, add(of("sum"), pick(of("sum"), of("sum"), [2, 3, 0, 1]))),
        set(v.to, of("out")),
        inRow(shares, v.to),
        advance(v.out, of("rowBytes")),
        advance(v.x, of("rowBytes")),
      ),
    ],
  };
});
