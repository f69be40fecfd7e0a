/** Reading a column of a file from its first row to its last. @module */

import type { ColumnSource } from "./source.ts";

/** Bytes of a chunk of rows. */
const CHUNK_BYTES = 1 << 23;

/**
 * The rows of a column in file order, whole rows at a time. With `target`, [samples, steps,
 * width], they are read into their place in it; else each chunk overwrites the one before.
 */
export function* readRows(
  source: ColumnSource,
  target?: Float32Array,
): Generator<{ readonly start: number; readonly rows: Float32Array }> {
  const size = source.steps * source.width;
  const atOnce = Math.max(1, Math.min(source.samples, Math.floor(CHUNK_BYTES / 4 / size)));
  const buffer = target ?? new Float32Array(atOnce * size);
  for (let start = 0; start < source.samples; start += atOnce) {
    const end = Math.min(source.samples, start + atOnce);
    const from = target === undefined ? 0 : start * size;
    const rows = buffer.subarray(from, from + (end - start) * size);
    source.values.readFloat32(start * size, rows);
    yield { start, rows };
  }
}
