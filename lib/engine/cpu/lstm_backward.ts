/** The LSTM of the cpu engine, backwards through time. @module */

import { newArray, newZeros } from "./arrays.ts";
import type { LstmArrays } from "./lstm_forward.ts";
import { TRACE_PARTS } from "./lstm_forward.ts";
import { asColumns, asRows, putPanels, take } from "./matrix.ts";
import { type Packing, rowOf, type Walk } from "./packing.ts";
import {
  multiplyAdd,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumns,
  tileRows,
  transposed,
} from "./product_module.ts";

/** Rows, at least, whose gradients are multiplied at a time. */
const CHUNK = 256;

/** Gradients in the layout of what they belong to. */
export interface LstmGradients {
  readonly weightIh: Float32Array;
  readonly weightHh: Float32Array;
  readonly bias: Float32Array;
  /** Null when it was not asked for. Zero beyond each true length. */
  readonly x: Float32Array | null;
}

/**
 * Adds the gradients of the state of packed sample k after step t, where there are some, to those of
 * the hidden state, at `stateAt`, and of the cell state, at `cellAt`.
 */
export type Receive = (
  k: number,
  t: number,
  dStates: Float32Array,
  stateAt: number,
  dCells: Float64Array,
  cellAt: number,
) => void;

/**
 * Backpropagation through time from the trace of `lstmForward`.
 *
 * @param wantX whether the gradient of x is computed
 */
export function lstmBackward(
  arrays: Omit<LstmArrays, "bias">,
  trace: Float32Array,
  packing: Packing,
  walk: Walk,
  receive: Receive,
  wantX: boolean,
): LstmGradients {
  const { x, input, hidden } = arrays;
  const { starts, steps } = packing;
  const batch = packing.order.length;
  const gatesWidth = 4 * hidden, width = TRACE_PARTS * hidden;
  const [gatesRow, stateRow] = [tileColumns(gatesWidth), tileColumns(hidden)];
  const inputRow = wantX ? tileColumns(input) : 0;
  const depth = CHUNK + tileRows(batch);
  const areas = reserve({
    // Of the steps of a chunk, rows in the order in which they are computed.
    xs: depth * input,
    packedXs: depth * tileRows(input),
    previous: depth * tileRows(hidden),
    dGates: depth * gatesRow,
    packedGates: depth * gatesRow,
    dxs: depth * inputRow,
    inputWeights: gatesWidth * inputRow,
    hiddenWeights: gatesWidth * stateRow,
    dStates: tileRows(batch) * stateRow,
    // The weight gradients, transposed: [input, 4 · hidden] and [hidden, 4 · hidden].
    dInput: tileRows(input) * gatesRow,
    dHidden: tileRows(hidden) * gatesRow,
  });
  const { xs, packedXs, previous, dGates, packedGates, inputWeights, hiddenWeights } = areas;
  const { dxs, dStates, dInput, dHidden } = areas;
  for (const sum of [dStates, dInput, dHidden]) sum.fill(0);
  const pack = (target: Float32Array, source: Float32Array, rows: number, columns: number) =>
    putPanels(target, TILE_COLUMNS, gatesWidth, source, asRows(columns), rows, columns);
  pack(hiddenWeights, arrays.weightHh, gatesWidth, hidden);
  if (wantX) pack(inputWeights, arrays.weightIh, gatesWidth, input);
  const dBias = new Float64Array(gatesWidth);
  const dCells = new Float64Array(batch * hidden);
  const dx = wantX ? newZeros(x.length) : null;
  // What does not depend on the step before is multiplied in chunks of many rows.
  const rowsOfX = new Int32Array(depth);
  let filled = 0;
  function multiplyChunk(): void {
    putPanels(packedGates, TILE_COLUMNS, depth, dGates, asRows(gatesRow), filled, gatesWidth);
    putPanels(packedXs, TILE_ROWS, depth, xs, asRows(input), filled, input);
    const add = (sum: Float32Array, a: Float32Array, rows: number) => {
      const sizes = [rows, gatesWidth, filled] as const;
      multiplyAdd(sum, gatesRow, transposed(a, depth), packedGates, depth, sizes);
    };
    add(dInput, packedXs, input);
    add(dHidden, previous, hidden);
    if (dx !== null) {
      dxs.fill(0, 0, filled * inputRow);
      const sizes = [filled, input, gatesWidth] as const;
      multiplyAdd(dxs, inputRow, rowMajor(dGates, gatesRow), inputWeights, gatesWidth, sizes);
      for (let i = 0; i < filled; i++) {
        dx.set(dxs.subarray(i * inputRow, i * inputRow + input), rowsOfX[i]! * input);
      }
    }
    filled = 0;
  }
  for (let t = steps - 1; t >= 0; t--) {
    const active = starts[t + 1]! - starts[t]!;
    for (let k = 0; k < active; k++) {
      const at = k * hidden, stateAt = k * stateRow, row = (starts[t]! + k) * width;
      const place = filled + k, gatesAt = place * gatesRow;
      receive(k, t, dStates, stateAt, dCells, at);
      stepRowBack(trace, row, dStates, stateAt, dCells, at, hidden, dGates, gatesAt, dBias);
      const from = input * (rowsOfX[place] = rowOf(packing, walk, k, t)), to = input * place;
      for (let j = 0; j < input; j++) xs[to + j] = x[from + j]!;
    }
    const ofPrevious = { at: starts[t]! * width + 6 * hidden, row: width, column: 1 };
    putPanels(previous, TILE_ROWS, depth, trace, ofPrevious, active, hidden, filled);
    if (t > 0) {
      dStates.fill(0, 0, active * stateRow);
      const ofStep = rowMajor(dGates.subarray(filled * gatesRow), gatesRow);
      const sizes = [active, hidden, gatesWidth] as const;
      multiplyAdd(dStates, stateRow, ofStep, hiddenWeights, gatesWidth, sizes);
      // Samples that end here start without a gradient, and the product fills its last tile.
      dStates.fill(0, active * stateRow, tileRows(active) * stateRow);
    }
    filled += active;
    if (filled >= CHUNK || t === 0) multiplyChunk();
  }
  const weightIh = newArray(gatesWidth * input);
  const weightHh = newArray(gatesWidth * hidden);
  take(weightIh, asColumns(input), dInput, gatesRow, input, gatesWidth);
  take(weightHh, asColumns(hidden), dHidden, gatesRow, hidden, gatesWidth);
  return {
    weightIh,
    weightHh,
    bias: Float32Array.from(dBias),
    x: dx,
  };
}

