import { assertEquals, assertThrows } from "@std/assert";
import { FileColumn, MemoryColumn, zeroNonFinite } from "../../lib/data/column.ts";
import type { FeatureColumn } from "../../lib/data/dataset.ts";
import { maskLengths, resolveLengths } from "../../lib/data/layouts/lengths.ts";
import {
  describe,
  floatsOf,
  floatSource,
  integersOf,
  stringsOf,
} from "../../lib/data/arrays/values.ts";

const SHAPE = { samples: 4, steps: 3, width: 2 };
const VALUES = Float32Array.from({ length: 24 }, (_, i) => i);
const LENGTHS = Int32Array.of(1, 2, 3, 3);

/** Calls of `readFloat32`, as start and number of values. */
type Reads = [number, number][];

function fileColumn(values: Float32Array = VALUES, reads: Reads = []): FileColumn {
  return new FileColumn({
    ...SHAPE,
    modality: "audio",
    lengths: LENGTHS,
    lengthOrigin: "given",
    wrongLengths: [],
    values: {
      shape: [4, 3, 2],
      dtype: "<f4",
      readFloat32: (start, target) => {
        reads.push([start, target.length]);
        target.set(values.subarray(start, start + target.length));
      },
    },
  });
}

function eachColumn(test: (column: FeatureColumn) => void): void {
  test(new MemoryColumn(VALUES, SHAPE, LENGTHS));
  test(fileColumn());
}

function readAll(column: FeatureColumn, indices: number[], steps?: number): number[] {
  const target = new Float32Array(indices.length * (steps ?? column.steps) * column.width);
  column.read(indices, target, steps);
  return [...target];
}

Deno.test("FeatureColumn.read() copies rows in the order that was asked for", () => {
  eachColumn((column) => {
    assertEquals(readAll(column, [2, 0]), [12, 13, 14, 15, 16, 17, 0, 1, 2, 3, 4, 5]);
    assertEquals(readAll(column, [1, 1]), [6, 7, 8, 9, 10, 11, 6, 7, 8, 9, 10, 11]);
    assertEquals(readAll(column, []), []);
  });
});

Deno.test("FeatureColumn.read() takes only the first steps that were asked for", () => {
  eachColumn((column) => {
    assertEquals(readAll(column, [3, 1], 1), [18, 19, 6, 7]);
    assertEquals(readAll(column, [0, 1], 2), [0, 1, 2, 3, 6, 7, 8, 9]);
  });
});

Deno.test("FeatureColumn.read() refuses wrong rows, steps and targets", () => {
  eachColumn((column) => {
    const target = new Float32Array(6);
    for (const index of [-1, 4, 0.5, NaN]) {
      assertThrows(() => column.read([index], target), RangeError, `row ${index}`);
    }
    for (const steps of [0, 4, 1.5]) {
      assertThrows(() => column.read([0], target, steps), RangeError, `${steps} steps`);
    }
    assertThrows(() => column.read([0, 1], target), RangeError, "into 6 values, expected 12");
  });
});

Deno.test("FileColumn.read() reads neighbouring rows at once and step 0 alone", () => {
  const reads: Reads = [];
  const column = fileColumn(VALUES, reads);
  readAll(column, [1, 2, 3, 0]);
  assertEquals(reads, [[6, 18], [0, 6]]);
  reads.length = 0;
  readAll(column, [1, 2], 1);
  assertEquals(reads, [[6, 2], [12, 2]]);
});

Deno.test("FileColumn.read() gives 0 for what is not finite in the file", () => {
  const values = VALUES.slice();
  values.set([NaN, Infinity, -Infinity], 6);
  assertEquals(readAll(fileColumn(values), [1]), [0, 0, 0, 9, 10, 11]);
});

Deno.test("MemoryColumn() makes every row full without lengths", () => {
  assertEquals([...new MemoryColumn(VALUES, SHAPE).lengths], [3, 3, 3, 3]);
});

Deno.test("MemoryColumn() refuses values or lengths of another size", () => {
  assertThrows(() => new MemoryColumn(VALUES.subarray(1), SHAPE), TypeError, "of 23 values");
  assertThrows(() => new MemoryColumn(VALUES, SHAPE, LENGTHS.subarray(1)), TypeError, "3 lengths");
});

Deno.test("zeroNonFinite() leaves finite values, the largest too", () => {
  const largest = 3.4028234663852886e38;
  const values = Float32Array.of(largest, -largest, NaN, 1e-45, -Infinity, 0);
  zeroNonFinite(values);
  assertEquals([...values], [largest, -largest, 0, Float32Array.of(1e-45)[0]!, 0, 0]);
});

const NO_HINTS = { given: null, mask: null, text: null };

Deno.test("resolveLengths() makes rows full where nothing tells", () => {
  const { lengths, lengthOrigin, wrongLengths } = resolveLengths(2, 7, NO_HINTS);
  assertEquals([[...lengths], lengthOrigin, wrongLengths], [[7, 7], "none", []]);
});

