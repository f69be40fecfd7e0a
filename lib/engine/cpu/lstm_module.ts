/**
 * One step of an LSTM for the samples of a part, forwards and backwards, but for its products: in
 * float64 as JavaScript would compute it, two units at a time in WebAssembly's SIMD.
 *
 * @module
 */

import { EXPONENTIAL_VECTORS, exponentialCode } from "./exponential_code.ts";
import { onSharedMemory, type Run } from "./shared_module.ts";
import {
  add,
  below,
  type Count,
  doubles,
  inPairs,
  loadDoubles,
  loadSingles,
  multiply,
  size,
  storeDoubles,
  storeSingles,
  subtract,
  without,
} from "./wasm_doubles.ts";
import {
  advance,
  type Code,
  get,
  integer,
  numbered,
  plus,
  repeat,
  set,
  shiftRight,
} from "./wasm_writer.ts";

/**
 * What the backward pass needs of each packed row, beside each other: the activated gates i, f, g,
 * o, then tanh(c), the previous c and the previous h, each of `hidden` numbers.
 */
const TRACE = ["ofI", "ofF", "ofG", "ofO", "ofTanh", "ofCell", "ofHidden"] as const;
/** How many they are. */
export const TRACE_PARTS = TRACE.length;
/** Which of them is the previous h. */
export const PREVIOUS_HIDDEN: number = TRACE.indexOf("ofHidden");
const GATES = ["gateI", "gateF", "gateG", "gateO"] as const;

/** What is smaller is taken for 0. */
const TINY = 1e-30;

/** The code of a unit at a time, where `at` is, for all units of all rows. */
function forEachUnit(
  v: Readonly<Record<"rows" | "hidden" | "at" | "pairs", number>>,
  unit: (count: Count) => Code,
  begin: Code,
  end: Code,
): Code {
  return repeat(
    v.rows,
    begin,
    set(v.at, integer(0)),
    // hidden is in bytes.
    inPairs(v.pairs, shiftRight(get(v.hidden), 2), unit, advance(v.at, integer(8))),
    end,
  );
}

/** Gives variables the addresses of parts that are `step` bytes from each other, from one on. */
function sideBySide(parts: readonly number[], first: number, step: number): Code {
  return parts.flatMap((part, i) =>
    set(part, i === 0 ? get(first) : plus(get(parts[i - 1]!), get(step)))
  );
}

/** Addresses; bytes from row to row, and of `hidden` numbers; rows. */
const FORWARD = ["gates", "gatesRow", "hiddens", "cells", "trace", "hidden", "rows"] as const;

/**
 * From gates before their activation to the next states, which replace those before, and the trace:
 * `(gates, gatesRow, hiddens, cells, trace, 4 · hidden, rows)`.
 */
export const stepForward: () => Run = onSharedMemory(() => {
  const integers = ["at", "pairs", ...GATES, ...TRACE] as const;
  const vectors = [
    ...EXPONENTIAL_VECTORS,
    "i",
    "f",
    "g",
    "o",
    "before",
    "cell",
    "tanhCell",
  ] as const;
  const v = numbered([...FORWARD, ...integers, ...vectors]);
  const { start, sigmoid, tanh } = exponentialCode(v);
  const unit = (count: Count): Code => {
    const load = (part: number) => loadSingles(count, plus(get(part), get(v.at)));
    const store = (part: number, value: Code) =>
      storeSingles(count, plus(get(part), get(v.at)), value);
    return [
      ...set(v.i, sigmoid(load(v.gateI))),
      ...set(v.f, sigmoid(load(v.gateF))),
      ...set(v.g, tanh(load(v.gateG))),
      ...set(v.o, sigmoid(load(v.gateO))),
      ...set(v.before, load(v.cells)),
      ...set(v.cell, add(multiply(get(v.f), get(v.before)), multiply(get(v.i), get(v.g)))),
      ...set(v.tanhCell, tanh(get(v.cell))),
      ...store(v.ofHidden, load(v.hiddens)),
      ...([["ofI", "i"], ["ofF", "f"], ["ofG", "g"], ["ofO", "o"], ["ofTanh", "tanhCell"]] as const)
        .flatMap(([part, value]) => store(v[part], get(v[value]))),
      ...store(v.ofCell, get(v.before)),
      ...store(v.cells, get(v.cell)),
      ...store(v.hiddens, multiply(get(v.o), get(v.tanhCell))),
    ];
  };
  const begin = [
    ...sideBySide(GATES.map((name) => v[name]), v.gates, v.hidden),
    ...sideBySide(TRACE.map((name) => v[name]), v.trace, v.hidden),
  ];
  const end = [
    ...advance(v.gates, get(v.gatesRow)),
    ...advance(v.hiddens, get(v.hidden)),
    ...advance(v.cells, get(v.hidden)),
    ...set(v.trace, plus(get(v.ofHidden), get(v.hidden))),
  ];
  return {
    parameters: FORWARD.length,
    integers: integers.length,
    vectors: vectors.length,
    body: [...start, ...forEachUnit(v, unit, begin, end)],
  };
});

