/** The LSTM of the cpu engine, backwards through time. @module */

import { newArray, newZeros } from "./arrays.ts";
import { type LstmArrays, type LstmShape, outputOf } from "./lstm_forward.ts";
import { PREVIOUS_HIDDEN, stepBackward, TRACE_PARTS } from "./lstm_module.ts";
import { asColumns, asRows, copyRow, putPanels, take } from "./matrix.ts";
import { hasFloats } from "./memory.ts";
import { packLengths, rowOf } from "./packing.ts";
import {
  exactly,
  multiplyAdd,
  PRODUCT_COST,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumns,
  tileRows,
  transposed,
} from "./product_module.ts";
import { addRow } from "./sums_module.ts";
import { share, threadCount } from "./threads.ts";
import { nameWork } from "./work.ts";

/** Rows, at least, whose gradients are summed up before they are added to those before. */
const CHUNK = 256;
/** Gradients of gates, about, that are computed before threads wait for each other. */
const GATES_AT_A_TIME = 2 ** 19;
/** Nanoseconds, about, of the gradients of a unit at a step, and of a copy of a number. */
const UNIT_COST = 6, COPY_COST = 1;

/** Gradients in the layout of what they belong to. */
export interface LstmGradients {
  readonly weightIh: Float32Array;
  readonly weightHh: Float32Array;
  readonly bias: Float32Array;
  /** Null when it was not asked for. Zero beyond each true length. */
  readonly x: Float32Array | null;
}

/**
 * Backpropagation through time from the trace of `lstmForward`.
 *
 * @param dy gradient of the value
 * @param wantX whether the gradient of x is computed
 */
export function lstmBackward(
  { x, lengths, weightIh, weightHh }: Omit<LstmArrays, "bias">,
  trace: Float32Array,
  dy: Float32Array,
  shape: LstmShape,
  wantX: boolean,
): LstmGradients {
  const { input, hidden, walk: { batch, time } } = shape;
  const { starts, steps, rows: allRows } = packLengths(lengths, time);
  const gatesWidth = 4 * hidden, gatesRow = tileColumns(gatesWidth);
  const stateRow = tileColumns(hidden), inputRow = wantX ? tileColumns(input) : 0;
  const atATime = threadCount() > 1 ? Math.floor(GATES_AT_A_TIME / gatesWidth) : CHUNK;
  const depth = tileRows(Math.min(allRows, atATime + CHUNK + batch));
  const { ownTrace, dBias, dCells, ...areas } = reserve({
    // Where it is read, if not in its place.
    ownTrace: hasFloats(trace) ? 0 : trace.length,
    // Of some chunks, rows in the order in which they are computed.
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
    // In float64.
    dBias: 2 * gatesWidth,
    dCells: 2 * batch * hidden,
  });
  const { inputWeights, hiddenWeights, dStates, dInput, dHidden } = areas;
  for (const sum of [dStates, dInput, dHidden, dBias, dCells]) sum.fill(0);
  if (!hasFloats(trace)) ownTrace.set(trace);
  const pack = (target: Float32Array, source: Float32Array, rows: number, columns: number) =>
    putPanels(target, TILE_COLUMNS, gatesWidth, source, asRows(columns), rows, columns);
  pack(hiddenWeights, weightHh, gatesWidth, hidden);
  if (wantX) pack(inputWeights, weightIh, gatesWidth, input);
  const dx = wantX ? newZeros(x.length) : null;
  const weights = {
    weightIh: newArray(gatesWidth * input),
    weightHh: newArray(gatesWidth * hidden),
  };
  const arrays = {
    ...{ x, lengths, dy, ...areas, ...weights },
    ...{
      trace: hasFloats(trace) ? trace : ownTrace,
      dBias: exactly(dBias),
      dCells: exactly(dCells),
    },
    ...(dx === null ? {} : { dx }),
  };
  for (let first = steps - 1, last: number; first >= 0; first = last - 1) {
    // Several chunks at a time, so that threads need not wait for each other after each of them.
    let rows = 0;
    const chunks: number[] = [];
    for (last = first + 1; last > 0 && rows < atATime;) {
      const end = rows + CHUNK;
      while (last > 0 && rows < end) {
        last--;
        rows += starts[last + 1]! - starts[last]!;
      }
      chunks.push(rows);
    }
    const group = { ...shape, depth, first, last, chunks };
    // Whole samples, which do not wait for each other at any step.
    share(stepsPart, arrays, group, {
      count: batch,
      grain: TILE_ROWS,
      cost: rows / batch * hidden * (UNIT_COST + 4 * hidden * PRODUCT_COST + input * COPY_COST),
    });
    // Whole columns, since sums are over all samples.
    const products = 2 * hidden + (wantX ? 2 : 1) * input;
    share(productsPart, arrays, group, {
      count: gatesWidth,
      grain: TILE_COLUMNS,
      cost: rows * (products * PRODUCT_COST + 2 * COPY_COST),
      partsEach: 2,
    });
  }
  return { ...weights, bias: Float32Array.from(arrays.dBias), x: dx };
}

