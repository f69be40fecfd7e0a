/**
 * The two kinds of {@linkcode FeatureColumn}: held in memory, and read from a file by position.
 *
 * @module
 */

import type { FeatureColumn } from "./dataset.ts";
import type { ColumnSource } from "./source.ts";

/**
 * Rows in memory.
 *
 * @example
 * ```ts
 * import { MemoryColumn } from "./column.ts";
 * import { assertEquals } from "@std/assert";
 * // Two samples of two steps with one feature.
 * const column = new MemoryColumn(
 *   Float32Array.of(1, 2, 3, 4),
 *   { samples: 2, steps: 2, width: 1 },
 * );
 * const rows = new Float32Array(2);
 * column.read([1], rows);
 * assertEquals([...rows], [3, 4]);
 * ```
 */
export class MemoryColumn implements FeatureColumn {
  /** Number of samples. */
  readonly samples: number;
  /** Number of steps, padding included. */
  readonly steps: number;
  /** Number of features of a step. */
  readonly width: number;
  readonly lengths: Int32Array;
  readonly #values: Float32Array;

  /**
   * Makes a column of values that are there.
   *
   * @param values [samples, steps, width] in C order, finite; kept, not copied
   * @param lengths [samples], 1 to `steps`; absent: every row is full
   * @throws {TypeError} if the sizes do not fit
   */
  constructor(
    values: Float32Array,
    shape: { readonly samples: number; readonly steps: number; readonly width: number },
    lengths?: Int32Array,
  ) {
    this.samples = shape.samples;
    this.steps = shape.steps;
    this.width = shape.width;
    this.lengths = lengths ?? new Int32Array(shape.samples).fill(shape.steps);
    this.#values = values;
    const size = shape.samples * shape.steps * shape.width;
    if (values.length !== size || this.lengths.length !== shape.samples) {
      throw new TypeError(
        `Cannot make a column [${shape.samples}, ${shape.steps}, ${shape.width}] of ` +
          `${values.length} values and ${this.lengths.length} lengths`,
      );
    }
  }

  read(indices: ArrayLike<number>, target: Float32Array, steps: number = this.steps): void {
    checkRead(this, indices, target, steps);
    const [row, part] = [this.steps * this.width, steps * this.width];
    for (let i = 0; i < indices.length; i++) {
      const start = indices[i]! * row;
      target.set(this.#values.subarray(start, start + part), i * part);
    }
  }

  readTimeMajor(indices: ArrayLike<number>, target: Float32Array, padding = false): void {
    checkRead(this, indices, target, this.steps);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      const start = index * this.steps * this.width;
      const length = padding ? this.steps : this.lengths[index]!;
      spread(this, this.#values, start, length, target, i, indices.length);
    }
  }
}

/** Rows in an open file; each read takes only the steps that were asked for. */
export class FileColumn implements FeatureColumn {
  readonly samples: number;
  readonly steps: number;
  readonly width: number;
  readonly lengths: Int32Array;
  readonly #source: ColumnSource;

  constructor(source: ColumnSource) {
    this.samples = source.samples;
    this.steps = source.steps;
    this.width = source.width;
    this.lengths = source.lengths;
    this.#source = source;
  }

  read(indices: ArrayLike<number>, target: Float32Array, steps: number = this.steps): void {
    checkRead(this, indices, target, steps);
    const [row, part] = [this.steps * this.width, steps * this.width];
    for (let i = 0; i < indices.length;) {
      // Whole rows that follow each other in the file are one read.
      let run = 1;
      while (steps === this.steps && indices[i + run] === indices[i]! + run) run++;
      const place = target.subarray(i * part, (i + run) * part);
      this.#source.values.readFloat32(indices[i]! * row, place);
      i += run;
    }
    zeroNonFinite(target);
  }

  readTimeMajor(indices: ArrayLike<number>, target: Float32Array, padding = false): void {
    checkRead(this, indices, target, this.steps);
    const row = new Float32Array(this.steps * this.width);
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      const length = padding ? this.steps : this.lengths[index]!;
      const steps = row.subarray(0, length * this.width);
      this.#source.values.readFloat32(index * row.length, steps);
      zeroNonFinite(steps);
      spread(this, steps, 0, length, target, i, indices.length);
    }
  }
}

/** Copies the steps of one row, from `start` of `source` on, to row `place` of every step. */
function spread(
  { width }: FeatureColumn,
  source: Float32Array,
  start: number,
  length: number,
  target: Float32Array,
  place: number,
  rows: number,
): void {
  for (let t = 0, from = start; t < length; t++) {
    // An index loop: making a view for a step of a few numbers would cost more than copying them.
    for (let j = 0, to = (t * rows + place) * width; j < width; j++) target[to++] = source[from++]!;
  }
}

/** Sets values that are not finite to 0. */
export function zeroNonFinite(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) {
    // x - x is NaN exactly for NaN and the infinities.
    if (values[i]! - values[i]! !== 0) values[i] = 0;
  }
}

function checkRead(
  column: FeatureColumn,
  indices: ArrayLike<number>,
  target: Float32Array,
  steps: number,
): void {
  if (!Number.isInteger(steps) || steps < 1 || steps > column.steps) {
    throw new RangeError(`Cannot read ${steps} steps of a column, expected 1 to ${column.steps}`);
  }
  const size = indices.length * steps * column.width;
  if (target.length !== size) {
    throw new RangeError(
      `Cannot read ${indices.length} rows into ${target.length} values, expected ${size}`,
    );
  }
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (!Number.isInteger(index) || index < 0 || index >= column.samples) {
      throw new RangeError(`Cannot read row ${index} of a column of ${column.samples} rows`);
    }
  }
}
