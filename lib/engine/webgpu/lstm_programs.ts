/**
 * The two shaders of the fused LSTM. A workgroup runs one sample through all of its steps, with one
 * thread a hidden unit, or several units a thread where there are more than threads.
 *
 * A shader has one output, so that each of them writes several arrays one after the other.
 *
 * @module
 */

import { EngineError } from "../../core/errors.ts";
import type { LstmAttributes, LstmSizes } from "../lstm.ts";
import type { WebGpuProgram } from "./backend_types.ts";

/** Threads of a workgroup come in multiples of this. */
const WARP = 32;
/** More threads than this a workgroup gain nothing. */
const MAX_THREADS = 256;
/** What the threads of a workgroup share, at most: the gradients of four gates. */
const SHARED_BYTES_PER_UNIT = 4 * 4;

/** Where the arrays of both shaders' outputs begin; a row is one step of one sample. */
export interface LstmLayout {
  /** Forward: activated gates [rows, 4H]. Backward: their gradients before activation. */
  readonly gates: number;
  /** Forward: cell states [rows, H]. */
  readonly cells: number;
  /** Forward: hidden states [rows, H], zero beyond each length. */
  readonly hiddens: number;
  /** Forward: hidden states after each sample's last step [batch, H]. */
  readonly finalHidden: number;
  /** Forward: cell states after each sample's last step [batch, H]. */
  readonly finalCell: number;
  readonly forwardSize: number;
  /** Backward: hidden states before each step [rows, H], zero beyond each length. */
  readonly before: number;
  readonly backwardSize: number;
}

/** The layout for these sizes. */
export function lstmLayout({ batch, time, hidden }: LstmSizes): LstmLayout {
  const rows = batch * time * hidden, last = batch * hidden;
  return {
    gates: 0,
    cells: 4 * rows,
    hiddens: 5 * rows,
    finalHidden: 6 * rows,
    finalCell: 6 * rows + last,
    forwardSize: 6 * rows + 2 * last,
    before: 4 * rows,
    backwardSize: 5 * rows,
  };
}

/** What both shaders have in common. Every thread runs all loops over steps, because of barriers. */
function prelude(hidden: number, threads: number, attributes: LstmAttributes): string {
  const { reverse, timeMajor } = attributes;
  const position = reverse ? "steps - 1 - t" : "t";
  return `
const H = ${hidden};
const THREADS = ${threads};
const UNITS = ${Math.ceil(hidden / threads)};
var<workgroup> trueLength : i32;

// The functions of the language may overflow where these saturate; NaN stays NaN.
fn sigmoid(x : f32) -> f32 {
  if (isnan(x)) { return x; }
  return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}
fn tangent(x : f32) -> f32 {
  if (isnan(x)) { return x; }
  return tanh(clamp(x, -20.0, 20.0));
}
// Row of a position in time.
fn rowAt(sample : i32, position : i32) -> i32 {
  return ${timeMajor ? "position * uniforms.batch + sample" : "sample * uniforms.time + position"};
}
// Row of the step that runs as number t.
fn rowOf(sample : i32, t : i32, steps : i32) -> i32 {
  return rowAt(sample, ${position});
}`;
}