/** As above; the cells are float64. */
const BACKWARD = [
  ...["trace", "dStates", "stateRow", "dCells", "dGates", "gatesRow", "hidden", "rows"] as const,
];

/**
 * From the gradients of states and cells to those of the gates before their activation, and of the
 * cells before, in place: `(trace, dStates, stateRow, dCells, dGates, gatesRow, 4 · hidden, rows)`.
 *
 * Gradients so small that products with them would be denormal numbers, on which a processor takes ten
 * times as long, are 0: over hundreds of steps all become as small. (PyTorch and TensorFlow let the
 * processor itself flush them to 0, for which WebAssembly cannot ask.)
 */
export const stepBackward: () => Run = onSharedMemory(() => {
  const integers = ["at", "pairs", ...GATES, ...TRACE] as const;
  const vectors = [
    ...["one", "tiny", "i", "f", "g", "o", "tanhCell", "dState", "dCell", "d"] as const,
  ];
  const v = numbered([...BACKWARD, ...integers, ...vectors]);
  const rest = (value: number) => subtract(get(v.one), get(value));
  const unit = (count: Count): Code => {
    const load = (part: number) => loadSingles(count, plus(get(part), get(v.at)));
    const atCell = plus(get(v.dCells), plus(get(v.at), get(v.at)));
    const store = (gate: number, value: Code) => [
      ...set(v.d, value),
      ...storeSingles(
        count,
        plus(get(gate), get(v.at)),
        without(get(v.d), below(size(get(v.d)), get(v.tiny))),
      ),
    ];
    const product = (first: Code, ...others: readonly Code[]) => others.reduce(multiply, first);
    const ofTanh = subtract(get(v.one), multiply(get(v.tanhCell), get(v.tanhCell)));
    return [
      ...set(v.i, load(v.ofI)),
      ...set(v.f, load(v.ofF)),
      ...set(v.g, load(v.ofG)),
      ...set(v.o, load(v.ofO)),
      ...set(v.tanhCell, load(v.ofTanh)),
      ...set(v.dState, load(v.dStates)),
      ...set(
        v.dCell,
        add(loadDoubles(count, atCell), product(get(v.dState), get(v.o), ofTanh)),
      ),
      ...storeDoubles(count, atCell, multiply(get(v.dCell), get(v.f))),
      ...store(v.gateI, product(get(v.dCell), get(v.g), get(v.i), rest(v.i))),
      ...store(v.gateF, product(get(v.dCell), load(v.ofCell), get(v.f), rest(v.f))),
      ...store(
        v.gateG,
        product(get(v.dCell), get(v.i), subtract(get(v.one), multiply(get(v.g), get(v.g)))),
      ),
      ...store(v.gateO, product(get(v.dState), get(v.tanhCell), get(v.o), rest(v.o))),
    ];
  };
  const begin = [
    ...sideBySide(GATES.map((name) => v[name]), v.dGates, v.hidden),
    ...sideBySide(TRACE.map((name) => v[name]), v.trace, v.hidden),
  ];
  const end = [
    ...advance(v.dGates, get(v.gatesRow)),
    ...advance(v.dStates, get(v.stateRow)),
    ...advance(v.dCells, plus(get(v.hidden), get(v.hidden))),
    ...set(v.trace, plus(get(v.ofHidden), get(v.hidden))),
  ];
  return {
    parameters: BACKWARD.length,
    integers: integers.length,
    vectors: vectors.length,
    body: [
      ...set(v.one, doubles(1)),
      ...set(v.tiny, doubles(TINY)),
      ...forEachUnit(v, unit, begin, end),
    ],
  };
});
