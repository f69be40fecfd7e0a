/**
 * One pass over the features of a modality: what is not finite and where, ranges of the columns,
 * empty samples, hashes of the samples. Needs memory for one chunk, however large the file is.
 *
 * @module
 */

import { mixFirst, mixSecond, type RowHashes, startLanes } from "./row_hashes.ts";
import type { ColumnSource } from "./source.ts";

/** Values that are not finite: NaN, +inf, -inf. */
export const NONFINITE_KINDS = ["NaN", "+inf", "-inf"] as const;

/** Bytes of a chunk of rows. */
const CHUNK_BYTES = 1 << 23;

/** What a scan has seen so far. */
export class ColumnScan {
  readonly source: ColumnSource;
  /** Rows with a value of each kind, [width, kinds]. */
  readonly kindRows: Int32Array;
  /** 1 for samples with a value that is not finite. */
  readonly nonfiniteSamples: Uint8Array;
  /** 1 for samples whose values are all 0. */
  readonly zeroSamples: Uint8Array;
  /** Least and greatest finite value of each column, within the samples' lengths, [width]. */
  readonly least: Float32Array;
  readonly greatest: Float32Array;
  /** Number of values that are not finite. */
  nonfinite = 0;
  readonly #hashes: RowHashes;
  /** The last row counted for each column and kind, plus 1. */
  readonly #counted: Int32Array;

  constructor(source: ColumnSource, hashes: RowHashes) {
    this.source = source;
    this.#hashes = hashes;
    this.kindRows = new Int32Array(source.width * NONFINITE_KINDS.length);
    this.#counted = new Int32Array(this.kindRows.length);
    this.nonfiniteSamples = new Uint8Array(source.samples);
    this.zeroSamples = new Uint8Array(source.samples);
    this.least = new Float32Array(source.width).fill(Infinity);
    this.greatest = new Float32Array(source.width).fill(-Infinity);
  }

  /** Takes whole rows, the first of which is sample `start`. */
  add(rows: Float32Array, start: number): void {
    const { steps, width, lengths, modality } = this.source;
    const { least, greatest } = this;
    const { beyondText, filled } = this.#hashes;
    const [first, second] = startLanes(modality);
    const words = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
    for (let at = 0, row = start; at < rows.length; row++) {
      let [a, b, bits] = [first, second, 0];
      for (let step = 0; step < steps; step++) {
        const counts = step < lengths[row]!;
        for (let column = 0; column < width; column++, at++) {
          const word = words[at]!;
          const value = rows[at]!;
          a = mixFirst(a, word);
          b = mixSecond(b, word);
          bits |= word << 1; // without the sign: -0 is 0
          if (value - value !== 0) {
            this.#addNonFinite(value, row, column);
          } else if (counts) {
            if (value < least[column]!) least[column] = value;
            if (value > greatest[column]!) greatest[column] = value;
          }
        }
      }
      this.#hashes.add(row, a, b);
      if (bits === 0) this.zeroSamples[row] = 1;
      else filled[row] = 1;
      if (bits !== 0 && modality !== "text") beyondText[row] = 1;
    }
  }

  #addNonFinite(value: number, row: number, column: number): void {
    const kind = Number.isNaN(value) ? 0 : value > 0 ? 1 : 2;
    const at = column * NONFINITE_KINDS.length + kind;
    if (this.#counted[at] !== row + 1) {
      this.#counted[at] = row + 1;
      this.kindRows[at]! += 1;
    }
    this.nonfiniteSamples[row] = 1;
    this.nonfinite++;
  }
}

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
