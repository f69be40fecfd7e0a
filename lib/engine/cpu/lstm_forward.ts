/** The LSTM of the cpu engine, forwards: all steps in one kernel. @module */

import { newArray } from "./arrays.ts";
import { sigmoid, tanh } from "./activations.ts";
import { asColumns, putPanels } from "./matrix.ts";
import { type Packing, rowOf, type Walk } from "./packing.ts";
import {
  multiplyAdd,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  tileColumns,
  tileRows,
  type Tiles,
} from "./product_module.ts";

/** What an LSTM of `hidden` units computes on, as plain arrays; PyTorch's layout and gate order. */
export interface LstmArrays {
  /** [batch, time, input], or [time, batch, input] */
  readonly x: Float32Array;
  /** [4 · hidden, input], gates i, f, g, o */
  readonly weightIh: Float32Array;
  /** [4 · hidden, hidden] */
  readonly weightHh: Float32Array;
  /** [4 · hidden] */
  readonly bias: Float32Array;
  readonly input: number;
  readonly hidden: number;
}

/**
 * What the backward pass needs of each packed row, beside each other: the activated gates i, f, g,
 * o, then tanh(c), the previous c and the previous h, each of `hidden` numbers.
 */
export const TRACE_PARTS = 7;
const TANH_CELL = 4, PREVIOUS_CELL = 5, PREVIOUS_HIDDEN = 6;

/**
 * Runs the LSTM over the packed rows and hands each new state to `emit`.
 *
 * @param emit gets packed sample, step, and where in `hiddens` and `cells` the state lies
 * @returns the trace for the backward pass, [rows, 7 · hidden]
 */
export function lstmForward(
  arrays: LstmArrays,
  packing: Packing,
  walk: Walk,
  emit: (k: number, t: number, hiddens: Float32Array, cells: Float32Array, at: number) => void,
): Float32Array {
  const { x, bias, input, hidden } = arrays;
  const { starts, steps, rows } = packing;
  const gatesWidth = 4 * hidden, width = TRACE_PARTS * hidden;
  const batch = packing.order.length;
  const trace = newArray(rows * width);
  const gatesRow = tileColumns(gatesWidth);
  const { xs, hiddens, inputWeights, hiddenWeights, gates } = reserve({
    xs: tileRows(batch) * input,
    hiddens: tileRows(batch) * hidden,
    inputWeights: input * gatesRow,
    hiddenWeights: hidden * gatesRow,
    gates: tileRows(batch) * gatesRow,
  });
  const pack = (target: Float32Array, weights: Float32Array, rows: number) =>
    putPanels(target, TILE_COLUMNS, rows, weights, asColumns(rows), rows, gatesWidth);
  pack(inputWeights, arrays.weightIh, input);
  pack(hiddenWeights, arrays.weightHh, hidden);
  hiddens.fill(0);
  const cells = new Float32Array(batch * hidden);
  for (let t = 0; t < steps; t++) {
    const active = starts[t + 1]! - starts[t]!;
    for (let k = 0; k < active; k++) {
      const from = rowOf(packing, walk, k, t) * input, to = k * input;
      for (let j = 0; j < input; j++) xs[to + j] = x[from + j]!;
      gates.set(bias, k * gatesRow);
    }
    const [ofXs, ofHiddens] = [rowMajor(xs, input), rowMajor(hiddens, hidden)];
    const add = (a: Tiles, weights: Float32Array, inner: number) =>
      multiplyAdd(gates, gatesRow, a, weights, inner, [active, gatesWidth, inner]);
    add(ofXs, inputWeights, input);
    if (t > 0) add(ofHiddens, hiddenWeights, hidden);
    for (let k = 0; k < active; k++) {
      const at = k * hidden;
      stepRow(gates, k * gatesRow, hiddens, cells, at, hidden, trace, (starts[t]! + k) * width);
      emit(k, t, hiddens, cells, at);
    }
  }
  return trace;
}

/** One step of one sample: gates in, new hidden and cell state out, and its row of the trace. */
function stepRow(
  gates: Float32Array,
  gatesAt: number,
  hiddens: Float32Array,
  cells: Float32Array,
  at: number,
  hidden: number,
  trace: Float32Array,
  row: number,
): void {
  for (let j = 0; j < hidden; j++) {
    const p = gatesAt + j, q = row + j;
    const i = sigmoid(gates[p]!);
    const f = sigmoid(gates[p + hidden]!);
    const g = tanh(gates[p + 2 * hidden]!);
    const o = sigmoid(gates[p + 3 * hidden]!);
    const before = cells[at + j]!;
    const cell = f * before + i * g;
    const tanhCell = tanh(cell);
    trace[q] = i;
    trace[q + hidden] = f;
    trace[q + 2 * hidden] = g;
    trace[q + 3 * hidden] = o;
    trace[q + TANH_CELL * hidden] = tanhCell;
    trace[q + PREVIOUS_CELL * hidden] = before;
    trace[q + PREVIOUS_HIDDEN * hidden] = hiddens[at + j]!;
    cells[at + j] = cell;
    hiddens[at + j] = o * tanhCell;
  }
}