Deno.test("resolveLengths() moves lengths into 1 to steps and names the rows", () => {
  const given = [0, 1, 5, 6, -3, NaN, 2.5];
  const { lengths, wrongLengths } = resolveLengths(7, 5, { ...NO_HINTS, given });
  assertEquals([...lengths], [1, 1, 5, 5, 1, 5, 2]);
  assertEquals(wrongLengths, [0, 3, 4, 5, 6]);
});

Deno.test("resolveLengths() prefers given lengths to the mask, and the mask to the text's", () => {
  const mask = {
    shape: [1, 3, 4] as const,
    values: Int32Array.of(101, 7, 102, 0, 1, 1, 1, 0, 0, 0, 0, 0),
  };
  const origin = (hints: Partial<Parameters<typeof resolveLengths>[2]>) => {
    const { lengths, lengthOrigin } = resolveLengths(1, 4, { ...NO_HINTS, ...hints });
    return [lengths[0], lengthOrigin];
  };
  assertEquals(origin({ given: [2], mask, text: [4] }), [2, "given"]);
  assertEquals(origin({ mask, text: [4] }), [3, "mask"]);
  assertEquals(origin({ text: [4] }), [4, "text"]);
});

Deno.test("maskLengths() sums the second row of each sample", () => {
  const values = Int32Array.of(9, 9, 1, 0, 5, 5, 9, 9, 1, 1, 5, 5);
  assertEquals([...maskLengths({ shape: [2, 3, 2], values })], [1, 2]);
});

/** An array as the readers hand it out. */
function array(shape: number[], values: number[] | unknown[], dtype = "<f4") {
  return {
    shape,
    dtype,
    size: values.length,
    values: () => values,
    readFloat32: (start: number, target: Float32Array) =>
      target.set((values as number[]).slice(start, start + target.length)),
  };
}

Deno.test("floatsOf() takes numbers from arrays and lists of any Python number", () => {
  assertEquals(floatsOf(array([2, 1], [1, 2])), {
    shape: [2, 1],
    values: Float32Array.of(1, 2),
  });
  assertEquals(floatsOf([1, 2n, true, null, array([], [0.5])]), {
    shape: [5],
    values: Float32Array.of(1, 2, 1, NaN, 0.5),
  });
  assertEquals(floatsOf([[1, 2], [3, 4]])?.shape, [2, 2]);
  assertEquals(floatsOf([array([2], [1, 2]), array([2], [3, 4])]), {
    shape: [2, 2],
    values: Float32Array.of(1, 2, 3, 4),
  });
});

Deno.test("floatsOf() gives null for what is no array of numbers", () => {
  const strings = array([1], ["a"], "<U1");
  for (
    const value of ["12", null, undefined, ["a"], [[1], ["a"]], new Map(), strings, [[1], [2, 3]]]
  ) {
    assertEquals(floatsOf(value), null);
  }
});

Deno.test("floatSource() pads rows of different lengths and tells how long each is", () => {
  const ragged = [array([1, 2], [1, 2]), array([3, 2], [3, 4, 5, 6, 7, 8])];
  for (const value of [ragged, array([2], ragged, "|O")]) {
    const source = floatSource(value)!;
    assertEquals(source.shape, [2, 3, 2]);
    assertEquals([...source.rowLengths!], [1, 3]);
    const all = new Float32Array(12).fill(9);
    source.readFloat32(0, all);
    assertEquals([...all], [1, 2, 0, 0, 0, 0, 3, 4, 5, 6, 7, 8]);
    // Any piece, across rows and inside the padding.
    for (let start = 0; start < 12; start++) {
      const piece = new Float32Array(Math.min(5, 12 - start)).fill(9);
      source.readFloat32(start, piece);
      assertEquals([...piece], [...all.subarray(start, start + piece.length)]);
    }
  }
});

Deno.test("integersOf() converts long arrays piece by piece", () => {
  const numbers = Array.from({ length: 200_000 }, (_, i) => i % 30_522);
  assertEquals([...integersOf(array([200_000], numbers))!.values], numbers);
});

Deno.test("stringsOf() takes strings, bytes and numbers from lists and arrays", () => {
  const bytes = new TextEncoder().encode("é");
  assertEquals(stringsOf(["a", bytes, 7, 8n, null]), ["a", "é", "7", "8", ""]);
  assertEquals(stringsOf(array([2], ["x", "y"], "<U1")), ["x", "y"]);
  assertEquals(stringsOf([]), []);
  for (const value of ["abc", [["a"]], array([1, 1], ["x"], "<U1"), new Map()]) {
    assertEquals(stringsOf(value), null);
  }
});

Deno.test("describe() says what came instead", () => {
  assertEquals(describe(array([2, 3], [], "<f8")), "an array [2, 3] of <f8");
  assertEquals(describe([1, 2]), "a list of 2");
  assertEquals(describe(new Map()), "a dictionary");
  assertEquals(describe(null), "None");
  assertEquals(describe("text"), "a string");
});
