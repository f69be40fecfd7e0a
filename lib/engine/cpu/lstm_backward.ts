/** The LSTM of the cpu engine, backwards through time. @module */

import type { LstmArrays } from "./lstm_forward.ts";
import { TRACE_PARTS } from "./lstm_forward.ts";
import { multiplyAdd, rowMajor, transposed, transposeToFloat32 } from "./matrix.ts";
import { type Packing, rowOf, type Walk } from "./packing.ts";

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
 * @param receive adds the gradient of the state of packed sample k after step t to
 *   `gradient[at …]`, where there is one
 * @param wantX whether the gradient of x is computed
 */
export function lstmBackward(
  arrays: Omit<LstmArrays, "bias">,
  trace: Float32Array,
  packing: Packing,
  walk: Walk,
  receive: (k: number, t: number, gradient: Float64Array, at: number) => void,
  wantX: boolean,
): LstmGradients {
  const { x, input, hidden } = arrays;
  const { starts, steps } = packing;
  const batch = packing.order.length;
  const gatesWidth = 4 * hidden, width = TRACE_PARTS * hidden;
  const hiddenWeights = Float64Array.from(arrays.weightHh);
  const inputWeights = wantX ? Float64Array.from(arrays.weightIh) : null;
  // The weight gradients, transposed: [input, 4 · hidden] and [hidden, 4 · hidden].
  const dInput = new Float64Array(input * gatesWidth);
  const dHidden = new Float64Array(hidden * gatesWidth);
  const dBias = new Float64Array(gatesWidth);
  const dx = wantX ? new Float32Array(x.length) : null;
  const xs = new Float64Array(batch * input);
  const dxs = new Float64Array(wantX ? batch * input : 0);
  const previous = new Float64Array(batch * hidden);
  const dGates = new Float64Array(batch * gatesWidth);
  const dStates = new Float64Array(batch * hidden);
  const dCells = new Float64Array(batch * hidden);
  for (let t = steps - 1; t >= 0; t--) {
    const active = starts[t + 1]! - starts[t]!;
    for (let k = 0; k < active; k++) {
      const at = k * hidden, row = (starts[t]! + k) * width;
      receive(k, t, dStates, at);
      stepRowBack(trace, row, dStates, dCells, at, hidden, dGates, k * gatesWidth, dBias);
      for (let j = 0; j < hidden; j++) previous[at + j] = trace[row + 6 * hidden + j]!;
      const from = rowOf(packing, walk, k, t) * input, to = k * input;
      for (let j = 0; j < input; j++) xs[to + j] = x[from + j]!;
    }
    multiplyAdd(dInput, transposed(xs, input), dGates, input, gatesWidth, active);
    if (dx !== null) {
      dxs.fill(0, 0, active * input);
      multiplyAdd(dxs, rowMajor(dGates, gatesWidth), inputWeights!, active, input, gatesWidth);
      for (let k = 0; k < active; k++) {
        dx.set(dxs.subarray(k * input, (k + 1) * input), rowOf(packing, walk, k, t) * input);
      }
    }
    if (t === 0) break;
    multiplyAdd(dHidden, transposed(previous, hidden), dGates, hidden, gatesWidth, active);
    dStates.fill(0, 0, active * hidden);
    multiplyAdd(dStates, rowMajor(dGates, gatesWidth), hiddenWeights, active, hidden, gatesWidth);
  }
  return {
    weightIh: transposeToFloat32(dInput, input, gatesWidth),
    weightHh: transposeToFloat32(dHidden, hidden, gatesWidth),
    bias: Float32Array.from(dBias),
    x: dx,
  };
}

/** One step of one sample: gradients of its gates before activation, and of the state before it. */
function stepRowBack(
  trace: Float32Array,
  row: number,
  dStates: Float64Array,
  dCells: Float64Array,
  at: number,
  hidden: number,
  dGates: Float64Array,
  gatesAt: number,
  dBias: Float64Array,
): void {
  for (let j = 0; j < hidden; j++) {
    const p = row + j, q = gatesAt + j;
    const i = trace[p]!, f = trace[p + hidden]!;
    const g = trace[p + 2 * hidden]!, o = trace[p + 3 * hidden]!;
    const tanhCell = trace[p + 4 * hidden]!;
    const dState = dStates[at + j]!;
    const dCell = dCells[at + j]! + dState * o * (1 - tanhCell * tanhCell);
    const dI = dCell * g * i * (1 - i);
    const dF = dCell * trace[p + 5 * hidden]! * f * (1 - f);
    const dG = dCell * i * (1 - g * g);
    const dO = dState * tanhCell * o * (1 - o);
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
