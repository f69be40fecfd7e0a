/** Arrays whose elements are no plain numbers: strings and objects. @module */

import { DataError } from "../../core/errors.ts";
import { type ArraySource, checkRange, sizeOf } from "../arrays/array_source.ts";
import type { ByteSource } from "../arrays/byte_source.ts";
import { swapBytes } from "../arrays/elements.ts";
import { toCOrder } from "../arrays/stored_array.ts";

/** Bytes that are read at a time. */
const CHUNK = 1 << 20;

/** Python objects, in C order whatever the array's flags say. */
export class ObjectArray implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype = "|O";
  readonly size: number;
  readonly #items: readonly unknown[];

  constructor(shape: readonly number[], items: readonly unknown[]) {
    this.shape = shape;
    this.size = items.length;
    this.#items = items;
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, this.size);
    for (let i = 0; i < target.length; i++) target[i] = numberOf(this.#items[start + i], start + i);
  }

  values(): unknown[] {
    return this.#items.slice(0, this.size);
  }
}

/** A Python or numpy number, or a boolean. */
function numberOf(item: unknown, index: number): number {
  const value = typeof item === "object" && item !== null && "value" in item ? item.value : item;
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return Number(value);
  }
  throw new DataError(
    `Cannot convert an array of objects to float32: element ${index} is ` +
      `${value === null ? "None" : `a ${typeof value}`}, expected a number`,
  );
}

/** Strings of a fixed width: numpy's `U` (4 bytes a character) and `S` (bytes). */
interface StringLayout {
  readonly shape: readonly number[];
  readonly axes: readonly number[];
  /** `<U5`, `|S3` */
  readonly dtype: string;
  /** Bytes of one element. */
  readonly bytes: number;
  readonly bigEndian: boolean;
}

/** Strings, or the `Uint8Array`s of an `S` array; the zeros at their ends do not count. */
export class StringArray implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly #bytes: ByteSource;
  readonly #layout: StringLayout;

  /** The caller has checked that `bytes` are as many as `layout` needs. */
  constructor(bytes: ByteSource, layout: StringLayout) {
    this.shape = layout.shape;
    this.dtype = layout.dtype;
    this.size = sizeOf(layout.shape) ?? NaN;
    this.#bytes = bytes;
    this.#layout = layout;
  }

  readFloat32(): void {
    throw new DataError(
      `Cannot convert an array of dtype "${this.dtype}" to float32: expected numbers`,
    );
  }

  /** @throws {DataError} for what is no Unicode character */
  values(): unknown[] {
    const { bytes: width, bigEndian } = this.#layout;
    const isUnicode = this.dtype[1] === "U";
    const values = new Array<unknown>(this.size);
    const batch = Math.max(1, Math.floor(CHUNK / width));
    const scratch = new Uint8Array(width * Math.min(batch, this.size));
    for (let first = 0; first < this.size; first += batch) {
      const raw = scratch.subarray(0, width * Math.min(batch, this.size - first));
      this.#bytes.read(first * width, raw);
      if (isUnicode && bigEndian) swapBytes(raw, 4);
      for (let at = 0; at < raw.length; at += width) {
        const element = raw.subarray(at, at + width);
        values[first + at / width] = isUnicode ? this.#text(element) : withoutZeros(element);
      }
    }
    return toCOrder(this.#layout, values);
  }

  #text(raw: Uint8Array<ArrayBuffer>): string {
    const codes = new Uint32Array(raw.buffer, raw.byteOffset, raw.length / 4);
    let end = codes.length;
    while (end > 0 && codes[end - 1] === 0) end--;
    let text = "";
    for (let i = 0; i < end; i++) {
      const code = codes[i]!;
      if (code > 0x10ffff) {
        throw new DataError(
          `Cannot read an array of dtype "${this.dtype}": it has the character ` +
            `0x${code.toString(16)}, expected at most 0x10ffff`,
        );
      }
      text += String.fromCodePoint(code);
    }
    return text;
  }
}

function withoutZeros(element: Uint8Array): Uint8Array {
  let end = element.length;
  while (end > 0 && element[end - 1] === 0) end--;
  return element.slice(0, end);
}
