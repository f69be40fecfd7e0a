/**
 * Band-limited change of the sampling rate, piece by piece: a windowed sinc in polyphase form, as a
 * product of the signal's periods and the filters, which the cpu engine's kernel computes.
 * Its pass band and attenuation are what comes nearest to libsoxr's "HQ", which librosa uses: the
 * two differ by about 1e-5 of the signal, in the transition band.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { joinFloats } from "../../core/floats.ts";
import { multiplyAdd, reserve, rowMajor, tileRows } from "../../engine/signal_product.ts";

/** End of the pass band as a part of the lower Nyquist rate, and attenuation in decibels. */
const PASS = 0.914;
const ATTENUATION = 130;

/** Periods of one product, so that its inputs stay in the processor's cache. */
const MOST_PERIODS = 1024;

/** Ratios of odd rates need long filters; 2^24 taps are 128 MiB. */
const MOST_TAPS = 2 ** 24;

/** Outputs whose filters are beside each other: the columns of one matrix product. */
const COLUMNS = 8;

/** What makes {@linkcode COLUMNS} outputs of each period. */
interface Block {
  /** Number of the first one in its period. */
  readonly output: number;
  /** First input that they need, from the first of the period on. */
  readonly input: number;
  /** [inputs, COLUMNS] a filter a column, zero where an output does not need an input. */
  readonly weights: Float32Array;
}

/** A change of rate. It repeats itself: a period of inputs makes a period of outputs. */
interface Filters {
  readonly outputs: number;
  readonly inputs: number;
  /** Inputs that the first output of a period needs before the period. */
  readonly before: number;
  /** Inputs that a period needs in all. */
  readonly span: number;
  readonly blocks: readonly Block[];
}

/** Makes one signal of pieces of another. */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #filters: Filters | null;
  /** What was pushed and is still needed, from `before` inputs ahead of the next period on. */
  #kept: Float32Array;
  #pushed = 0;
  #made = 0;

  /** @throws {DataError} if the ratio of the rates needs a filter that is too long */
  constructor(from: number, to: number) {
    const divisor = greatestDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    if (tapsOf(this.#up, this.#down) > MOST_TAPS) {
      throw new DataError(`its sampling rate is ${from} Hz, expected a usual one, such as 44100`);
    }
    this.#filters = from === to ? null : filtersOf(this.#up, this.#down);
    this.#kept = new Float32Array(this.#filters?.before ?? 0);
  }

  /** What follows from the samples so far, beyond what was returned before. */
  push(samples: Float32Array): Float32Array {
    if (this.#filters === null) return samples;
    this.#pushed += samples.length;
    return this.#make(joinFloats([this.#kept, samples]));
  }

  /** The rest; what is outside of the signal counts as zero. All pieces are ⌈n · to / from⌉ long. */
  end(): Float32Array {
    if (this.#filters === null) return new Float32Array(0);
    const missing = Math.ceil(this.#pushed * this.#up / this.#down) - this.#made;
    const { inputs, outputs, span } = this.#filters;
    const zeros = new Float32Array(Math.ceil(missing / outputs) * inputs + span);
    return this.#make(joinFloats([this.#kept, zeros])).slice(0, missing);
  }

  /** The outputs of all periods whose inputs are there. */
  #make(signal: Float32Array): Float32Array {
    const { inputs, outputs, span, blocks } = this.#filters!;
    const periods = Math.max(0, Math.floor((signal.length - span) / inputs) + 1);
    const out = new Float32Array(periods * outputs);
    for (const block of blocks) addOutputs(signal, block, periods, inputs, out, outputs);
    this.#kept = signal.slice(periods * inputs);
    this.#made += out.length;
    return out;
  }
}

/** Puts the outputs of a block to their places: periods that overlap, times filters. */
function addOutputs(
  signal: Float32Array,
  { input, output, weights }: Block,
  periods: number,
  inputs: number,
  out: Float32Array,
  outputs: number,
): void {
  const width = Math.min(COLUMNS, outputs - output), taps = weights.length / COLUMNS;
  for (let from = 0; from < periods; from += MOST_PERIODS) {
    const count = Math.min(MOST_PERIODS, periods - from), rows = tileRows(count);
    const start = input + from * inputs;
    const { a, b, c } = reserve({
      a: (rows - 1) * inputs + taps,
      b: weights.length,
      c: rows * COLUMNS,
    });
    a.set(signal.subarray(start, start + a.length));
    b.set(weights);
    c.fill(0);
    multiplyAdd(c, COLUMNS, rowMajor(a, inputs), b, taps, [count, COLUMNS, taps]);
    for (let row = 0; row < count; row++) {
      const at = row * COLUMNS;
      out.set(c.subarray(at, at + width), (from + row) * outputs + output);
    }
  }
}

/** [⌈length · to / from⌉] the whole signal at another rate. */
export function resample(signal: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  return joinFloats([resampler.push(signal), resampler.end()]);
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}

/** Nyquist rate of the slower signal, in cycles per fine sample. */
function nyquistOf(up: number, down: number): number {
  return 0.5 / Math.max(up, down);
}

function tapsOf(up: number, down: number): number {
  // Kaiser's formula for the length.
  const width = nyquistOf(up, down) * (1 - PASS);
  return 2 * Math.ceil((ATTENUATION - 7.95) / (14.36 * width) / 2) + 1;
}

const FILTERS = new Map<string, Filters>();

function filtersOf(up: number, down: number): Filters {
  const key = `${up}/${down}`;
  const known = FILTERS.get(key);
  if (known !== undefined) return known;
  const taps = tapsFor(up, down), half = (taps.length - 1) / 2;
  // Several periods in one where one has less outputs than a block.
  const times = Math.ceil(COLUMNS / up), outputs = up * times, before = Math.floor(half / up);
  // Output n lies at n · down of the fine rate, input i at i · up.
  const lastInput = (n: number) => Math.floor((n * down + half) / up) + before;
  const blocks = Array.from({ length: Math.ceil(outputs / COLUMNS) }, (_, b): Block => {
    const output = b * COLUMNS, end = Math.min(output + COLUMNS, outputs);
    const input = Math.ceil((output * down - half) / up) + before;
    const weights = new Float32Array((lastInput(end - 1) - input + 1) * COLUMNS);
    for (let n = output; n < end; n++) {
      for (let i = Math.ceil((n * down - half) / up) + before; i <= lastInput(n); i++) {
        weights[(i - input) * COLUMNS + n - output] = taps[n * down - (i - before) * up + half]!;
      }
    }
    return { output, input, weights };
  });
  const span = lastInput(outputs - 1) + 1;
  const filters = { outputs, inputs: down * times, before, span, blocks };
  FILTERS.set(key, filters);
  return filters;
}

/** [2 · half + 1] the filter at `up` times the input rate. */
function tapsFor(up: number, down: number): Float64Array {
  const cutoff = nyquistOf(up, down) * (1 + PASS) / 2;
  const beta = 0.1102 * (ATTENUATION - 8.7);
  const taps = new Float64Array(tapsOf(up, down)), half = (taps.length - 1) / 2;
  const norm = besselI0(beta);
  for (let i = 0; i <= half; i++) {
    const sinc = i === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * i) / (Math.PI * i);
    const tap = up * sinc * besselI0(beta * Math.sqrt(1 - (i / half) ** 2)) / norm;
    taps[half + i] = taps[half - i] = tap;
  }
  return taps;
}

/** Modified Bessel function of the first kind, order 0. */
function besselI0(x: number): number {
  let sum = 1, term = 1;
  for (let k = 1; term > sum * 1e-17; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