const FORWARD_BODY = `
var<workgroup> hiddens : array<f32, 2 * H>;

fn main(index : i32) {
  let sample = i32(workgroupId.x);
  let thread = i32(localId.x);
  let rows = uniforms.batch * uniforms.time * H;
  if (thread == 0) { trueLength = Lengths[sample]; }
  for (var j = thread; j < H; j = j + THREADS) { hiddens[j] = 0.0; }
  let given = workgroupUniformLoad(&trueLength);
  let steps = clamp(given, 0, uniforms.time);
  var cell : array<f32, UNITS>;
  for (var t = 0; t < steps; t = t + 1) {
    let row = rowOf(sample, t, steps);
    // Two buffers in turn: one barrier a step is then enough.
    let old = (t % 2) * H;
    let new_ = H - old;
    var unit = 0;
    for (var j = thread; j < H; j = j + THREADS) {
      var gates : array<f32, 4>;
      for (var q = 0; q < 4; q = q + 1) {
        gates[q] = Products[row * 4 * H + q * H + j] + Bias[q * H + j];
      }
      for (var k = 0; k < H; k = k + 1) {
        let h = hiddens[old + k];
        for (var q = 0; q < 4; q = q + 1) {
          gates[q] = gates[q] + h * Weights[k * 4 * H + q * H + j];
        }
      }
      let i = sigmoid(gates[0]);
      let f = sigmoid(gates[1]);
      let g = tangent(gates[2]);
      let o = sigmoid(gates[3]);
      let c = f * cell[unit] + i * g;
      let h = o * tangent(c);
      cell[unit] = c;
      hiddens[new_ + j] = h;
      result[row * 4 * H + j] = i;
      result[row * 4 * H + H + j] = f;
      result[row * 4 * H + 2 * H + j] = g;
      result[row * 4 * H + 3 * H + j] = o;
      result[4 * rows + row * H + j] = c;
      result[5 * rows + row * H + j] = h;
      unit = unit + 1;
    }
    workgroupBarrier();
  }
  // Of a length that is out of range, which nothing else would report.
  let isWrong = given != steps || steps == 0;
  var unit = 0;
  for (var j = thread; j < H; j = j + THREADS) {
    for (var t = steps; t < uniforms.time; t = t + 1) {
      result[5 * rows + rowAt(sample, t) * H + j] = select(0.0, uniforms.NAN, isWrong);
      result[4 * rows + rowAt(sample, t) * H + j] = select(0.0, uniforms.NAN, isWrong);
    }
    let at = 6 * rows + sample * H + j;
    result[at] = select(hiddens[(steps % 2) * H + j], uniforms.NAN, isWrong);
    result[at + uniforms.batch * H] = select(cell[unit], uniforms.NAN, isWrong);
    unit = unit + 1;
  }
}`;

/**
 * @param isSequence whether `Dy` has a gradient for every step, or for the last one only
 * @param isStates whether each of them is followed by one of the cell state
 */
function backwardBody(isSequence: boolean, isStates: boolean): string {
  const [width, cell] = isStates ? ["2 * H", " + Dy[row * 2 * H + H + j]"] : ["H", ""];
  return `
var<workgroup> dGates : array<f32, 4 * H>;

fn main(index : i32) {
  let sample = i32(workgroupId.x);
  let thread = i32(localId.x);
  let rows = uniforms.batch * uniforms.time * H;
  if (thread == 0) { trueLength = Lengths[sample]; }
  let steps = clamp(workgroupUniformLoad(&trueLength), 0, uniforms.time);
  var dHidden : array<f32, UNITS>;
  var dCell : array<f32, UNITS>;
  ${
    isSequence ? "" : `
  for (var unit = 0; unit < UNITS; unit = unit + 1) {
    let j = thread + unit * THREADS;
    if (j < H) { dHidden[unit] = Dy[sample * H + j]; }
  }`
  }
  for (var t = steps - 1; t >= 0; t = t - 1) {
    let row = rowOf(sample, t, steps);
    let earlier = rowOf(sample, max(t - 1, 0), steps);
    var unit = 0;
    for (var j = thread; j < H; j = j + THREADS) {
      let i = Trace[row * 4 * H + j];
      let f = Trace[row * 4 * H + H + j];
      let g = Trace[row * 4 * H + 2 * H + j];
      let o = Trace[row * 4 * H + 3 * H + j];
      let tanhCell = tangent(Trace[4 * rows + row * H + j]);
      var cellBefore = 0.0;
      var hiddenBefore = 0.0;
      if (t > 0) {
        cellBefore = Trace[4 * rows + earlier * H + j];
        hiddenBefore = Trace[5 * rows + earlier * H + j];
      }
      let dh = dHidden[unit]${isSequence ? ` + Dy[row * ${width} + j]` : ""};
      let dc = dCell[unit]${cell} + dh * o * (1.0 - tanhCell * tanhCell);
      dCell[unit] = dc * f;
      dGates[j] = dc * g * i * (1.0 - i);
      dGates[H + j] = dc * cellBefore * f * (1.0 - f);
      dGates[2 * H + j] = dc * i * (1.0 - g * g);
      dGates[3 * H + j] = dh * tanhCell * o * (1.0 - o);
      for (var q = 0; q < 4; q = q + 1) {
        result[row * 4 * H + q * H + j] = dGates[q * H + j];
      }
      result[4 * rows + row * H + j] = hiddenBefore;
      unit = unit + 1;
    }
    workgroupBarrier();
    unit = 0;
    for (var j = thread; j < H; j = j + THREADS) {
      var sum = 0.0;
      for (var k = 0; k < 4 * H; k = k + 1) { sum = sum + dGates[k] * Weights[k * H + j]; }
      dHidden[unit] = sum;
      unit = unit + 1;
    }
    workgroupBarrier();
  }
  for (var t = steps; t < uniforms.time; t = t + 1) {
    let row = rowAt(sample, t);
    for (var j = thread; j < H; j = j + THREADS) {
      for (var q = 0; q < 4; q = q + 1) { result[row * 4 * H + q * H + j] = 0.0; }
      result[4 * rows + row * H + j] = 0.0;
    }
  }
}`;
}

