/** Whether an Ogg file is whole, which ffmpeg does not tell: it plays what there is. @module */

import { MediaError } from "../media_error.ts";

/** Bytes of the largest page: a head of 27, 255 lengths, and 255 pieces of 255. */
const LARGEST_PAGE = 27 + 255 + 255 * 255;
/** The bit of a page's head that says: the last of its stream. */
const IS_LAST = 4;

/**
 * Refuses an Ogg file that is cut off: its last page is not whole, or is not the last of its stream
 * (RFC 3533, section 6). Files of other formats are left alone.
 *
 * @throws {MediaError} it is cut off
 */
export function requireWholeOgg(path: string): void {
  using file = Deno.openSync(path);
  const magic = new Uint8Array(4);
  if (file.readSync(magic) !== 4 || !isPage(magic, 0)) return;
  const { size } = file.statSync();
  const tail = new Uint8Array(Math.min(size, LARGEST_PAGE));
  file.seekSync(size - tail.length, Deno.SeekMode.Start);
  for (let at = 0; at < tail.length;) {
    const read = file.readSync(tail.subarray(at));
    if (read === null) break;
    at += read;
  }
  for (let at = tail.length - 27; at >= 0; at--) {
    if (!isPage(tail, at) || endOf(tail, at) !== tail.length) continue;
    if ((tail[at + 5]! & IS_LAST) !== 0) return;
    break;
  }
  throw new MediaError(
    "sound",
    "it is damaged (its Ogg stream is cut off)",
    "--damaged keep uses what can be read",
  );
}

/** `OggS` */
function isPage(bytes: Uint8Array, at: number): boolean {
  return [0x4f, 0x67, 0x67, 0x53].every((byte, i) => bytes[at + i] === byte);
}

/** Where the page at `at` ends, by its own head. */
function endOf(bytes: Uint8Array, at: number): number {
  const pieces = bytes[at + 26]!;
  const lengths = bytes.subarray(at + 27, at + 27 + pieces);
  return lengths.reduce((sum, length) => sum + length, at + 27 + pieces);
}
