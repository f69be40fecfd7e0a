/**
 * Band-limited change of the sampling rate, by a windowed sinc in polyphase form, piece by piece.
 * Its pass band and attenuation are what comes nearest to libsoxr's "HQ", which librosa uses: the
 * two differ by about 1e-5 of the signal, in the transition band.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";

/** End of the pass band as a part of the lower Nyquist rate, and attenuation in decibels. */
const PASS = 0.914;
const ATTENUATION = 130;

/** Ratios of odd rates need long filters; 2^24 taps are 128 MiB. */
const MOST_TAPS = 2 ** 24;

/**
 * A filter at `up` times the input rate, of 2 · half + 1 taps. Those that one output needs are beside
 * each other: `up` rows of `count`, by the output's place between two inputs.
 */
interface Kernel {
  readonly rows: Float64Array;
  readonly count: number;
  readonly half: number;
}

/** Makes one signal of pieces of another. */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #kernel: Kernel | null;
  /** The end of what was pushed, which outputs to come still need, and its first sample's number. */
  #kept = new Float32Array(0);
  #first = 0;
  #made = 0;

  /** @throws {DataError} if the ratio of the rates needs a filter that is too long */
  constructor(from: number, to: number) {
    const divisor = greatestDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    if (tapsOf(this.#up, this.#down) > MOST_TAPS) {
      throw new DataError(`its sampling rate is ${from} Hz, expected a usual one, such as 44100`);
    }
    this.#kernel = from === to ? null : kernelOf(this.#up, this.#down);
  }

  /** What follows from the samples so far, beyond what was returned before. */
  push(samples: Float32Array): Float32Array {
    if (this.#kernel === null) return samples;
    const signal = new Float32Array(this.#kept.length + samples.length);
    signal.set(this.#kept);
    signal.set(samples, this.#kept.length);
    const end = this.#first + signal.length;
    // Output n reaches input ⌊(n · down + half) / up⌋.
    const ready = Math.floor((end * this.#up - 1 - this.#kernel.half) / this.#down) + 1;
    // In fours from the beginning on, so that pieces of any size give the same bits.
    return this.#make(signal, Math.max(this.#made, ready - ready % 4));
  }

  /** The rest; what is outside of the signal counts as zero. All pieces are ⌈n · to / from⌉ long. */
  end(): Float32Array {
    if (this.#kernel === null) return new Float32Array(0);
    const count = Math.ceil((this.#first + this.#kept.length) * this.#up / this.#down);
    return this.#make(this.#kept, count);
  }

  /** Outputs from `#made` to `count`, of `signal` that begins at `#first`. */
  #make(signal: Float32Array<ArrayBuffer>, count: number): Float32Array {
    const { rows, count: taps, half } = this.#kernel!, up = this.#up, down = this.#down;
    const start = this.#first, last = start + signal.length - 1;
    const out = new Float32Array(count - this.#made);
    for (let n = this.#made; n < count;) {
      const at = n * down; // position at the fine rate
      const first = Math.ceil((at - half) / up);
      // Outputs whose inputs are all there go four at a time, where they have the same taps.
      const isWhole = up === 1 && first >= 0 && at + 3 * down + half <= last;
      if (isWhole && n % 4 === 0 && n + 3 < count) {
        fourOutputs(signal, first - start, down, rows, half, out, n - this.#made);
        n += 4;
        continue;
      }
      const row = (at % up) * taps;
      const from = Math.max(start, first);
      const to = Math.min(last, Math.floor((at + half) / up));
      out[n - this.#made] = dot(signal, from - start, rows, row + from - first, to - from + 1);
      n++;
    }
    this.#made = count;
    const needed = Math.max(start, Math.ceil((count * down - half) / up));
    this.#kept = signal.slice(Math.min(needed - start, signal.length));
    this.#first = Math.min(needed, last + 1);
    return out;
  }
}

/**
 * Four outputs, `down` inputs apart, of a symmetric filter: each tap is read once for eight inputs.
 *
 * @param i the first input of the first output
 */
function fourOutputs(
  signal: Float32Array,
  i: number,
  down: number,
  taps: Float64Array,
  half: number,
  out: Float32Array,
  o: number,
): void {
  const middle = taps[half]!, second = down, third = 2 * down, fourth = 3 * down;
  const center = i + half;
  let s0 = signal[center]! * middle, s1 = signal[center + second]! * middle;
  let s2 = signal[center + third]! * middle, s3 = signal[center + fourth]! * middle;
  for (let t = 0, l = i, r = i + 2 * half; t < half; t++, l++, r--) {
    const tap = taps[t]!;
    s0 += (signal[l]! + signal[r]!) * tap;
    s1 += (signal[l + second]! + signal[r + second]!) * tap;
    s2 += (signal[l + third]! + signal[r + third]!) * tap;
    s3 += (signal[l + fourth]! + signal[r + fourth]!) * tap;
  }
  out[o] = s0, out[o + 1] = s1, out[o + 2] = s2, out[o + 3] = s3;
}

/** Sum of products of `length` values of each. */
function dot(a: Float32Array, i: number, b: Float64Array, j: number, length: number): number {
  // Four sums, since each addition would wait for the one before.
  let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const end = i + length;
  for (; i + 3 < end; i += 4, j += 4) {
    s0 += a[i]! * b[j]!;
    s1 += a[i + 1]! * b[j + 1]!;
    s2 += a[i + 2]! * b[j + 2]!;
    s3 += a[i + 3]! * b[j + 3]!;
  }
  for (; i < end; i++, j++) s0 += a[i]! * b[j]!;
  return s0 + s1 + (s2 + s3);
}

/** [⌈length · to / from⌉] the whole signal at another rate. */
export function resample(signal: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  return joined([resampler.push(signal), resampler.end()]);
}

/** Pieces one after the other. */
export function joined(pieces: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
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

const KERNELS = new Map<string, Kernel>();

function kernelOf(up: number, down: number): Kernel {
  const key = `${up}/${down}`;
  const known = KERNELS.get(key);
  if (known !== undefined) return known;
  const cutoff = nyquistOf(up, down) * (1 + PASS) / 2;
  const beta = 0.1102 * (ATTENUATION - 8.7);
  const taps = new Float64Array(tapsOf(up, down)), half = (taps.length - 1) / 2;
  const norm = besselI0(beta);
  for (let i = -half; i <= half; i++) {
    const sinc = i === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * i) / (Math.PI * i);
    taps[i + half] = up * sinc * besselI0(beta * Math.sqrt(1 - (i / half) ** 2)) / norm;
  }
  const kernel = inRows(taps, up);
  KERNELS.set(key, kernel);
  return kernel;
}

function inRows(taps: Float64Array, up: number): Kernel {
  const half = (taps.length - 1) / 2, count = Math.floor(2 * half / up) + 1;
  const rows = new Float64Array(up * count);
  for (let phase = 0; phase < up; phase++) {
    const newest = phase - Math.ceil((phase - half) / up) * up + half;
    for (let i = 0; i < count && newest - i * up >= 0; i++) {
      rows[phase * count + i] = taps[newest - i * up]!;
    }
  }
  return { rows, count, half };
}

/** Modified Bessel function of the first kind, order 0. */
function besselI0(x: number): number {
  let sum = 1, term = 1;
  for (let k = 1; term > sum * 1e-17; k++) sum += term *= (x / (2 * k)) ** 2;
  return sum;
}
