/**
 * What every reader of this folder hands out for an array, so that a data set does not care whether
 * its numbers lie in a pickle, in a safetensors file or in memory.
 *
 * @module
 */

/** A plain array of numbers. Booleans are held as 0 and 1 in a `Uint8Array`. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;

/** An array that may still lie in a file: nothing is read before it is asked for. */
export interface ArraySource {
  /** Length of each axis; `[]` for a single number. */
  readonly shape: readonly number[];
  /**
   * numpy's name with byte order: `"<f4"`, `"<i8"`, `"|u1"`, `"|b1"`, `"|O"`, `"<U5"`, `"|S3"`; and
   * `"bfloat16"`, which numpy has not. Big-endian files are reported by their little-endian name,
   * because that is what {@linkcode values} gives.
   */
  readonly dtype: string;
  /** Number of elements, the product of `shape`. */
  readonly size: number;

  /**
   * Copies the elements `[start, start + target.length)`, counted in C order (last axis fastest),
   * as float32. What exceeds float32's range becomes ±Infinity. The source is read in pieces of
   * bounded size.
   *
   * @throws {RangeError} when the range is not inside the array
   * @throws {DataError} when the elements are no numbers
   */
  readFloat32(start: number, target: Float32Array): void;

  /**
   * All values in C order and in their own type; half precision comes as `Float32Array`. Strings and
   * objects come as a list.
   */
  values(): TypedArray | unknown[];
}

/**
 * Product of the axes of `shape`, or undefined when it is no exact integer (2^53 and more).
 * An axis of length 0 makes it 0, whatever the others say.
 */
export function sizeOf(shape: readonly number[]): number | undefined {
  if (shape.includes(0)) return 0;
  let size = 1;
  for (const axis of shape) {
    size *= axis;
    if (!Number.isSafeInteger(size)) return undefined;
  }
  return size;
}

/** @throws {RangeError} when `[start, start + count)` is not inside an array of `size` elements */
export function checkRange(start: number, count: number, size: number): void {
  if (Number.isSafeInteger(start) && start >= 0 && start + count <= size) return;
  throw new RangeError(
    `Cannot read elements ${start} to ${start + count}: the array has ${size} elements`,
  );
}
