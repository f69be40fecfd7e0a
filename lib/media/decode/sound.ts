/** The sound of a clip as samples, decoded and changed in rate piece by piece. @module */

import { Resampler } from "../audio/resample.ts";
import { DataError } from "../../core/errors.ts";
import { joinFloats } from "../../core/floats.ts";
import { MediaError } from "../media_error.ts";
import { decode, MEDIA_LIMITS, type MediaLimits } from "./ffmpeg.ts";

/** Bytes within which the head of a WAV must end. */
const LONGEST_HEAD = 4096;

/**
 * Sound as 16-bit WAV, at its own rate: ffmpeg's resampling differs between its builds. Where the
 * sound begins later than the clip, or has gaps, there is silence.
 */
const OUTPUT = ["-map", "0:a:0", "-af", "aresample=async=1:first_pts=0", "-c:a", "pcm_s16le"];
OUTPUT.push("-f", "wav", "-bitexact");

/** What the samples of a WAV are. */
interface WavHead {
  readonly rate: number;
  readonly channels: number;
  /** Bytes before the first sample. */
  readonly size: number;
}

/**
 * Mono samples in [-1, 1) at `rate`: the mean of all channels, from the beginning of the clip.
 *
 * @throws {MediaError} when there is no sound, it is too long, or the file cannot be decoded.
 */
export async function decodeSound(
  path: string,
  rate: number,
  limits: MediaLimits = MEDIA_LIMITS,
): Promise<Float32Array> {
  const pieces: Float32Array[] = [];
  let head: WavHead | null = null, resampler: Resampler | null = null;
  let bytes = new Uint8Array(0), seconds = 0;
  for await (const piece of decode(path, { stage: "sound", output: OUTPUT }, limits)) {
    bytes = bytes.length === 0 ? piece : concat(bytes, piece);
    if (head === null) {
      head = readHead(bytes);
      if (head === null) continue;
      resampler = openResampler(head.rate, rate);
      bytes = bytes.subarray(head.size);
    }
    const whole = bytes.length - bytes.length % (2 * head.channels);
    const mono = toMono(bytes.subarray(0, whole), head.channels);
    bytes = bytes.slice(whole);
    pieces.push(resampler!.push(mono));
    seconds += mono.length / head.rate;
    if (seconds > limits.seconds + 0.1) {
      throw new MediaError("sound", `it is longer than ${limits.seconds} s`, "see --max-seconds");
    }
  }
  if (resampler !== null) pieces.push(resampler.end());
  const samples = joinFloats(pieces);
  if (samples.length === 0) throw new MediaError("sound", "its sound is empty");
  return samples;
}

function openResampler(from: number, to: number): Resampler {
  try {
    return new Resampler(from, to);
  } catch (error) {
    throw error instanceof DataError ? new MediaError("sound", error.message) : error;
  }
}

/** Chunks of a RIFF file up to its samples; null where more bytes are needed. */
function readHead(bytes: Uint8Array<ArrayBuffer>): WavHead | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let found: Omit<WavHead, "size"> | null = null;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (name === "data" && found !== null) return { ...found, size: at + 8 };
    if (name === "fmt " && at + 16 <= bytes.length) {
      found = { channels: view.getUint16(at + 10, true), rate: view.getUint32(at + 12, true) };
    }
    at += 8 + view.getUint32(at + 4, true);
  }
  if (bytes.length > LONGEST_HEAD) throw new MediaError("sound", "its sound has no format");
  return null;
}

/** Mean of the channels of 16-bit samples. */
function toMono(bytes: Uint8Array<ArrayBuffer>, channels: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const mono = new Float32Array(bytes.length / (2 * channels));
  for (let i = 0, at = 0; i < mono.length; i++) {
    let sum = 0;
    for (let c = 0; c < channels; c++, at += 2) sum += view.getInt16(at, true);
    mono[i] = sum / channels / 32768;
  }
  return mono;
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
