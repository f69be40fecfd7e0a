/** The frames of a clip as pictures, one at a time. @module */

import { MediaError } from "../media_error.ts";
import type { Picture } from "../vision/picture.ts";
import { decode, MEDIA_LIMITS, type MediaLimits } from "./ffmpeg.ts";

/** Longest side of a frame; larger ones are made smaller. */
export const LONGEST_SIDE = 640;

/** Bytes within which the head of a picture must end. */
const LONGEST_HEAD = 64;

/**
 * Pictures at `fps` a second, number i at i / fps seconds from the beginning of the clip, upright
 * and with square pixels.
 *
 * @throws {MediaError} when there are no pictures, it is too long, or the file cannot be decoded.
 */
export async function* decodeFrames(
  path: string,
  fps: number,
  limits: MediaLimits = MEDIA_LIMITS,
): AsyncGenerator<Picture> {
  const shrink = `min(1,${LONGEST_SIDE}/max(iw*sar,ih))`;
  const scale = `scale=w='max(2,round(iw*sar*${shrink}))':h='max(2,round(ih*${shrink}))':` +
    "flags=bicubic+accurate_rnd+full_chroma_int+bitexact";
  const output = ["-map", "0:V:0", "-vf", `fps=${fps}:start_time=0,${scale}`];
  output.push("-c:v", "ppm", "-f", "image2pipe");
  const reader = new PictureReader();
  let count = 0;
  for await (const piece of decode(path, { stage: "frames", output }, limits)) {
    for (const picture of reader.push(piece)) {
      if (++count > limits.seconds * fps + 1) {
        throw new MediaError(
          "frames",
          `it is longer than ${limits.seconds} s`,
          "see --max-seconds",
        );
      }
      yield picture;
    }
  }
  if (count === 0) throw new MediaError("frames", "it has no pictures that can be decoded");
}

/** Cuts a stream of PPM pictures. */
class PictureReader {
  #head = new Uint8Array(0);
  #picture: Picture | null = null;
  #filled = 0;

  /** Pictures that are complete with these bytes. */
  *push(bytes: Uint8Array): Generator<Picture> {
    for (let at = 0; at < bytes.length;) {
      if (this.#picture === null) {
        at += this.#readHead(bytes.subarray(at));
        continue;
      }
      const { data } = this.#picture;
      const taken = bytes.subarray(at, at + data.length - this.#filled);
      data.set(taken, this.#filled);
      at += taken.length;
      this.#filled += taken.length;
      if (this.#filled < data.length) continue;
      yield this.#picture;
      this.#picture = null;
    }
  }

  /** Takes bytes of `P6\n640 480\n255\n`; returns how many. */
  #readHead(bytes: Uint8Array): number {
    const known = this.#head.length;
    const head = new Uint8Array(Math.min(known + bytes.length, LONGEST_HEAD));
    head.set(this.#head);
    head.set(bytes.subarray(0, head.length - known), known);
    const found = /^P6\n(\d+) (\d+)\n255\n/.exec(new TextDecoder("latin1").decode(head));
    if (found === null) {
      if (head.length === LONGEST_HEAD) {
        throw new MediaError("frames", "its pictures come without a head");
      }
      this.#head = head;
      return bytes.length;
    }
    const [width, height] = [Number(found[1]), Number(found[2])];
    this.#picture = { width, height, data: new Uint8Array(width * height * 3) };
    this.#filled = 0;
    this.#head = new Uint8Array(0);
    return found[0].length - known;
  }
}