/**
 * Inputs: x W_ihᵀ [rows, 4H], W_hhᵀ [H, 4H], bias [4H], lengths [batch].
 *
 * @throws {EngineError} if a workgroup has not enough memory for so many hidden units
 */
export function forwardProgram(
  sizes: LstmSizes,
  attributes: LstmAttributes,
  limits: GPUSupportedLimits,
): WebGpuProgram {
  const inputs = ["Products", "Weights", "Bias", "Lengths"];
  const size = lstmLayout(sizes).forwardSize;
  return lstmProgram("forward", inputs, size, sizes, attributes, limits, FORWARD_BODY);
}

/**
 * Inputs: the forward output, W_hh [4H, H], lengths [batch], gradient of the value.
 *
 * @throws {EngineError} if a workgroup has not enough memory for so many hidden units
 */
export function backwardProgram(
  sizes: LstmSizes,
  attributes: LstmAttributes,
  limits: GPUSupportedLimits,
): WebGpuProgram {
  const isStates = attributes.output === "states";
  const isSequence = isStates || attributes.output === "sequence";
  const inputs = ["Trace", "Weights", "Lengths", "Dy"];
  const size = lstmLayout(sizes).backwardSize;
  const name = isStates ? "backwardStates" : isSequence ? "backwardSequence" : "backward";
  const body = backwardBody(isSequence, isStates);
  return lstmProgram(name, inputs, size, sizes, attributes, limits, body);
}

function lstmProgram(
  name: string,
  variableNames: string[],
  size: number,
  { batch, hidden }: LstmSizes,
  attributes: LstmAttributes,
  limits: GPUSupportedLimits,
  body: string,
): WebGpuProgram {
  const room = Math.floor(limits.maxComputeWorkgroupStorageSize / SHARED_BYTES_PER_UNIT) - 1;
  if (hidden > room) {
    throw new EngineError(
      `Cannot run an LSTM of ${hidden} units on this GPU: it has room for ${room}; ` +
        `use another engine`,
    );
  }
  const most = Math.min(MAX_THREADS, limits.maxComputeInvocationsPerWorkgroup);
  const threads = Math.min(Math.ceil(hidden / WARP) * WARP, most);
  const { reverse, timeMajor } = attributes;
  return {
    variableNames,
    uniforms: "batch : i32, time : i32,",
    outputShape: [size],
    workgroupSize: [threads, 1, 1],
    dispatch: [batch, 1, 1],
    dispatchLayout: { x: [0] },
    shaderKey: `lstm_${name}_${hidden}_${threads}_${reverse}_${timeMajor}`,
    getUserCode: () => prelude(hidden, threads, attributes) + body,
  };
}
