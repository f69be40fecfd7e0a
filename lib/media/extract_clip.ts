/** One clip: decoded, described, looked at. @module */

import { relative } from "node:path";
import { sha256File } from "../core/files.ts";
import { type MediaLimits, NO_SOUND } from "./decode/ffmpeg.ts";
import { decodeFrames } from "./decode/frames.ts";
import { requireWholeOgg } from "./decode/ogg.ts";
import { decodeSound } from "./decode/sound.ts";
import { MediaError } from "./media_error.ts";
import type { PictureReader } from "./picture_reader.ts";
import type { SoundReader } from "./sound_reader.ts";
import { type Transcriber, WHISPER_RATE } from "./text/transcriber.ts";
import type { Transcript } from "./text/transcript.ts";
import type { Track } from "./track.ts";
import type { FaceTrack } from "./vision/follow.ts";

/** Loudest sample that counts as silence. */
const SILENCE = 1e-3;

/** What was extracted of a clip. */
export interface ClipFeatures {
  /** Null where no audio was asked for. */
  readonly audio: Track | null;
  /** Null where no vision was asked for. */
  readonly vision: FaceTrack | null;
  /** Whether the sound is silence from end to end. */
  readonly isSilent: boolean;
  /** What was heard in it, null without sound; absent where that was not asked for. */
  readonly heard?: Transcript | null;
  /** Of the media file. */
  readonly sha256: string;
}

/** What reads clips. */
export interface ClipReaders {
  /** Null where no audio is asked for. */
  readonly sound: SoundReader | null;
  /** Null where no vision is asked for. */
  readonly pictures: PictureReader | null;
  /** Null where words are not heard. */
  readonly transcriber: Transcriber | null;
  /** Pictures a second. */
  readonly fps: number;
}

/**
 * Extracts features of a media file.
 *
 * @param folder that the file may not be outside of, by links
 * @param isUnsaid whether nothing tells what is said in it
 * @throws {MediaError} it cannot be used
 */
export async function extractClip(
  path: string,
  folder: string,
  readers: ClipReaders,
  limits: MediaLimits,
  isUnsaid = false,
): Promise<ClipFeatures> {
  requireInside(path, folder);
  if (!limits.keepDamaged) requireWholeOgg(path);
  const sha256 = sha256File(path);
  const { sound: reader, pictures, transcriber, fps } = readers;
  const samples = reader === null ? null : await decodeSound(path, reader.rate, limits);
  const audio = samples === null ? null : await reader!.read(samples);
  const sound = samples === null ? null : { samples, rate: reader!.rate };
  const vision = await pictures?.read(decodeFrames(path, fps, limits), sound) ?? null;
  for (const [name, track] of [["audio", audio], ["vision", vision]] as const) {
    if (track?.values.every(Number.isFinite) === false) {
      throw new MediaError("features", `its ${name} features are not all finite`);
    }
  }
  const isSilent = samples !== null && isSilence(samples);
  const features = { audio, vision, isSilent, sha256 };
  if (!isUnsaid || transcriber === null) return features;
  return { ...features, heard: await hear(path, transcriber, limits) };
}

/** What is said in a clip; null where it has no sound. In silence Whisper hears words. */
async function hear(
  path: string,
  transcriber: Transcriber,
  limits: MediaLimits,
): Promise<Transcript | null> {
  let samples: Float32Array;
  try {
    samples = await decodeSound(path, WHISPER_RATE, limits);
  } catch (error) {
    if (error instanceof MediaError && error.message === NO_SOUND) return null;
    throw error;
  }
  return isSilence(samples) ? null : await transcriber.hear(samples);
}

function isSilence(samples: Float32Array): boolean {
  return samples.every((value) => Math.abs(value) < SILENCE);
}

/** A link, or a pipe or device with a clip's name, could have anything else read. */
function requireInside(path: string, folder: string): void {
  let real: string, info: Deno.FileInfo;
  try {
    real = Deno.realPathSync(path);
    info = Deno.statSync(real);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new MediaError("file", "there is no such file");
    }
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw outside();
  }
  if (relative(Deno.realPathSync(folder), real).startsWith("..")) throw outside();
  if (!info.isFile) throw new MediaError("file", "it is no file");
  if (info.size === 0) throw new MediaError("file", "it is empty");
}

function outside(): MediaError {
  return new MediaError("file", "it is a link to outside of the folder", "copy the file");
}
