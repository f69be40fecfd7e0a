/**
 * One pass over the features of a modality: what is not finite and where, ranges of the columns,
 * empty samples, hashes of the samples. Needs memory for one chunk, however large the file is.
 *
 * @module
 */

import { mixFirst, mixSecond, type RowHashes, startLanes } from "./row_hashes.ts";
import type { ColumnSource } from "../source.ts";

/** Values that are not finite: NaN, +inf, -inf. */
export const NONFINITE_KINDS = ["NaN", "+inf", "-inf"] as const;

/** The bits of a float32's exponent, and the lowest of them. */
const EXPONENT = 0x7f800000, LOWEST_EXPONENT = 0x00800000;

/** What a scan has seen so far. */
export class ColumnScan {
  readonly source: ColumnSource;
  /** Rows with a value of each kind, [width, kinds]. */
  readonly kindRows: Int32Array;
  /** 1 for samples with a value that is not finite. */
  readonly nonfiniteSamples: Uint8Array;
  /** 1 for samples whose values are all 0. */
  readonly zeroSamples: Uint8Array;
  /**
   * Least and greatest finite value of each column, within the samples' lengths, [width]; without
   * `exactRange` of the first samples only, until no column is constant.
   */
  readonly least: Float32Array;
  readonly greatest: Float32Array;
  /** Number of values that are not finite. */
  nonfinite = 0;
  readonly #hashes: RowHashes;
  /** The last row counted for each column and kind, plus 1. */
  readonly #counted: Int32Array;
  readonly #exactRange: boolean;
  #hasConstants = true;

  constructor(source: ColumnSource, hashes: RowHashes, exactRange = true) {
    this.source = source;
    this.#hashes = hashes;
    this.#exactRange = exactRange;
    this.kindRows = new Int32Array(source.width * NONFINITE_KINDS.length);
    this.#counted = new Int32Array(this.kindRows.length);
    this.nonfiniteSamples = new Uint8Array(source.samples);
    this.zeroSamples = new Uint8Array(source.samples);
    this.least = new Float32Array(source.width).fill(Infinity);
    this.greatest = new Float32Array(source.width).fill(-Infinity);
  }

  /** Takes whole rows, the first of which is sample `start`. */
  add(rows: Float32Array, start: number): void {
    const { steps, width, modality } = this.source;
    const { beyondText, filled } = this.#hashes;
    const [first, second] = startLanes(modality);
    const words = new Int32Array(rows.buffer, rows.byteOffset, rows.length);
    const size = steps * width;
    for (let at = 0, row = start; at < rows.length; at += size, row++) {
      let [a, b, bits, exponents] = [first, second, 0, 0];
      for (let i = at; i < at + size; i++) {
        const word = words[i]!;
        a = mixFirst(a, word);
        b = mixSecond(b, word);
        bits |= word << 1; // without the sign: -0 is 0
        // Carries into the sign where all bits of the exponent are set: NaN and the infinities.
        exponents |= (word & EXPONENT) + LOWEST_EXPONENT;
      }
      this.#hashes.add(row, a, b);
      if (bits === 0) this.zeroSamples[row] = 1;
      else filled[row] = 1;
      if (bits !== 0 && modality !== "text") beyondText[row] = 1;
      if (exponents < 0) this.#countNonFinite(rows, at, row);
      if (this.#exactRange || this.#hasConstants) this.#widenRange(rows, at, row);
    }
  }

  #countNonFinite(rows: Float32Array, at: number, row: number): void {
    const { steps, width } = this.source;
    for (let i = 0; i < steps * width; i++) {
      const value = rows[at + i]!;
      if (!Number.isFinite(value)) this.#addNonFinite(value, row, i % width);
    }
  }

  #widenRange(rows: Float32Array, at: number, row: number): void {
    const { width, lengths } = this.source;
    const { least, greatest } = this;
    for (let step = 0, i = at; step < lengths[row]!; step++) {
      for (let column = 0; column < width; column++, i++) {
        const value = rows[i]!;
        if (value - value !== 0) continue;
        if (value < least[column]!) least[column] = value;
        if (value > greatest[column]!) greatest[column] = value;
      }
    }
    this.#hasConstants = !least.every((value, column) => value < greatest[column]!);
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
