/** Programs that make clips for tests, and where they are missing. */

import { join } from "node:path";
import { GOLDEN } from "./deviation.ts";

function runs(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["-version"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** Whether clips can be made and decoded. */
export const HAS_FFMPEG = runs("ffmpeg");
if (!HAS_FFMPEG) console.log("ffmpeg is not here: tests of clips are skipped");

/** Whether speech can be made; tones stand in for it elsewhere. */
export const HAS_SPEECH = runs("espeak-ng");

/** The picture of a face that clips show: astronaut Eileen Collins, by NASA, in the public domain. */
export const FACE = join(GOLDEN, "astronaut.png");

/** Runs ffmpeg with arguments after `-v error -y`. */
export function ffmpeg(...args: string[]): void {
  const { success, stderr } = new Deno.Command("ffmpeg", { args: ["-v", "error", "-y", ...args] })
    .outputSync();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** What a clip shows and says. */
export interface MadeClip {
  readonly words?: string;
  readonly seconds?: number;
  /** Changes picture and sound. */
  readonly variant?: number;
  /** Further options of the output. */
  readonly options?: readonly string[];
}

/** Writes a clip of speech, or of tones, over a moving face. */
export function makeClip(path: string, clip: MadeClip = {}): void {
  const { words = "a good movie", seconds = 1.5, variant = 0, options = [] } = clip;
  const speech = `${path}.wav`;
  if (HAS_SPEECH) {
    const voice = ["-s", String(140 + 10 * (variant % 4)), "-p", String(30 + 5 * (variant % 8))];
    new Deno.Command("espeak-ng", { args: [...voice, "-w", speech, words] }).outputSync();
  } else {
    ffmpeg("-f", "lavfi", "-i", `sine=frequency=${200 + 40 * variant}:duration=${seconds}`, speech);
  }
  const move = `zoompan=z='1.1+0.1*abs(sin((on+${7 * variant})/20))':` +
    `x='iw/2-(iw/zoom/2)+6*sin((on+${5 * variant})/9)':y='6*abs(cos(on/12))':` +
    "d=1:s=320x320:fps=20,format=yuv420p";
  ffmpeg(
    ...["-framerate", "20", "-loop", "1", "-i", FACE, "-i", speech, "-vf", move, "-af", "apad"],
    ...["-t", String(seconds), ...options, path],
  );
  Deno.removeSync(speech);
}
