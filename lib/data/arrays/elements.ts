/**
 * Numbers as files store them: how many bytes, which typed array, how to make float32 of them.
 *
 * Every platform that Deno runs on is little-endian, so typed arrays over file bytes need swapping
 * only for big-endian files.
 *
 * @module
 */

import type { TypedArray } from "./array_source.ts";

/** How one number is stored: numpy's kind letter and byte count, or `bf16`. */
export type ElementType =
  | "f8"
  | "f4"
  | "f2"
  | "bf16"
  | "i8"
  | "i4"
  | "i2"
  | "i1"
  | "u8"
  | "u4"
  | "u2"
  | "u1"
  | "b1";

/** The classes of typed arrays, as far as they are alike. */
interface NumbersClass {
  new (buffer: ArrayBuffer, offset: number, length: number): TypedArray;
  new (size: number): TypedArray;
}

interface Storage {
  readonly bytes: number;
  /** The typed array over stored bytes. */
  readonly Stored: NumbersClass | Float16ArrayConstructor;
  /** The typed array in which values are handed out. */
  readonly Given: NumbersClass;
}

const STORAGE: Readonly<Record<ElementType, Storage>> = {
  f8: { bytes: 8, Stored: Float64Array, Given: Float64Array },
  f4: { bytes: 4, Stored: Float32Array, Given: Float32Array },
  f2: { bytes: 2, Stored: Float16Array, Given: Float32Array },
  bf16: { bytes: 2, Stored: Uint16Array, Given: Float32Array },
  i8: { bytes: 8, Stored: BigInt64Array, Given: BigInt64Array },
  i4: { bytes: 4, Stored: Int32Array, Given: Int32Array },
  i2: { bytes: 2, Stored: Int16Array, Given: Int16Array },
  i1: { bytes: 1, Stored: Int8Array, Given: Int8Array },
  u8: { bytes: 8, Stored: BigUint64Array, Given: BigUint64Array },
  u4: { bytes: 4, Stored: Uint32Array, Given: Uint32Array },
  u2: { bytes: 2, Stored: Uint16Array, Given: Uint16Array },
  u1: { bytes: 1, Stored: Uint8Array, Given: Uint8Array },
  b1: { bytes: 1, Stored: Uint8Array, Given: Uint8Array },
};

/** Whether `code` is one of numpy's type codes for plain numbers, for example `f4`. */
export function isElementType(code: string): code is ElementType {
  return Object.hasOwn(STORAGE, code) && code !== "bf16";
}

/** Bytes of one element. */
export function bytesOf(type: ElementType): number {
  return STORAGE[type].bytes;
}

/** A zeroed array of the kind that `values()` gives for `type`. */
export function makeValues(type: ElementType, size: number): TypedArray {
  return new STORAGE[type].Given(size);
}

/** Whether the bytes of `type` are, on this machine, the bytes of `target`'s elements. */
export function isStoredAs(type: ElementType, target: TypedArray): boolean {
  const { Stored, Given } = STORAGE[type];
  return Stored === Given && target.constructor === Given;
}

/** Reverses the bytes of every element of `width` bytes, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let at = 0; at < bytes.length; at += width) {
    for (let low = at, high = at + width - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** bfloat16 is the upper half of a float32. */
function widen(stored: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < stored.length; i++) bits[i] = stored[i]! << 16;
}

/** 64-bit integers as two halves: three times as fast as through `bigint`. */
function narrow(raw: Uint8Array<ArrayBuffer>, signed: boolean, target: Float32Array): void {
  const low = new Uint32Array(raw.buffer, raw.byteOffset, raw.length / 4);
  const high = signed ? new Int32Array(raw.buffer, raw.byteOffset, raw.length / 4) : low;
  for (let i = 0; i < target.length; i++) target[i] = high[2 * i + 1]! * 2 ** 32 + low[2 * i]!;
}

/**
 * Little-endian elements in `raw`, which begins at a multiple of 8 in its buffer → `target`, which is either of the kind {@linkcode makeValues}
 * gives or a `Float32Array`, and holds exactly as many elements.
 */
export function decodeElements(
  type: ElementType,
  raw: Uint8Array<ArrayBuffer>,
  target: TypedArray,
): void {
  const { Stored, bytes } = STORAGE[type];
  const stored = new Stored(raw.buffer, raw.byteOffset, raw.length / bytes);
  if (type === "bf16") return widen(stored as Uint16Array, target as Float32Array);
  if (target instanceof Float32Array && (type === "i8" || type === "u8")) {
    return narrow(raw, type === "i8", target);
  }
  // The pair is either both bigint or both number, which the compiler cannot see.
  (target as Float64Array).set(stored as Float64Array);
}
