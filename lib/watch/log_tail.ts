/** The end of a log. @module */

/** Bytes that are read at most. */
const BYTES = 8192;

/**
 * The last whole lines of a text file, a few kilobytes; empty where it cannot be read.
 *
 * @example
 * ```ts
 * import { logTail } from "./log_tail.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "epoch 1\repoch 2\nsaved\n");
 * assertEquals(logTail(path), "epoch 2\nsaved");
 * Deno.removeSync(path);
 * ```
 */
export function logTail(path: string): string {
  let text: string, isCut: boolean;
  try {
    using file = Deno.openSync(path);
    const { size } = file.statSync();
    const start = Math.max(0, size - BYTES);
    isCut = start > 0;
    file.seekSync(start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(size - start);
    let at = 0;
    for (let read = 1; read > 0; at += read) read = file.readSync(bytes.subarray(at)) ?? 0;
    text = new TextDecoder().decode(bytes.subarray(0, at));
  } catch {
    return "";
  }
  const lines = text.split("\n");
  // A line that is drawn again and again is what it was last.
  const shown = (isCut ? lines.slice(1) : lines).map((line) => line.split("\r").at(-1)!);
  return shown.join("\n").trimEnd();
}
