/**
 * Parts of arrays as arrays: some of the rows, some of the columns. Nothing is read before it is
 * asked for.
 *
 * @module
 */

import { type ArraySource, checkRange, sizeOf, type TypedArray } from "./array_source.ts";
import type { FloatSource } from "./values.ts";

/** Some rows of an array, in the order given. */
export class SelectedRows implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly #source: FloatSource & Partial<ArraySource>;
  readonly #rows: ArrayLike<number>;
  readonly #rowSize: number;

  /** @param rows positions on the first axis of `source` */
  constructor(source: FloatSource & Partial<ArraySource>, rows: ArrayLike<number>) {
    this.shape = [rows.length, ...source.shape.slice(1)];
    this.dtype = source.dtype;
    this.size = sizeOf(this.shape) ?? NaN;
    this.#source = source;
    this.#rows = rows;
    this.#rowSize = sizeOf(source.shape.slice(1)) ?? NaN;
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, this.size);
    const size = this.#rowSize;
    for (let at = 0; at < target.length;) {
      const place = Math.floor((start + at) / size);
      const inRow = (start + at) % size;
      // Rows that follow each other are one read.
      let rows = 1;
      while (this.#rows[place + rows] === this.#rows[place]! + rows) rows++;
      const count = Math.min(rows * size - inRow, target.length - at);
      const from = this.#rows[place]! * size + inRow;
      this.#source.readFloat32(from, target.subarray(at, at + count));
      at += count;
    }
  }

  values(): TypedArray | unknown[] {
    const all = this.#source.values?.() ?? floatsIn(this.#source);
    const size = this.#rowSize;
    const values: unknown[] = [];
    for (let i = 0; i < this.#rows.length; i++) {
      for (let j = 0; j < size; j++) values.push(all[this.#rows[i]! * size + j]);
    }
    return values;
  }
}

/** The columns `[from, to)` of the last axis of an array. */
export class ColumnRange implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly #source: FloatSource;
  readonly #from: number;

  /** @param source at least `to` columns wide */
  constructor(source: FloatSource, from: number, to: number) {
    this.shape = [...source.shape.slice(0, -1), to - from];
    this.dtype = source.dtype;
    this.size = sizeOf(this.shape) ?? NaN;
    this.#source = source;
    this.#from = from;
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, this.size);
    if (target.length === 0) return;
    const [width, whole] = [this.shape.at(-1)!, this.#source.shape.at(-1)!];
    const first = Math.floor(start / width);
    const last = Math.floor((start + target.length - 1) / width);
    const atOnce = Math.max(1, Math.floor((1 << 20) / whole));
    const rows = new Float32Array(Math.min(atOnce, last - first + 1) * whole);
    for (let row = first; row <= last; row += atOnce) {
      const count = Math.min(atOnce, last - row + 1);
      this.#source.readFloat32(row * whole, rows.subarray(0, count * whole));
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < width; j++) {
          const at = (row + i) * width + j - start;
          if (at >= 0 && at < target.length) target[at] = rows[i * whole + this.#from + j]!;
        }
      }
    }
  }

  values(): Float32Array {
    const values = new Float32Array(this.size);
    this.readFloat32(0, values);
    return values;
  }
}

function floatsIn(source: FloatSource): Float32Array {
  const values = new Float32Array(sizeOf(source.shape) ?? NaN);
  source.readFloat32(0, values);
  return values;
}
