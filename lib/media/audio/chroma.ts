/**
 * Constant-Q chroma as `librosa.feature.chroma_cqt`: the tuning of the recording, a recursive
 * constant-Q transform of seven octaves from C1 on, 36 bins each, folded to the twelve notes.
 *
 * @module
 */

import type { Collector, CollectorContext } from "./collector.ts";
import type { Fourier, FourierClass } from "./fourier.ts";
import { eachFrame, type FrameGrid, hann } from "./frames.ts";
import { resample } from "./resample.ts";
import { Tuning } from "./tuning.ts";

const NOTES = 12;
const BINS = 36; // an octave
const OCTAVES = 7;
const C1 = 440 * 2 ** ((24 - 69) / 12);
/** Cycles of each filter. */
const Q = (2 ** (2 / BINS) + 1) / (2 ** (2 / BINS) - 1);
/** Part of a filter's sum of magnitudes that is dropped, in its smallest bins. */
const DROPPED = 0.01;
const TINY = 1.17549435e-38;

/** A filter in the frequency domain: the bins that are kept, and their values. */
interface Filter {
  readonly bins: Uint32Array;
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** [frames, 12] loudness of the notes C to B; the largest of each frame is 1, silence is 0. */
export function chromaCqt({ signal, grid, frames, fourier }: CollectorContext): Collector {
  const tuning = new Tuning(grid.rate, grid.nFft);
  return {
    add: (magnitudes) => tuning.add(magnitudes),
    finish: () => chromaOf(signal, grid, frames, tuning.deviation(BINS), fourier),
  };
}

function chromaOf(
  signal: Float32Array,
  { rate, hop }: FrameGrid,
  frames: number,
  tuning: number,
  Fourier: FourierClass,
): Float32Array {
  const lowest = C1 * 2 ** (tuning / BINS);
  const sums = new Float64Array(frames * NOTES);
  let octave = signal, octaveRate = rate, step = hop;
  for (let number = OCTAVES - 1; number >= 0; number--) {
    const pitches = Float64Array.from(
      { length: BINS },
      (_, i) => lowest * 2 ** (number + i / BINS),
    );
    addOctave(octave, octaveRate, step, rate, pitches, sums, Fourier);
    if (step % 2 !== 0 || number === 0) continue;
    // The next octave below, of half as many samples.
    step /= 2, octaveRate /= 2;
    octave = resample(octave, 2, 1);
    for (let i = 0; i < octave.length; i++) octave[i] = octave[i]! * Math.SQRT2;
  }
  return normalized(sums, frames);
}

/** Adds the magnitudes of the pitches of one octave to the notes. */
function addOctave(
  signal: Float32Array,
  rate: number,
  hop: number,
  fullRate: number,
  pitches: Float64Array,
  sums: Float64Array,
  Fourier: FourierClass,
): void {
  const size = 2 ** Math.ceil(Math.log2(Q * rate / pitches[0]!));
  const fourier = new Fourier(size), frames = sums.length / NOTES;
  const filters = Array.from(pitches, (pitch) => filterOf(pitch, rate, fourier));
  // librosa scales filters by √(full rate / rate), and results by 1 / √(length at the full rate).
  const scales = pitches.map((pitch) =>
    Math.sqrt(fullRate / rate) / Math.sqrt(Q * fullRate / pitch)
  );
  const spectrum = new Float64Array(2 * size);
  eachFrame(signal, size, hop, (frame, t) => {
    if (t >= frames) return;
    fourier.realTransform(spectrum, frame);
    for (let i = 0; i < BINS; i++) {
      const { bins, re: fre, im: fim } = filters[i]!;
      let sumRe = 0, sumIm = 0;
      for (let j = 0; j < bins.length; j++) {
        const k = 2 * bins[j]!, re = spectrum[k]!, im = spectrum[k + 1]!;
        const a = fre[j]!, b = fim[j]!;
        sumRe += a * re - b * im, sumIm += a * im + b * re;
      }
      const at = t * NOTES + Math.floor((i + 1) / 3) % NOTES;
      sums[at] = sums[at]! + Math.sqrt(sumRe * sumRe + sumIm * sumIm) * scales[i]!;
    }
  });
}

/** A windowed wave of Q cycles, transformed, without its smallest bins. */
function filterOf(pitch: number, rate: number, fourier: Fourier): Filter {
  const { size } = fourier, length = Q * rate / pitch;
  const start = Math.floor(-length / 2), count = Math.ceil(Math.floor(length / 2) - start);
  const wave = new Float64Array(2 * size), spectrum = new Float64Array(2 * size);
  const left = (size - count) >> 1, windows = hann(count);
  const scale = length / size / windows.reduce((sum, window) => sum + window, 0);
  for (const [j, window] of windows.entries()) {
    const phase = (start + j) * 2 * Math.PI * pitch / rate;
    wave[2 * (left + j)] = window * Math.cos(phase) * scale;
    wave[2 * (left + j) + 1] = window * Math.sin(phase) * scale;
  }
  fourier.transform(spectrum, wave);
  const part = (offset: number) =>
    Float64Array.from({ length: size / 2 + 1 }, (_, k) => spectrum[2 * k + offset]!);
  return largestBins(part(0), part(1));
}

function largestBins(re: Float64Array, im: Float64Array): Filter {
  const magnitudes = re.map((value, k) => Math.hypot(value, im[k]!));
  const sorted = magnitudes.slice().sort();
  const total = sorted.reduce((sum, value) => sum + value, 0);
  let sum = 0, least = 0;
  while (least < sorted.length && (sum += sorted[least]! / total) < DROPPED) least++;
  const bins = Uint32Array.from(magnitudes.keys()).filter((k) => magnitudes[k]! >= sorted[least]!);
  const pick = (values: Float64Array) => Float64Array.from(bins, (k) => values[k]!);
  return { bins, re: pick(re), im: pick(im) };
}

function normalized(sums: Float64Array, frames: number): Float32Array {
  const out = new Float32Array(sums.length);
  for (let t = 0; t < frames; t++) {
    let loudest = 0;
    for (let i = t * NOTES; i < (t + 1) * NOTES; i++) loudest = Math.max(loudest, sums[i]!);
    const scale = loudest > TINY ? loudest : 1;
    for (let i = t * NOTES; i < (t + 1) * NOTES; i++) out[i] = sums[i]! / scale;
  }
  return out;
}
