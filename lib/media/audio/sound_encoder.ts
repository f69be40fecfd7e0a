/** Sound through a pretrained encoder on disk: the last hidden states of wav2vec 2.0 or HuBERT. @module */

import type { EncoderFolder, OpenEncoder } from "../encoder_folder.ts";
import type { Track } from "../track.ts";

/** Seconds that are encoded at once: attention over more takes gigabytes. */
export const ENCODER_WINDOW = 30;

/** Samples below which the convolutions of these encoders have no output. */
const FEWEST = 400;

/** What these encoders were trained with, by their folder. */
export function soundSettings({ preprocessor }: EncoderFolder): {
  readonly rate: number;
  readonly normalize: boolean;
} {
  return {
    rate: Number(preprocessor["sampling_rate"] ?? 16000),
    normalize: preprocessor["do_normalize"] !== false,
  };
}

/**
 * The last hidden states of samples, those of each window after those of the one before; a step is
 * at the middle of what it is of.
 */
export async function encodeSound(
  { run, tensor }: OpenEncoder,
  samples: Float32Array,
  { rate, normalize }: { readonly rate: number; readonly normalize: boolean },
): Promise<Track> {
  const pieces: Float32Array[] = [], times: number[] = [];
  let width = 0;
  for (const [from, to] of windows(samples.length, rate * ENCODER_WINDOW)) {
    const window = new Float32Array(Math.max(FEWEST, to - from));
    window.set(samples.subarray(from, to));
    const input = normalize ? normalized(window) : window;
    const { last_hidden_state: states } = await run({
      input_values: tensor(input, [1, input.length]),
    });
    const [, steps, states_width] = states!.dims as [number, number, number];
    width = states_width;
    pieces.push(Float32Array.from(states!.data));
    for (let t = 0; t < steps; t++) times.push((from + (t + 0.5) * window.length / steps) / rate);
  }
  const values = new Float32Array(times.length * width);
  let at = 0;
  for (const piece of pieces) {
    values.set(piece, at);
    at += piece.length;
  }
  return { values, width, times: Float64Array.from(times) };
}

/** Ends of windows of `size`; a last one that is too short to be encoded joins the one before. */
function windows(length: number, size: number): [number, number][] {
  const count = Math.max(1, Math.ceil((length - FEWEST) / size));
  return Array.from(
    { length: count },
    (_, i) => [i * size, i === count - 1 ? length : (i + 1) * size],
  );
}

/** To mean 0 and variance 1, as `Wav2Vec2FeatureExtractor`. */
function normalized(samples: Float32Array): Float32Array {
  let sum = 0, squares = 0;
  for (let i = 0; i < samples.length; i++) sum += samples[i]!;
  const mean = sum / samples.length;
  for (let i = 0; i < samples.length; i++) squares += (samples[i]! - mean) ** 2;
  const scale = 1 / Math.sqrt(squares / samples.length + 1e-7);
  return samples.map((value) => (value - mean) * scale);
}
