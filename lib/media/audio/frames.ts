/** How a signal is cut into frames and turned into spectra, as librosa does it. @module */

import type { FourierClass } from "./fourier.ts";

/** How a signal is cut: frame t lies around sample t · hop. */
export interface FrameGrid {
  /** Samples a second. */
  readonly rate: number;
  /** Samples of a frame, a power of two. */
  readonly nFft: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
}

/** Number of frames of a signal. */
export function frameCount(length: number, hop: number): number {
  return 1 + Math.floor(length / hop);
}

/** Calls `visit` with every frame, [size], which it may change; outside of the signal is `pad`. */
export function eachFrame(
  signal: Float32Array,
  size: number,
  hop: number,
  visit: (frame: Float64Array, index: number) => void,
  pad: "zero" | "edge" = "zero",
): void {
  const frame = new Float64Array(size), { length } = signal;
  const before = pad === "zero" ? 0 : signal[0] ?? 0;
  const after = pad === "zero" ? 0 : signal[length - 1] ?? 0;
  for (let t = 0; t < frameCount(length, hop); t++) {
    const start = t * hop - (size >> 1);
    const from = Math.min(size, Math.max(0, -start));
    const to = Math.max(from, Math.min(size, length - start));
    frame.fill(before, 0, from);
    for (let i = from; i < to; i++) frame[i] = signal[start + i]!;
    frame.fill(after, to);
    visit(frame, t);
  }
}

/** Calls `visit` with the magnitudes of every frame, [nFft/2 + 1], under a Hann window. */
export function eachSpectrum(
  signal: Float32Array,
  { nFft, hop }: FrameGrid,
  Fourier: FourierClass,
  visit: (magnitudes: Float64Array, index: number) => void,
): void {
  const fourier = new Fourier(nFft), window = hann(nFft), spectrum = new Float64Array(2 * nFft);
  const out = new Float64Array(nFft / 2 + 1);
  eachFrame(signal, nFft, hop, (frame, t) => {
    for (let i = 0; i < nFft; i++) frame[i] = frame[i]! * window[i]!;
    fourier.realTransform(spectrum, frame);
    for (let k = 0; k < out.length; k++) {
      const re = spectrum[2 * k]!, im = spectrum[2 * k + 1]!;
      out[k] = Math.sqrt(re * re + im * im);
    }
    visit(out, t);
  });
}

/** Periodic Hann window. */
export function hann(size: number): Float64Array {
  return Float64Array.from(
    { length: size },
    (_, i) => 0.5 - 0.5 * Math.cos(2 * Math.PI * i / size),
  );
}

/** In place: power to decibels, none more than 80 below the loudest of all frames. */
export function toDecibels(power: Float64Array): void {
  let loudest = -Infinity;
  for (let i = 0; i < power.length; i++) {
    power[i] = 10 * Math.log10(Math.max(1e-10, power[i]!));
    loudest = Math.max(loudest, power[i]!);
  }
  for (let i = 0; i < power.length; i++) power[i] = Math.max(power[i]!, loudest - 80);
}
