/**
 * PyTorch's tensors as a pickle describes them: a run of numbers, and how an array lies in it.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { type ArraySource, checkRange, sizeOf, type TypedArray } from "../arrays/array_source.ts";
import type { ByteSource } from "../arrays/byte_source.ts";
import { bytesOf, type ElementType } from "../arrays/elements.ts";
import { byteCount } from "../arrays/positioned_file.ts";
import { StoredArray } from "../arrays/stored_array.ts";
import type { PickleContext } from "./context.ts";
import { shapeOf } from "./nd_array.ts";

/** Number types by the class of the storage. */
const STORAGE_TYPES: Readonly<Record<string, ElementType>> = {
  DoubleStorage: "f8",
  FloatStorage: "f4",
  HalfStorage: "f2",
  BFloat16Storage: "bf16",
  LongStorage: "i8",
  IntStorage: "i4",
  ShortStorage: "i2",
  CharStorage: "i1",
  ByteStorage: "u1",
  BoolStorage: "b1",
};

/** The classes that a persistent id may name, in the module `torch`. */
export const STORAGE_CLASSES: readonly string[] = Object.keys(STORAGE_TYPES);

/** The numbers of one or more tensors. They may be found only after the tensors are. */
export class TorchStorage implements ByteSource {
  readonly type: ElementType;
  readonly length: number;
  #bytes: ByteSource | null = null;

  constructor(type: ElementType, numbers: number) {
    this.type = type;
    this.length = numbers * bytesOf(type);
  }

  /** Whether the numbers were found. */
  get isFilled(): boolean {
    return this.#bytes !== null;
  }

  /** Says where the numbers are. @throws {DataError} when they are fewer than was said */
  fill(bytes: ByteSource, context: PickleContext): void {
    if (bytes.length < this.length) {
      throw context.fail(`a tensor of ${byteCount(bytes.length)}`, byteCount(this.length));
    }
    this.#bytes = bytes;
  }

  read(position: number, target: Uint8Array): void {
    if (this.#bytes === null) throw new DataError("Cannot read a tensor whose numbers are missing");
    this.#bytes.read(position, target);
  }
}

/**
 * The storage of a persistent id, `("storage", class, key, device, numbers)`, still without its
 * numbers, and its key.
 *
 * @param className names the class that the id holds
 */
export function storageOf(
  id: unknown,
  className: (value: unknown) => string | undefined,
  context: PickleContext,
): { readonly key: string; readonly storage: TorchStorage } {
  const [kind, type, key, , numbers, view] = Array.isArray(id) ? id as unknown[] : [];
  const element = STORAGE_TYPES[className(type)?.replace(/^torch\./, "") ?? ""];
  const isWhole = view === undefined || view === null;
  if (kind !== "storage" || element === undefined || typeof key !== "string" || !isWhole) {
    throw context.fail("a persistent id", "a storage of PyTorch's");
  }
  if (!Number.isSafeInteger(numbers) || (numbers as number) < 0) {
    throw context.fail("a storage without a size", "its number of elements");
  }
  return { key, storage: new TorchStorage(element, numbers as number) };
}

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)` */
export function rebuildTensor(
  [storage, offset, sizeArg, strideArg]: readonly unknown[],
  context: PickleContext,
): ArraySource {
  const [shape, strides] = [shapeOf(sizeArg), shapeOf(strideArg)];
  const isOffset = Number.isSafeInteger(offset) && (offset as number) >= 0;
  if (
    !(storage instanceof TorchStorage) || shape === undefined || !isOffset ||
    strides?.length !== shape.length
  ) {
    throw context.fail("wrong arguments", "a storage, an offset, a size and strides");
  }
  const width = bytesOf(storage.type);
  const start = offset as number;
  const held = storage.length / width - start;
  const size = sizeOf(shape) ?? Infinity;
  const what = `a tensor of shape [${shape.join(", ")}]`;
  const last = shape.reduce((sum, axis, i) => sum + (axis - 1) * strides[i]!, 0);
  // An expanded tensor repeats numbers: one of a few bytes could claim any size.
  if (size > 0 && (size > held || !(last < held))) {
    throw context.fail(`${what} in a storage of ${held} numbers`, `${size} or more`);
  }
  const axes = denseAxes(shape, strides);
  const bytes = (from: number, count: number) => new PartOf(storage, from * width, count * width);
  if (axes !== null) {
    return new StoredArray(bytes(start, size), { shape, type: storage.type, axes });
  }
  const stored = new StoredArray(bytes(start, last + 1), { shape: [last + 1], type: storage.type });
  return new StridedArray(stored, shape, strides);
}

/** `torch._utils._rebuild_parameter(tensor, requiresGrad, hooks)` */
export function rebuildParameter([tensor]: readonly unknown[], context: PickleContext): unknown {
  if (typeof tensor === "object" && tensor !== null && "readFloat32" in tensor) return tensor;
  throw context.fail("a parameter without a tensor", "a tensor");
}

/** The axes from slowest to fastest where the numbers lie without gaps; null where they do not. */
function denseAxes(shape: readonly number[], strides: readonly number[]): number[] | null {
  const order = shape.map((_, axis) => axis)
    .sort((a, b) => strides[b]! - strides[a]! || a - b);
  let expected = 1;
  for (const axis of order.toReversed()) {
    if (shape[axis]! > 1 && strides[axis] !== expected) return shape.includes(0) ? order : null;
    expected *= shape[axis]!;
  }
  return order;
}

/** A tensor with gaps between its numbers, which are copied together when they are asked for. */
class StridedArray implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly #stored: StoredArray;
  readonly #strides: readonly number[];
  #values: TypedArray | null = null;

  constructor(stored: StoredArray, shape: readonly number[], strides: readonly number[]) {
    this.shape = shape;
    this.dtype = stored.dtype;
    this.size = sizeOf(shape) ?? NaN;
    this.#stored = stored;
    this.#strides = strides;
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, this.size);
    const values = this.#values ??= this.values();
    for (let i = 0; i < target.length; i++) target[i] = Number(values[start + i]);
  }

  values(): TypedArray {
    const all = this.#stored.values();
    const values = all.slice(0, this.size);
    for (let i = 0; i < this.size; i++) {
      let [rest, at] = [i, 0];
      for (let axis = this.shape.length - 1; axis >= 0; axis--) {
        at += (rest % this.shape[axis]!) * this.#strides[axis]!;
        rest = Math.floor(rest / this.shape[axis]!);
      }
      values[i] = all[at]!;
    }
    return values;
  }
}

/** Some of the bytes of a storage. */
class PartOf implements ByteSource {
  readonly length: number;
  readonly #whole: ByteSource;
  readonly #from: number;

  constructor(whole: ByteSource, from: number, length: number) {
    this.#whole = whole;
    this.#from = from;
    this.length = length;
  }

  read(position: number, target: Uint8Array): void {
    this.#whole.read(this.#from + position, target);
  }
}
