/** The LSTM of the cpu engine, forwards: all steps in one kernel. @module */

import type { LstmOutput } from "../lstm.ts";
import { newArray, newZeros } from "./arrays.ts";
import { stepForward, TRACE_PARTS } from "./lstm_module.ts";
import { asColumns, copyRow, putPanels } from "./matrix.ts";
import { hasFloats } from "./memory.ts";
import { packLengths, rowOf, type Walk } from "./packing.ts";
import {
  multiplyAdd,
  PRODUCT_COST,
  reserve,
  rowMajor,
  TILE_COLUMNS,
  TILE_ROWS,
  tileColumns,
  tileRows,
} from "./product_module.ts";
import { partSize, share } from "./threads.ts";
import { nameWork } from "./work.ts";

/** What an LSTM of `hidden` units computes on, as plain arrays; PyTorch's layout and gate order. */
export interface LstmArrays {
  /** [batch, time, input], or [time, batch, input] */
  readonly x: Float32Array;
  /** [batch] */
  readonly lengths: Int32Array;
  /** [4 · hidden, input], gates i, f, g, o */
  readonly weightIh: Float32Array;
  /** [4 · hidden, hidden] */
  readonly weightHh: Float32Array;
  /** [4 · hidden] */
  readonly bias: Float32Array;
}

/** How it does, as JSON has it. */
export interface LstmShape {
  readonly input: number;
  readonly hidden: number;
  readonly walk: Walk;
  readonly output: LstmOutput;
}

/** Nanoseconds, about, of the activations of a unit at a step. */
const UNIT_COST = 12;
/** Rows, about, of several steps whose inputs are multiplied at a time. */
const ROWS_AT_A_TIME = 64;

/** Which states an output has, and how wide its rows are. */
export function outputOf({ output, hidden }: LstmShape): {
  readonly isAll: boolean;
  readonly hasCells: boolean;
  readonly width: number;
} {
  const hasCells = output === "states";
  const isAll = hasCells || output === "sequence";
  return { isAll, hasCells, width: hasCells ? 2 * hidden : hidden };
}

/**
 * Runs the LSTM over the packed rows.
 *
 * @returns the value, [batch, time, width], [time, batch, width] or [batch, width], and the trace for
 *   the backward pass, [rows, 7 · hidden]
 * @throws {RangeError} if a length is out of range
 */
export function lstmForward(
  { x, lengths, weightIh, weightHh, bias }: LstmArrays,
  shape: LstmShape,
): { readonly value: Float32Array; readonly trace: Float32Array } {
  const { input, hidden, walk: { batch, time } } = shape;
  const { rows } = packLengths(lengths, time);
  const { isAll, width } = outputOf(shape);
  const gatesWidth = 4 * hidden, gatesRow = tileColumns(gatesWidth);
  const perRow = hidden * (UNIT_COST + 4 * (input + hidden) * PRODUCT_COST);
  // A part is few samples: the longest come first, and the others fill up what is left of the time.
  const how = { count: batch, grain: TILE_ROWS, cost: rows * perRow / batch };
  const size = partSize(how), height = tileRows(size), parts = Math.ceil(batch / size);
  const stepsAtATime = Math.max(1, Math.floor(ROWS_AT_A_TIME / height));
  const trace = newArray(rows * TRACE_PARTS * hidden);
  const { ownTrace, ...areas } = reserve({
    // Where it is written, if not in its place.
    ownTrace: hasFloats(trace) ? 0 : trace.length,
    xs: parts * stepsAtATime * height * input,
    gates: parts * stepsAtATime * height * gatesRow,
    hiddens: parts * height * hidden,
    cells: parts * height * hidden,
    inputWeights: input * gatesRow,
    hiddenWeights: hidden * gatesRow,
  });
  const pack = (target: Float32Array, weights: Float32Array, rows: number) =>
    putPanels(target, TILE_COLUMNS, rows, weights, asColumns(rows), rows, gatesWidth);
  pack(areas.inputWeights, weightIh, input);
  pack(areas.hiddenWeights, weightHh, hidden);
  const value = newZeros(batch * (isAll ? time : 1) * width);
  const options = { ...shape, size, stepsAtATime };
  const written = hasFloats(trace) ? trace : ownTrace;
  share(forwardPart, { x, lengths, bias, value, trace: written, ...areas }, options, how);
  if (written !== trace) trace.set(written);
  return { value, trace };
}