/** One step of one sample: gradients of its gates before activation, and of the state before it. */
function stepRowBack(
  trace: Float32Array,
  row: number,
  dStates: Float32Array,
  stateAt: number,
  dCells: Float64Array,
  at: number,
  hidden: number,
  dGates: Float32Array,
  gatesAt: number,
  dBias: Float64Array,
): void {
  for (let j = 0; j < hidden; j++) {
    const p = row + j, q = gatesAt + j;
    const i = trace[p]!, f = trace[p + hidden]!;
    const g = trace[p + 2 * hidden]!, o = trace[p + 3 * hidden]!;
    const tanhCell = trace[p + 4 * hidden]!;
    const dState = dStates[stateAt + j]!;
    const dCell = dCells[at + j]! + dState * o * (1 - tanhCell * tanhCell);
    const dI = orZero(dCell * g * i * (1 - i));
    const dF = orZero(dCell * trace[p + 5 * hidden]! * f * (1 - f));
    const dG = orZero(dCell * i * (1 - g * g));
    const dO = orZero(dState * tanhCell * o * (1 - o));
    dCells[at + j] = dCell * f;
    dGates[q] = dI;
    dGates[q + hidden] = dF;
    dGates[q + 2 * hidden] = dG;
    dGates[q + 3 * hidden] = dO;
    dBias[j]! += dI;
    dBias[hidden + j]! += dF;
    dBias[2 * hidden + j]! += dG;
    dBias[3 * hidden + j]! += dO;
  }
}

/** What is smaller is taken for 0. */
const TINY = 1e-30;

/**
 * `x`, or 0 where it is so small that products with it would be denormal numbers, on which a processor
 * takes ten times as long. Over hundreds of steps all gradients become as small. (PyTorch and
 * TensorFlow let the processor itself flush them to 0, for which WebAssembly cannot ask.)
 */
function orZero(x: number): number {
  return x < TINY && x > -TINY ? 0 : x;
}