/** Steps `first` down to `last`. */
interface Group extends LstmShape {
  readonly first: number;
  readonly last: number;
  /** Where the rows of each chunk end. */
  readonly chunks: readonly number[];
  /** Rows for which there is room. */
  readonly depth: number;
}

type BackwardArrays =
  & Pick<LstmArrays, "x" | "lengths">
  & Readonly<Record<"dBias" | "dCells", Float64Array>>
  & Readonly<
    Record<
      | "trace"
      | "dy"
      | "weightIh"
      | "weightHh"
      | "packedXs"
      | "previous"
      | "dGates"
      | "packedGates"
      | "dxs"
      | "inputWeights"
      | "hiddenWeights"
      | "dStates"
      | "dInput"
      | "dHidden",
      Float32Array
    >
  >
  & { readonly dx?: Float32Array };

/** Gradients of the gates of the packed samples `from` up to `to`, at the steps of a group of chunks. */
const stepsPart = nameWork(
  "LSTM gradient: steps",
  (arrays: BackwardArrays, group: Group, from: number, to: number) => {
    const { x, lengths, trace, dy, packedXs, previous, dGates, dStates, dCells } = arrays;
    const { input, hidden, walk, depth, first, last } = group;
    const packing = packLengths(lengths, walk.time), { starts } = packing;
    const { isAll, hasCells, width } = outputOf(group);
    const gatesWidth = 4 * hidden, traceRow = TRACE_PARTS * hidden;
    const gatesRow = tileColumns(gatesWidth), stateRow = tileColumns(hidden);
    const ofGates = rowMajor(dGates, gatesRow);
    let filled = from;
    for (let t = first; t >= last; t--) {
      const all = starts[t + 1]! - starts[t]!, active = Math.min(to, all) - from;
      for (let k = from; k < from + active; k++) {
        const at = k * hidden, stateAt = k * stateRow, place = filled + k - from;
        if (isAll || t === packing.lengths[k]! - 1) {
          const row = width * (isAll ? rowOf(packing, walk, k, t) : packing.order[k]!);
          for (let j = 0; j < hidden; j++) dStates[stateAt + j]! += dy[row + j]!;
          for (let j = 0; hasCells && j < hidden; j++) dCells[at + j]! += dy[row + hidden + j]!;
        }
        const ofX = asRows(input, rowOf(packing, walk, k, t) * input);
        putPanels(packedXs, TILE_ROWS, depth, x, ofX, 1, input, place);
      }
      if (active > 0) {
        const at = (starts[t]! + from) * traceRow;
        stepBackward()(
          trace.byteOffset + 4 * at,
          dStates.byteOffset + 4 * from * stateRow,
          4 * stateRow,
          dCells.byteOffset + 8 * from * hidden,
          dGates.byteOffset + 4 * filled * gatesRow,
          4 * gatesRow,
          4 * hidden,
          active,
        );
        const ofPrevious = { at: at + PREVIOUS_HIDDEN * hidden, row: traceRow, column: 1 };
        putPanels(previous, TILE_ROWS, depth, trace, ofPrevious, active, hidden, filled);
      }
      if (t > 0 && active > 0) {
        const start = from * stateRow, end = start + active * stateRow;
        dStates.fill(0, start, end);
        const sizes = [active, hidden, gatesWidth] as const, gatesAt = filled * gatesRow;
        const { hiddenWeights } = arrays;
        multiplyAdd(dStates, stateRow, ofGates, hiddenWeights, gatesWidth, sizes, start, gatesAt);
        // Samples that end here start without a gradient, and the product fills its last tile.
        dStates.fill(0, end, start + tileRows(active) * stateRow);
      }
      filled += all;
    }
  },
);

