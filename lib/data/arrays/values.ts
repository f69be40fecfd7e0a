/**
 * Values of a pickle as numbers and strings, whatever Python held them in: a numpy array, a list,
 * a list of arrays, nested lists.
 *
 * @module
 */

import { type ArraySource, sizeOf } from "./array_source.ts";

/** Numbers that are read on demand, converted to float32. */
export interface FloatSource extends Pick<ArraySource, "shape" | "dtype" | "readFloat32"> {
  /** Of ragged rows that were padded to a common length: the length of each. */
  readonly rowLengths?: Int32Array;
}

/** `<f4`, `|b1`, `bfloat16`: the types that are numbers. */
const NUMERIC = /^([<|][fiub]\d|bfloat16)/;

/** Arrays of any Python values. */
const OBJECTS = "|O";

/** Number of values that are converted at once. */
const CHUNK = 1 << 16;

/** Whether `value` is an array that may lie in a file. */
export function isArraySource(value: unknown): value is ArraySource {
  return typeof value === "object" && value !== null && "readFloat32" in value &&
    "values" in value && "shape" in value;
}

/** Number of elements of an array; the readers let no array through that has too many to count. */
export function countOf(shape: readonly number[]): number {
  return sizeOf(shape) ?? NaN;
}

/**
 * `value` as numbers; null when it is something else. Rows of different lengths, [steps, width]
 * each, are padded with zeros at the end.
 */
export function floatSource(value: unknown): FloatSource | null {
  if (isArraySource(value)) {
    if (NUMERIC.test(value.dtype)) return value;
    if (value.dtype !== OBJECTS) return null;
    // Rows of different lengths are a vector of arrays in numpy.
    return value.shape.length === 1 ? floatSource(Array.from(value.values())) : value;
  }
  if (!Array.isArray(value)) return null;
  const items = Array.from(value, unwrap);
  if (items.every(isScalar)) return new ScalarList(items);
  const rows = items.map((item) => isNothing(item) ? NOTHING : floatSource(item));
  return rows.every((row) => row !== null) ? joinRows(rows) : null;
}

/** All numbers of `value` as float32 and their shape; null when it is something else. */
export function floatsOf(
  value: unknown,
): { shape: readonly number[]; values: Float32Array } | null {
  const source = floatSource(value);
  if (source === null) return null;
  const values = new Float32Array(countOf(source.shape));
  source.readFloat32(0, values);
  return { shape: source.shape, values };
}

/** All numbers of `value` as int32; numbers that are not whole are cut. */
export function integersOf(
  value: unknown,
): { shape: readonly number[]; values: Int32Array } | null {
  const source = floatSource(value);
  if (source === null) return null;
  const values = new Int32Array(countOf(source.shape));
  const chunk = new Float32Array(Math.min(CHUNK, values.length));
  for (let at = 0; at < values.length; at += CHUNK) {
    const part = chunk.subarray(0, Math.min(CHUNK, values.length - at));
    source.readFloat32(at, part);
    values.set(part, at);
  }
  return { shape: source.shape, values };
}

/** The texts of a list or a one-dimensional array; null when it is something else. */
export function stringsOf(value: unknown): string[] | null {
  if (isArraySource(value)) {
    return value.shape.length === 1 ? stringsOf(Array.from(value.values())) : null;
  }
  if (!Array.isArray(value)) return null;
  const strings = Array.from(value, stringOf);
  return strings.every((text) => text !== null) ? strings : null;
}

/** Text of a string, of bytes (Python 2) or of a number; null of anything else. */
export function stringOf(item: unknown): string | null {
  const value = unwrap(item);
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  return value === null || value === undefined ? "" : null;
}

/** What `value` is, for messages. */
export function describe(value: unknown): string {
  if (isArraySource(value)) return `an array [${value.shape.join(", ")}] of ${value.dtype}`;
  if (value instanceof Map) return "a dictionary";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null || value === undefined) return "None";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

/** A numpy scalar as what it holds; anything else as it is. */
function unwrap(value: unknown): unknown {
  return isArraySource(value) && value.shape.length === 0 ? value.values()[0] : value;
}

/** None is a number that is missing: it reads as NaN, and the label check names it. */
function isScalar(value: unknown): value is number | bigint | boolean | null {
  return value === null || typeof value === "number" || typeof value === "bigint" ||
    typeof value === "boolean";
}

class ScalarList implements FloatSource {
  readonly dtype = "list";
  readonly shape: readonly number[];
  readonly #values: readonly (number | bigint | boolean | null)[];

  constructor(values: readonly (number | bigint | boolean | null)[]) {
    this.#values = values;
    this.shape = [values.length];
  }

  readFloat32(start: number, target: Float32Array): void {
    for (let i = 0; i < target.length; i++) {
      const value = this.#values[start + i];
      target[i] = value === null || value === undefined ? NaN : Number(value);
    }
  }
}

/** A sequence that is missing in a sample: None, or a list of nothing. */
const NOTHING: FloatSource = new ScalarList([]);

function isNothing(item: unknown): boolean {
  return item === null || Array.isArray(item) && item.length === 0;
}

/**
 * Rows of one shape, or [steps, width] rows of one width, of which some may be missing; null where they
 * do not fit together.
 */
function joinRows(rows: readonly FloatSource[]): FloatSource | null {
  const some = rows.find((row) => row !== NOTHING);
  const [length, ...rest] = some?.shape ?? [];
  if (some === undefined || length === undefined) return null;
  if (rows.every((row) => String(row.shape) === String(some.shape))) {
    return new RowList(rows, length, rest);
  }
  const fits = (row: FloatSource) =>
    row === NOTHING || row.shape.length === 2 && row.shape[1] === rest[0];
  if (rest.length !== 1) return null;
  if (!rows.every(fits)) return null;
  return new RowList(rows, rows.reduce((most, row) => Math.max(most, row.shape[0]!), 0), rest);
}

/** Arrays one after the other, each padded with zeros to `longest` on its first axis. */
class RowList implements FloatSource {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly rowLengths: Int32Array;
  readonly #rows: readonly FloatSource[];
  readonly #rowSize: number;

  constructor(rows: readonly FloatSource[], longest: number, rest: readonly number[]) {
    this.#rows = rows;
    this.dtype = rows.find((row) => row !== NOTHING)?.dtype ?? "list";
    this.shape = [rows.length, longest, ...rest];
    // A sequence that is missing is one step of zeros.
    this.rowLengths = Int32Array.from(rows, (row) => Math.max(1, row.shape[0]!));
    this.#rowSize = countOf(this.shape.slice(1));
  }

  readFloat32(start: number, target: Float32Array): void {
    for (let at = 0; at < target.length;) {
      const row = this.#rows[Math.floor((start + at) / this.#rowSize)]!;
      const inRow = (start + at) % this.#rowSize;
      const part = target.subarray(at, at + Math.min(this.#rowSize - inRow, target.length - at));
      const held = Math.max(0, Math.min(part.length, countOf(row.shape) - inRow));
      if (held > 0) row.readFloat32(inRow, part.subarray(0, held));
      part.fill(0, held);
      at += part.length;
    }
  }
}
