import { assertEquals, assertThrows } from "@std/assert";
import type { TypedArray } from "../../../lib/data/arrays/array_source.ts";
import { type ByteSource, MemoryBytes } from "../../../lib/data/arrays/byte_source.ts";
import {
  bytesOf,
  type ElementType,
  isElementType,
  swapBytes,
} from "../../../lib/data/arrays/elements.ts";
import { StoredArray } from "../../../lib/data/arrays/stored_array.ts";

function rawOf(values: TypedArray | Float16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
}

function read(array: StoredArray, start = 0, count = array.size): number[] {
  const target = new Float32Array(count);
  array.readFloat32(start, target);
  return Array.from(target);
}

/** Stored values, what `values()` gives for them, their float32 values, numpy's name. */
const CASES: [ElementType, TypedArray | Float16Array, TypedArray, number[], string][] = [
  ["f8", Float64Array.of(0.1, -2, 1e39), Float64Array.of(0.1, -2, 1e39), [
    Math.fround(0.1),
    -2,
    Infinity,
  ], "<f8"],
  ["f4", Float32Array.of(1.5, NaN), Float32Array.of(1.5, NaN), [1.5, NaN], "<f4"],
  ["f2", Float16Array.of(1.5, 65504), Float32Array.of(1.5, 65504), [1.5, 65504], "<f2"],
  ["bf16", Uint16Array.of(0x3fc0, 0xff80), Float32Array.of(1.5, -Infinity), [
    1.5,
    -Infinity,
  ], "bfloat16"],
  [
    "i8",
    BigInt64Array.of(-1n, 2n ** 53n, -(2n ** 63n)),
    BigInt64Array.of(-1n, 2n ** 53n, -(2n ** 63n)),
    [
      -1,
      2 ** 53,
      -(2 ** 63),
    ],
    "<i8",
  ],
  ["u8", BigUint64Array.of(1n, 2n ** 64n - 1n), BigUint64Array.of(1n, 2n ** 64n - 1n), [
    1,
    2 ** 64,
  ], "<u8"],
  ["i4", Int32Array.of(-7, 9), Int32Array.of(-7, 9), [-7, 9], "<i4"],
  ["u4", Uint32Array.of(7, 2 ** 31), Uint32Array.of(7, 2 ** 31), [7, 2 ** 31], "<u4"],
  ["i2", Int16Array.of(-300, 3), Int16Array.of(-300, 3), [-300, 3], "<i2"],
  ["u2", Uint16Array.of(300, 65535), Uint16Array.of(300, 65535), [300, 65535], "<u2"],
  ["i1", Int8Array.of(-3, 3), Int8Array.of(-3, 3), [-3, 3], "|i1"],
  ["u1", Uint8Array.of(3, 255), Uint8Array.of(3, 255), [3, 255], "|u1"],
  ["b1", Uint8Array.of(0, 1), Uint8Array.of(0, 1), [0, 1], "|b1"],
];

for (const [type, stored, given, float32, dtype] of CASES) {
  Deno.test(`StoredArray of ${type} gives its values in their own type and as float32`, () => {
    const array = new StoredArray(new MemoryBytes(rawOf(stored)), { shape: [stored.length], type });
    assertEquals(array.dtype, dtype);
    assertEquals(array.values(), given);
    assertEquals(read(array), float32);
    assertEquals(read(array, 1, 1), [float32[1]]);
  });

  Deno.test(`StoredArray of big-endian ${type} gives the same values`, () => {
    const raw = rawOf(stored);
    swapBytes(raw, bytesOf(type));
    const layout = { shape: [stored.length], type, bigEndian: true };
    const array = new StoredArray(new MemoryBytes(raw), layout);
    assertEquals(array.values(), given);
    assertEquals(read(array), float32);
    assertEquals(array.dtype, dtype);
  });
}

Deno.test("StoredArray in Fortran order gives its elements in C order", () => {
  // [[0, 1, 2], [3, 4, 5]] column by column
  const raw = rawOf(Float32Array.of(0, 3, 1, 4, 2, 5));
  const layout = { shape: [2, 3], type: "f4", axes: [1, 0] } as const;
  const array = new StoredArray(new MemoryBytes(raw), layout);
  assertEquals(read(array), [0, 1, 2, 3, 4, 5]);
  assertEquals(array.values(), Float32Array.of(0, 1, 2, 3, 4, 5));
  assertEquals(read(array, 2, 3), [2, 3, 4]);
});

/** The element of a [2, 3, 4] array at each place of a file in which its axes have the order `axes`. */
function permuted(shape: number[], axes: readonly number[]): number[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  let places = [0];
  for (const axis of axes) {
    places = places.flatMap((place) =>
      Array.from({ length: shape[axis]! }, (_, i) => place + i * strides[axis]!)
    );
  }
  return places;
}

Deno.test("StoredArray gives C order for every order of three axes, whole and in part", () => {
  const shape = [2, 3, 4];
  const expected = Array.from({ length: 24 }, (_, i) => i);
  for (const axes of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const raw = rawOf(BigInt64Array.from(permuted(shape, axes), BigInt));
    const array = new StoredArray(new MemoryBytes(raw), { shape, type: "i8", axes });
    assertEquals(read(array), expected, `axes ${axes}`);
    assertEquals(array.values(), BigInt64Array.from(expected, BigInt));
    assertEquals(read(array, 5, 13), expected.slice(5, 18), `axes ${axes}`);
  }
});

/** Bytes that record the longest read. */
class WatchedBytes extends MemoryBytes {
  longest = 0;

  override read(position: number, target: Uint8Array): void {
    this.longest = Math.max(this.longest, target.length);
    super.read(position, target);
  }
}

Deno.test("StoredArray.readFloat32() converts a long array in pieces of 1 MiB", () => {
  const values = Float64Array.from({ length: 300_001 }, (_, i) => i);
  const bytes = new WatchedBytes(rawOf(values));
  const array = new StoredArray(bytes, { shape: [300_001], type: "f8" });
  const found = read(array);
  assertEquals(found.findIndex((value, i) => value !== i), -1);
  assertEquals(bytes.longest, 1 << 20);
});

Deno.test("StoredArray.readFloat32() brings a long Fortran array into order in pieces", () => {
  const shape = [3, 100_000];
  const raw = rawOf(Float64Array.from(permuted(shape, [1, 0])));
  const bytes = new WatchedBytes(raw);
  const array = new StoredArray(bytes, { shape, type: "f8", axes: [1, 0] });
  const found = read(array);
  assertEquals(found.findIndex((value, i) => value !== i), -1);
  assertEquals(bytes.longest, 1 << 20);
});

Deno.test("StoredArray without elements reads nothing", () => {
  const none: ByteSource = {
    length: 0,
    read: () => {
      throw new Error("read");
    },
  };
  const array = new StoredArray(none, { shape: [0, 5], type: "f8", axes: [1, 0] });
  assertEquals(array.size, 0);
  assertEquals(array.values(), new Float64Array(0));
  assertEquals(read(array), []);
});

Deno.test("StoredArray.readFloat32() refuses a range beyond its end", () => {
  const array = new StoredArray(new MemoryBytes(new Uint8Array(8)), { shape: [2], type: "f4" });
  assertThrows(() => read(array, 1, 2), RangeError, "the array has 2 elements");
});

Deno.test("isElementType() knows numpy's codes and nothing of Object", () => {
  assertEquals(["f4", "u8", "b1"].every(isElementType), true);
  assertEquals(["bf16", "c8", "toString", "f3", ""].some(isElementType), false);
});
