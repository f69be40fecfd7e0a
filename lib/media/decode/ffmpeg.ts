/**
 * The program `ffmpeg`, in a process of its own for each clip and kind. What comes through its pipe
 * describes itself (WAV, PPM), so that ffprobe is not needed.
 *
 * The files are hostile until the contrary is shown. The process gets an absolute path behind
 * `file:`, so that names such as `-y.mp4` or `http:x.mp4` are names and nothing else; it may use no
 * protocol but files and pipes, open no playlists and no picture sequences, and take neither memory
 * nor time without bounds. It is not within Deno's sandbox.
 *
 * @module
 */

import { resolve } from "node:path";
import { EngineError, messageOf } from "../../core/errors.ts";
import { MediaError, type Stage } from "../media_error.ts";
import { ffmpegPath } from "./ffmpeg_path.ts";

/** Containers of clips. What ffmpeg opens besides (playlists, scripts, sequences) names other files. */
const FORMATS = "mov,matroska,avi,flv,mpeg,mpegts,asf,ogg,wav,mp3,flac,aac";

/** Largest single allocation in bytes, and largest picture in pixels (8K). */
const MOST_BYTES = 2 ** 29;
const MOST_PIXELS = 8192 * 4320;

/** Why a file cannot be heard that is whole. */
export const NO_SOUND = "it has no sound";

/** Bytes of complaints that are kept: a damaged file can bring one for each of its packets. */
const MOST_COMPLAINTS = 1 << 16;

/** Bounds of a clip. */
export interface MediaLimits {
  /** Longest clip, in seconds. */
  readonly seconds: number;
  /** Seconds that ffmpeg may be waited for, in all. */
  readonly waitSeconds: number;
  /** Whether what can be read of a damaged clip is used; by default it is an error. */
  readonly keepDamaged: boolean;
}

/** What holds where nothing else is asked for. */
export const MEDIA_LIMITS: MediaLimits = { seconds: 600, waitSeconds: 300, keepDamaged: false };

/** The version of an ffmpeg, for example `5.1.9-0+deb12u1`. @throws {EngineError} it does not run */
export async function ffmpegVersion(path: string = ffmpegPath()): Promise<string> {
  try {
    const command = new Deno.Command(path, { args: ["-version"], stdin: "null", stderr: "null" });
    const text = new TextDecoder().decode((await command.output()).stdout);
    const version = /^ffmpeg version (\S+)/.exec(text)?.[1];
    if (version !== undefined) return version;
    throw new EngineError(`Cannot decode media: "${path}" is no ffmpeg, set MSA_FFMPEG to one`);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    const missing = error instanceof Deno.errors.NotFound;
    throw new EngineError(
      `Cannot decode media: ${missing ? `"${path}" was not found` : messageOf(error)}; install ` +
        'ffmpeg (Debian: "apt install ffmpeg", macOS: "brew install ffmpeg"), or run ' +
        '"deno task media:install", or set MSA_FFMPEG to its path',
      { cause: error },
    );
  }
}

/** What is asked of one process. */
export interface Decoding {
  /** For errors. */
  readonly stage: Stage;
  /** Options between input and output. */
  readonly output: readonly string[];
}

/**
 * The bytes that ffmpeg writes, piece by piece; leaving early ends the process.
 *
 * @throws {MediaError} at the end, when it failed, found damage or took too long.
 */
export async function* decode(
  path: string,
  { stage, output }: Decoding,
  limits: MediaLimits = MEDIA_LIMITS,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const child = start(path, output, limits);
  const complaints = readStart(child.stderr, MOST_COMPLAINTS);
  const reader = child.stdout.getReader();
  let left = limits.waitSeconds * 1000, ended = false;
  try {
    while (true) {
      const since = performance.now();
      const piece = await within(reader.read(), left);
      left -= performance.now() - since;
      if (piece === null) {
        const state = `ffmpeg was at it for ${limits.waitSeconds} s`;
        throw new MediaError(stage, `${state}, expected it to end`, "a larger --max-seconds waits");
      }
      if (piece.done) break;
      yield piece.value;
    }
    ended = true;
  } finally {
    if (!ended) {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await reader.cancel().catch(() => {});
      await child.status;
      await complaints;
    }
  }
  judge(stage, await child.status, await complaints, limits.keepDamaged);
}

function start(path: string, output: readonly string[], limits: MediaLimits): Deno.ChildProcess {
  const args = ["-nostdin", "-nostats", "-hide_banner", "-v", "level+warning", "-threads", "1"];
  args.push("-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS);
  args.push("-max_alloc", String(MOST_BYTES), "-max_pixels", String(MOST_PIXELS));
  // A second more, by which a clip that is too long is recognized.
  args.push("-t", String(limits.seconds + 1), "-i", `file:${resolve(path)}`, ...output, "pipe:1");
  const options = { args, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  return new Deno.Command(ffmpegPath(), options).spawn();
}

/** The value, or null when it takes longer. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The first bytes of a stream as text; the rest is read and dropped. */
async function readStart(stream: ReadableStream<Uint8Array>, most: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const piece of stream) {
    if (text.length < most) text += decoder.decode(piece, { stream: true });
  }
  return text;
}

/** Lines that tell of a file that is not whole, some of which ffmpeg takes for warnings only. */
const IS_DAMAGE = /\[(error|fatal|panic)\]|corrupt|filesize and duration do not match/;

/** What ffmpeg says, in the words of an error of ours. */
const TRANSLATIONS: readonly (readonly [RegExp, string, string | null])[] = [
  [/No such file or directory/, "there is no such file", null],
  [/Permission denied/, "it may not be read", null],
  [
    /Format not on whitelist|detected only with low score|Invalid argument|moov atom not found/,
    "it is no video or sound that can be read, or is cut off before its index",
    "expected mp4, mov, mkv, webm, avi, wav, mp3, flac or ogg",
  ],
  [/Picture size .* is invalid|Cannot allocate memory/, "its pictures are too large", null],
];

/** @throws {MediaError} when the process has failed, or has found damage that is not accepted */
function judge(
  stage: Stage,
  { success, signal }: Deno.CommandStatus,
  complaints: string,
  keepDamaged: boolean,
): void {
  const lines = complaints.split("\n").filter((line) => IS_DAMAGE.test(line));
  if (success && (lines.length === 0 || keepDamaged)) return;
  if (!success && /Stream map '[^']*' matches no streams/.test(complaints)) {
    throw stage === "sound"
      ? new MediaError(stage, NO_SOUND, "--audio none does without")
      : new MediaError(stage, "it has no pictures", "--vision none does without");
  }
  const known = TRANSLATIONS.find(([pattern]) => !success && pattern.test(complaints));
  if (known !== undefined) throw new MediaError(stage, known[1], known[2]);
  const said = (lines[0] ?? "").replace(/^(\[[^\]]*\] )+/, "").replace(/file:\S+: /, "").trim();
  const cause = signal !== null ? `${signal} ended ffmpeg` : said || "ffmpeg failed";
  throw new MediaError(stage, `it is damaged (${cause})`, "--damaged keep uses what can be read");
}