type ForwardArrays =
  & Pick<LstmArrays, "x" | "lengths" | "bias">
  & Readonly<
    Record<
      | ("value" | "trace" | "xs" | "gates")
      | ("hiddens" | "cells" | "inputWeights" | "hiddenWeights"),
      Float32Array
    >
  >;
type ForwardOptions = LstmShape & { readonly size: number; readonly stepsAtATime: number };

/** The packed samples `from` up to `to`, through all steps. */
const forwardPart = nameWork(
  "LSTM",
  (arrays: ForwardArrays, options: ForwardOptions, from: number, to: number) => {
    const { x, lengths, bias, value, trace, inputWeights, hiddenWeights } = arrays;
    const { input, hidden, walk, output, size, stepsAtATime } = options;
    const packing = packLengths(lengths, walk.time), { starts, steps } = packing;
    const { isAll, hasCells, width } = outputOf(options);
    const gatesWidth = 4 * hidden, gatesRow = tileColumns(gatesWidth);
    const height = tileRows(size), place = Math.floor(from / size) * height;
    const xs = arrays.xs.subarray(place * stepsAtATime * input);
    const gates = arrays.gates.subarray(place * stepsAtATime * gatesRow);
    const [hiddens, cells] = [arrays.hiddens, arrays.cells].map((states) =>
      states.subarray(place * hidden, (place + height) * hidden).fill(0)
    ) as [Float32Array, Float32Array];
    const [ofXs, ofHiddens] = [rowMajor(xs, input), rowMajor(hiddens, hidden)];
    const activeAt = (t: number) => Math.min(to, starts[t + 1]! - starts[t]!) - from;
    for (let first = 0, end = 0; first < steps && activeAt(first) > 0; first = end) {
      let rows = 0;
      for (end = first; end < steps && end < first + stepsAtATime && activeAt(end) > 0; end++) {
        const active = activeAt(end);
        for (let k = 0; k < active; k++) {
          const to = (rows + k) * input, at = rowOf(packing, walk, from + k, end) * input;
          copyRow(xs, to, x, at, input);
          gates.set(bias, (rows + k) * gatesRow);
        }
        rows += tileRows(active);
      }
      multiplyAdd(gates, gatesRow, ofXs, inputWeights, input, [rows, gatesWidth, input]);
      for (let t = first, row = 0; t < end; t++) {
        const active = activeAt(t);
        if (t > 0) {
          const sizes = [active, gatesWidth, hidden] as const;
          const at = row * gatesRow;
          multiplyAdd(gates, gatesRow, ofHiddens, hiddenWeights, hidden, sizes, at);
        }
        stepForward()(
          gates.byteOffset + 4 * row * gatesRow,
          4 * gatesRow,
          hiddens.byteOffset,
          cells.byteOffset,
          trace.byteOffset + 4 * (starts[t]! + from) * TRACE_PARTS * hidden,
          4 * hidden,
          active,
        );
        for (let k = 0; k < active; k++) {
          const at = k * hidden, sample = from + k;
          if (!isAll && t !== packing.lengths[sample]! - 1) continue;
          const to = width * (isAll ? rowOf(packing, walk, sample, t) : packing.order[sample]!);
          const source = output === "cell" ? cells : hiddens;
          copyRow(value, to, source, at, hidden);
          if (hasCells) copyRow(value, to + hidden, cells, at, hidden);
        }
        row += tileRows(active);
      }
    }
  },
);