/** Of all chunks, the gradients of the gates' columns `from` up to `to`, and as much of that of x. */
const productsPart = nameWork(
  "LSTM gradient: products",
  (arrays: BackwardArrays, group: Group, from: number, to: number) => {
    const { lengths, dGates, packedXs, previous, dxs, dBias, dx } = arrays;
    const { input, hidden, walk, depth, first, last, chunks } = group, rows = chunks.at(-1)!;
    const gatesWidth = 4 * hidden, gatesRow = tileColumns(gatesWidth);
    for (let row = 0; row < rows; row++) {
      const own = dGates.byteOffset + 4 * (row * gatesRow + from);
      addRow()(dBias.byteOffset + 8 * from, own, to - from);
    }
    const packedGates = arrays.packedGates.subarray(from * depth);
    const columns = asRows(gatesRow, from);
    putPanels(packedGates, TILE_COLUMNS, depth, dGates, columns, rows, to - from);
    const add = (
      sum: Float32Array,
      a: Float32Array,
      height: number,
      start: number,
      end: number,
    ) => {
      const left = transposed(a.subarray(start * TILE_ROWS), depth);
      const right = packedGates.subarray(start * TILE_COLUMNS);
      const sizes = [height, to - from, end - start] as const;
      multiplyAdd(sum.subarray(from), gatesRow, left, right, depth, sizes);
    };
    chunks.forEach((end, i) => {
      const start = chunks[i - 1] ?? 0;
      add(arrays.dInput, packedXs, input, start, end);
      add(arrays.dHidden, previous, hidden, start, end);
    });
    if (last === 0) {
      const own = (target: Float32Array, sums: Float32Array, height: number) => {
        const view = { ...asColumns(height), at: from * height };
        take(target, view, sums.subarray(from), gatesRow, height, to - from);
      };
      own(arrays.weightIh, arrays.dInput, input);
      own(arrays.weightHh, arrays.dHidden, hidden);
    }
    if (dx === undefined) return;
    const rowAt = (column: number) => Math.min(rows, tileRows(rows * column / gatesWidth));
    const start = rowAt(from), count = rowAt(to) - start, inputRow = tileColumns(input);
    const theirs = dxs.subarray(start * inputRow).fill(0, 0, tileRows(count) * inputRow);
    const ofRows = rowMajor(dGates.subarray(start * gatesRow), gatesRow);
    const sizes = [count, input, gatesWidth] as const;
    multiplyAdd(theirs, inputRow, ofRows, arrays.inputWeights, gatesWidth, sizes);
    const packing = packLengths(lengths, walk.time), { starts } = packing;
    for (let t = first, row = 0; t >= last; t--) {
      for (let k = 0; k < starts[t + 1]! - starts[t]!; k++, row++) {
        if (row < start || row >= start + count) continue;
        const at = (row - start) * inputRow, to = rowOf(packing, walk, k, t) * input;
        copyRow(dx, to, theirs, at, input);
      }
    }
  },
);
