/**
 * `media_steps.ts audio|clip PATH`: reads a file's sound, or a whole clip as a process of an
 * extraction does, and prints seconds, frames and the largest memory as JSON.
 */

import { dirname } from "node:path";
import { MEDIA_LIMITS } from "../../lib/media/decode/ffmpeg.ts";
import { extractClip } from "../../lib/media/extract_clip.ts";
import { openPictureReader } from "../../lib/media/picture_reader.ts";
import { EXTRACT_DEFAULTS } from "../../lib/media/settings.ts";
import { openSoundReader } from "../../lib/media/sound_reader.ts";
import { peakMemory } from "../../lib/training/versions.ts";

const [what, path] = Deno.args as ["audio" | "clip", string];
const settings = { ...EXTRACT_DEFAULTS, ...(what === "audio" ? { vision: [] } : {}) };
const [sound, pictures] = [await openSoundReader(settings), await openPictureReader(settings)];
const limits = { ...MEDIA_LIMITS, seconds: 900 };
const started = performance.now();
const readers = { sound, pictures, transcriber: null, fps: settings.fps };
const { audio, vision } = await extractClip(path, dirname(path), readers, limits);
console.log(JSON.stringify({
  seconds: (performance.now() - started) / 1000,
  duration: audio!.times.at(-1),
  frames: vision?.times.length ?? 0,
  peakBytes: peakMemory(),
}));
