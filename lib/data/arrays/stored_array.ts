/** Arrays of plain numbers over a run of bytes. @module */

import { type ArraySource, checkRange, sizeOf, type TypedArray } from "./array_source.ts";
import type { ByteSource } from "./byte_source.ts";
import {
  bytesOf,
  decodeElements,
  type ElementType,
  isStoredAs,
  makeValues,
  swapBytes,
} from "./elements.ts";

/** Bytes that are converted at a time. */
const CHUNK = 1 << 20;

/** How the elements of an array lie in a run of bytes. */
export interface Layout {
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** Whether the most significant byte comes first. */
  readonly bigEndian?: boolean;
  /**
   * The axes from the slowest to the fastest in the file: `[0, 1, 2]` (the default) is C order,
   * `[2, 1, 0]` is Fortran order.
   */
  readonly axes?: readonly number[];
}

/** An axis as it lies in the file: how many steps, and how far each leads in C order. */
interface Axis {
  readonly length: number;
  readonly stride: number;
}

/** The axes from slowest to fastest, or null when file order is C order. */
function fileAxes({ shape, axes }: Layout): Axis[] | null {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  const order = (axes ?? []).filter((axis) => shape[axis] !== 1);
  if (order.every((axis, i) => i === 0 || order[i - 1]! < axis)) return null;
  return order.map((axis) => ({ length: shape[axis]!, stride: strides[axis]! }));
}

/**
 * Puts `values`, which lie in the file from element `first` on, to their places in the C-order range
 * that begins at `start` and has the length of `target`; what is outside is left out.
 */
function scatter(
  axes: readonly Axis[],
  first: number,
  values: ArrayLike<unknown>,
  start: number,
  target: { length: number; [index: number]: unknown },
): void {
  const inner = axes.at(-1)!;
  for (let done = 0; done < values.length;) {
    let rest = first + done;
    let place = -start;
    for (let axis = axes.length - 1; axis >= 0; axis--) {
      const { length, stride } = axes[axis]!;
      place += (rest % length) * stride;
      rest = Math.floor(rest / length);
    }
    const run = Math.min(inner.length - ((first + done) % inner.length), values.length - done);
    for (let i = 0; i < run; i++, place += inner.stride) {
      if (place >= 0 && place < target.length) target[place] = values[done + i];
    }
    done += run;
  }
}

/** `values` in file order, brought into C order. */
export function toCOrder<T>(layout: Pick<Layout, "shape" | "axes">, values: T[]): T[] {
  const axes = fileAxes({ ...layout, type: "u1" });
  if (axes === null || values.length === 0) return values;
  const ordered = new Array<T>(values.length);
  scatter(axes, 0, values, 0, ordered);
  return ordered;
}

/**
 * Numbers that are read from their bytes when they are asked for.
 *
 * An array that is not in C order costs one pass over all of its bytes for each call of
 * {@linkcode readFloat32}: ask for large pieces.
 *
 * @example
 * ```ts
 * import { readSafetensors, writeSafetensors } from "../mod.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * const data = Float32Array.of(1, 2, 3, 4, 5, 6);
 * writeSafetensors(path, [{ name: "audio", dtype: "F32", shape: [3, 2], data }]);
 * const file = readSafetensors(path);
 * const row = new Float32Array(2);
 * file.tensor("audio").readFloat32(2, row); // the second row, from element 2 on
 * assertEquals([...row], [3, 4]);
 * file.close();
 * Deno.removeSync(path);
 * ```
 */
export class StoredArray implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly #bytes: ByteSource;
  readonly #layout: Layout;
  readonly #axes: Axis[] | null;

  /** The caller has checked that `bytes` are as many as `layout` needs. */
  constructor(bytes: ByteSource, layout: Layout) {
    const { shape, type } = layout;
    this.shape = shape;
    this.size = sizeOf(shape) ?? NaN;
    const order = bytesOf(type) === 1 ? "|" : "<";
    this.dtype = type === "bf16" ? "bfloat16" : order + type;
    this.#bytes = bytes;
    this.#layout = layout;
    this.#axes = fileAxes(layout);
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, this.size);
    this.#read(start, target);
  }

  values(): TypedArray {
    const target = makeValues(this.#layout.type, this.size);
    this.#read(0, target);
    return target;
  }

  /** Converts piece by piece; `target` is a `Float32Array` or what `values()` gives. */
  #read(start: number, target: TypedArray): void {
    const { type, bigEndian } = this.#layout;
    const width = bytesOf(type);
    const axes = this.#axes;
    if (axes === null && !bigEndian && isStoredAs(type, target)) {
      const raw = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
      return this.#bytes.read(start * width, raw);
    }
    const [from, count] = axes === null ? [start, target.length] : [0, this.size];
    const batch = Math.min(CHUNK / width, count);
    const scratch = new Uint8Array(batch * width);
    const piece = axes === null ? null : likeOf(target, batch);
    for (let at = 0; at < count && target.length > 0; at += batch) {
      const length = Math.min(batch, count - at);
      const raw = scratch.subarray(0, length * width);
      this.#bytes.read((from + at) * width, raw);
      if (bigEndian) swapBytes(raw, width);
      const decoded = piece === null ? target.subarray(at, at + length) : piece.subarray(0, length);
      decodeElements(type, raw, decoded);
      if (axes !== null) scatter(axes, at, decoded, start, target);
    }
  }
}

/** A new array of the kind of `array`. */
function likeOf(array: TypedArray, size: number): TypedArray {
  return new (array.constructor as new (size: number) => TypedArray)(size);
}
