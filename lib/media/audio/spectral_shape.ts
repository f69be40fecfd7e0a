/** Where a spectrum has its weight and how it is spread, as librosa's spectral features. @module */

import type { Collector, CollectorContext } from "./collector.ts";
import { toDecibels } from "./frames.ts";

/** Below it librosa leaves a spectrum as it is instead of dividing by its sum. */
const TINY = 1.17549435e-38;

/** A number of each spectrum. */
function perFrame(frames: number, of: (magnitudes: Float64Array) => number): Collector {
  const out = new Float32Array(frames);
  return { add: (magnitudes, t) => out[t] = of(magnitudes), finish: () => out };
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]!;
  return sum;
}

/** Mean frequency in hertz, weighted by magnitude. */
function meanFrequency(magnitudes: Float64Array, binWidth: number, scale: number): number {
  let sum = 0;
  for (let k = 0; k < magnitudes.length; k++) sum += k * binWidth * magnitudes[k]! * scale;
  return sum;
}

function scaleOf(magnitudes: Float64Array): number {
  const sum = sumOf(magnitudes);
  return sum > TINY ? 1 / sum : 1;
}

/** [frames, 1] mean frequency in hertz. */
export function centroid({ grid, frames }: CollectorContext): Collector {
  const binWidth = grid.rate / grid.nFft;
  return perFrame(frames, (row) => meanFrequency(row, binWidth, scaleOf(row)));
}

/** [frames, 1] standard deviation of the frequency in hertz. */
export function bandwidth({ grid, frames }: CollectorContext): Collector {
  const binWidth = grid.rate / grid.nFft;
  return perFrame(frames, (row) => {
    const scale = scaleOf(row), mean = meanFrequency(row, binWidth, scale);
    let spread = 0;
    for (let k = 0; k < row.length; k++) spread += row[k]! * scale * (k * binWidth - mean) ** 2;
    return Math.sqrt(spread);
  });
}

/** [frames, 1] frequency in hertz below which 85 % of the magnitude lies. */
export function rolloff({ grid, frames }: CollectorContext): Collector {
  return perFrame(frames, (row) => {
    const wanted = 0.85 * sumOf(row);
    let sum = 0, k = 0;
    while ((sum += row[k]!) < wanted) k++;
    return k * grid.rate / grid.nFft;
  });
}

/** [frames, 1] geometric over arithmetic mean of the power: 1 for noise, near 0 for a tone. */
export function flatness({ frames }: CollectorContext): Collector {
  return perFrame(frames, (row) => {
    let logs = 0, power = 0;
    for (let k = 0; k < row.length; k++) {
      const value = Math.max(1e-10, row[k]! * row[k]!);
      logs += Math.log(value), power += value;
    }
    return Math.exp(logs / row.length) / (power / row.length);
  });
}

const BANDS = 7;
const LOWEST_BAND = 200;
const QUANTILE = 0.02;

/** [frames, 7] peaks over valleys of octave bands from 200 Hz on, in decibels. */
export function contrast({ grid, frames }: CollectorContext): Collector {
  const peaks = new Float64Array(frames * BANDS), valleys = new Float64Array(frames * BANDS);
  const bands = Array.from({ length: BANDS }, (_, band) => bandOf(band, grid.rate, grid.nFft));
  return {
    add(magnitudes, t) {
      bands.forEach(({ first, end, count }, band) => {
        const sorted = magnitudes.slice(first, end).sort();
        valleys[t * BANDS + band] = sumOf(sorted.subarray(0, count)) / count;
        peaks[t * BANDS + band] = sumOf(sorted.subarray(sorted.length - count)) / count;
      });
    },
    finish() {
      toDecibels(peaks);
      toDecibels(valleys);
      return Float32Array.from(peaks, (peak, i) => peak - valleys[i]!);
    },
  };
}

/** Bins of a band, and how many of them are its peak and its valley. */
function bandOf(band: number, rate: number, nFft: number) {
  const low = band === 0 ? 0 : LOWEST_BAND * 2 ** (band - 1), high = LOWEST_BAND * 2 ** band;
  let first = Math.ceil(low * nFft / rate);
  let last = Math.min(nFft / 2, Math.floor(high * nFft / rate));
  // As librosa: each band but the first begins a bin lower, and all but the last lose their end.
  if (band > 0) first--;
  if (band === BANDS - 1) last = nFft / 2;
  const count = Math.max(1, roundHalfToEven(QUANTILE * (last - first + 1)));
  return { first, end: band === BANDS - 1 ? last + 1 : last, count };
}

/** As numpy rounds. */
function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
