/** numpy arrays and scalars of a pickle. @module */

import { type ArraySource, checkRange, sizeOf, type TypedArray } from "../arrays/array_source.ts";
import { type ByteSource, MemoryBytes, readAll } from "../arrays/byte_source.ts";
import { byteCount } from "../arrays/positioned_file.ts";
import { StoredArray } from "../arrays/stored_array.ts";
import type { PickleContext } from "./context.ts";
import type { NumpyDtype } from "./dtype.ts";
import { ObjectArray, StringArray } from "./value_arrays.ts";
import { simplest } from "./text.ts";

/** numpy's own limit. */
const MAX_AXES = 64;

/** A numpy array. Its numbers stay in the file until they are asked for. */
export class NdArray implements ArraySource {
  #content: ArraySource = new StoredArray(new MemoryBytes(new Uint8Array(0)), {
    shape: [0],
    type: "i1",
  });
  #built = false;

  /** Whether {@linkcode fill} was called; until then the array has no elements. */
  get isFilled(): boolean {
    return this.#built;
  }

  get shape(): readonly number[] {
    return this.#content.shape;
  }

  get dtype(): string {
    return this.#content.dtype;
  }

  get size(): number {
    return this.#content.size;
  }

  readFloat32(start: number, target: Float32Array): void {
    this.#content.readFloat32(start, target);
  }

  values(): TypedArray | unknown[] {
    return this.#content.values();
  }

  /**
   * Gives the array its content, once.
   *
   * @param axes the axes from slowest to fastest in `data`
   * @param data bytes, or the list of objects
   */
  fill(
    shape: readonly number[],
    axes: readonly number[],
    dtype: NumpyDtype,
    data: ByteSource | unknown[],
    context: PickleContext,
  ): void {
    if (this.#built) throw context.fail("an array that is filled twice", "one BUILD per array");
    this.#content = makeArray(shape, axes, dtype, data, context);
    this.#built = true;
  }
}

function makeArray(
  shape: readonly number[],
  axes: readonly number[],
  dtype: NumpyDtype,
  data: ByteSource | unknown[],
  context: PickleContext,
): ArraySource {
  const { format, bigEndian, name } = dtype;
  const what = `an array of shape [${shape.join(", ")}] and dtype "${name}"`;
  if (format.kind === "unsupported") {
    throw context.fail(what, "numbers, booleans, strings or objects");
  }
  const size = sizeOf(shape);
  if (format.kind === "object" || Array.isArray(data)) {
    if (format.kind === "object" && Array.isArray(data) && data.length === size) {
      return new ObjectArray(shape, data);
    }
    const found = Array.isArray(data) ? `a list of ${data.length}` : "bytes";
    throw context.fail(`${what} with ${found}`, `${size ?? "fewer"} objects`);
  }
  const needed = (size ?? NaN) * format.bytes;
  if (data.length !== needed || (format.bytes === 0 && size !== 0)) {
    const wanted = Number.isSafeInteger(needed) ? byteCount(needed) : "fewer elements";
    throw context.fail(`${what} with ${byteCount(data.length)}`, wanted);
  }
  return format.kind === "number"
    ? new StoredArray(data, { shape, type: format.type, bigEndian, axes })
    : new StringArray(data, { shape, axes, dtype: name, bytes: format.bytes, bigEndian });
}

/** A number, boolean or string of numpy, for example `numpy.float32(1.5)`. */
export class NumpyScalar implements ArraySource {
  readonly shape: readonly number[] = [];
  readonly size = 1;
  readonly dtype: string;
  /** An integer beyond 2^53 is a bigint, bytes are a `Uint8Array`. */
  readonly value: number | bigint | boolean | string | Uint8Array;

  constructor(dtype: string, value: number | bigint | boolean | string | Uint8Array) {
    this.dtype = dtype;
    this.value = value;
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, 1);
    new ObjectArray([], [this.value]).readFloat32(start, target);
  }

  values(): unknown[] {
    return [this.value];
  }

  /** The scalar whose bytes are `data`. */
  static decode(dtype: NumpyDtype, data: ByteSource, context: PickleContext): NumpyScalar {
    context.charge(data.length);
    const bytes = new MemoryBytes(readAll(data));
    const [value] = makeArray([], [], dtype, bytes, context).values();
    if (dtype.code === "b1") return new NumpyScalar(dtype.name, value !== 0);
    const simple = typeof value === "bigint" ? simplest(value) : value;
    return new NumpyScalar(dtype.name, simple as number | bigint | string | Uint8Array);
  }
}

/** `value` as the shape of an array, or undefined when it is none. */
export function shapeOf(value: unknown): readonly number[] | undefined {
  if (!Array.isArray(value) || value.length > MAX_AXES) return undefined;
  const shape = Array.from(value as unknown[]);
  return shape.every((axis): axis is number => Number.isSafeInteger(axis) && (axis as number) >= 0)
    ? shape
    : undefined;
}
