/**
 * The matrix product under the cpu engine's own kernels, in WebAssembly's float32 SIMD: five times as
 * fast as the fastest form in JavaScript, which V8 does not vectorize. What is read often lies in the
 * order in which it is read: rows of a matrix are often a power of two long, and their beginnings then
 * drive each other out of the processor's cache.
 *
 * Every element is a sum in the order of the inner index, in blocks of {@linkcode BLOCK}: where it
 * lies, and how many rows and columns there are, does not matter to its bits, nor does the machine.
 *
 * @module
 */

import {
  advance,
  type Code,
  get,
  integer,
  load,
  loadSplat,
  numbered,
  plus,
  plus4,
  repeat,
  set,
  store,
  times4,
  writeModule,
  ZEROS,
} from "./wasm_writer.ts";
import { allocate, bufferTo, release, sharedMemory } from "./memory.ts";

/** Rows and columns of C that are computed at a time, in registers. */
export const TILE_ROWS = 4, TILE_COLUMNS = 8;
/** Nanoseconds, about, of a product of two numbers. */
export const PRODUCT_COST = 0.075;
/** Inner indices that are summed up before they are added to C. */
const BLOCK = 256;

/** Addresses, counts, and steps in bytes: of A, from a panel of B to the next, of C's rows. */
const PARAMETERS = [
  ...["a", "b", "c", "tiles", "inner", "panels"] as const,
  ...["aRow", "aColumn", "aTile", "panel", "width"] as const,
];
const INTEGERS = ["rowA", "rowC", "tile", "x", "y", "q", "aRow2", "aRow3"] as const;
const SUMS = ["s00", "s01", "s10", "s11", "s20", "s21", "s30", "s31"] as const;
const VECTORS = [...SUMS, "left", "b0", "b1"] as const;
const v = numbered([...PARAMETERS, ...INTEGERS, ...VECTORS]);

/** What of A the four rows of a tile begin at, from the address x on. */
const ROWS_OF_A: readonly Code[] = [
  get(v.x),
  plus(get(v.x), get(v.aRow)),
  plus(get(v.x), get(v.aRow2)),
  plus(get(v.x), get(v.aRow3)),
];

/** The sums of one row of a tile. */
function sumsOf(row: number): readonly [number, number] {
  return [v[SUMS[2 * row]!], v[SUMS[2 * row + 1]!]];
}

/** s += A[row, q] · B[q, …] for each row of a tile; then one column further in A, one row in B. */
const addProducts: Code = [
  ...set(v.b0, load(get(v.y))),
  ...set(v.b1, load(get(v.y), 16)),
  ...ROWS_OF_A.flatMap((address, row) => {
    const [s0, s1] = sumsOf(row);
    return [
      ...set(v.left, loadSplat(address)),
      ...set(s0, plus4(get(s0), times4(get(v.left), get(v.b0)))),
      ...set(s1, plus4(get(s1), times4(get(v.left), get(v.b1)))),
    ];
  }),
  ...advance(v.x, get(v.aColumn)),
  ...advance(v.y, integer(4 * TILE_COLUMNS)),
];

/** C += s, row by row; leaves `rowC` at the next tile. */
const addToC: Code = ROWS_OF_A.flatMap((_, row) => [
  ...sumsOf(row).flatMap((sum, half) =>
    store(get(v.rowC), plus4(load(get(v.rowC), 16 * half), get(sum)), 16 * half)
  ),
  ...advance(v.rowC, get(v.width)),
]);

const BODY: Code = [
  ...set(v.aRow2, plus(get(v.aRow), get(v.aRow))),
  ...set(v.aRow3, plus(get(v.aRow2), get(v.aRow))),
  ...repeat(
    v.panels,
    set(v.rowA, get(v.a)),
    set(v.rowC, get(v.c)),
    set(v.tile, get(v.tiles)),
    repeat(
      v.tile,
      ...SUMS.map((sum) => set(v[sum], ZEROS)),
      set(v.x, get(v.rowA)),
      set(v.y, get(v.b)),
      set(v.q, get(v.inner)),
      repeat(v.q, addProducts),
      addToC,
      advance(v.rowA, get(v.aTile)),
    ),
    advance(v.b, get(v.panel)),
    advance(v.c, integer(4 * TILE_COLUMNS)),
  ),
];

type Run = (...values: number[]) => void;
let instance: Run | null = null;

/** The module's function, in the memory that there is when it is first asked for. */
function run(): Run {
  if (instance !== null) return instance;
  const module = new WebAssembly.Module(writeModule({
    parameters: PARAMETERS.length,
    integers: INTEGERS.length,
    vectors: VECTORS.length,
    body: BODY,
    isShared: true,
  }));
  const { exports } = new WebAssembly.Instance(module, { threads: { memory: sharedMemory() } });
  return instance = exports["run"] as Run;
}

/** The block that {@linkcode reserve} gave last. */
let reserved = { address: 0, bytes: 0 };

/**
 * Arrays of these lengths in the shared memory, with whatever numbers are there. They are valid
 * until the next call.
 *
 * @throws {RangeError} if the memory has no room for them
 */
export function reserve<Name extends string>(
  lengths: Readonly<Record<Name, number>>,
): Record<Name, Float32Array> {
  const parts: [name: string, start: number, length: number][] = [];
  let bytes = 0;
  for (const [name, length] of Object.entries<number>(lengths)) {
    parts.push([name, bytes, length]);
    bytes += Math.ceil(length / 4) * 16;
  }
  if (bytes > reserved.bytes) {
    if (reserved.bytes > 0) release(reserved.address);
    reserved = { address: 0, bytes: 0 };
    const address = allocate(bytes, Infinity);
    if (address === null) {
      throw new RangeError(
        `Cannot compute on ${
          Math.ceil(bytes / 1e6)
        } MB on the engine "cpu": its memory of 4 GiB is full`,
      );
    }
    reserved = { address, bytes };
  }
  const { address } = reserved, buffer = bufferTo(address + bytes);
  return Object.fromEntries(
    parts.map(([name, start, length]) => [name, new Float32Array(buffer, address + start, length)]),
  ) as Record<Name, Float32Array>;
}

/** Rows of a matrix that has `count`, with those that fill its last tile. */
export function tileRows(count: number): number {
  return Math.ceil(count / TILE_ROWS) * TILE_ROWS;
}

/** Columns of a matrix that has `count`, with those that fill its last tile. */
export function tileColumns(count: number): number {
  return Math.ceil(count / TILE_COLUMNS) * TILE_COLUMNS;
}

/**
 * A matrix in reserved memory, in tiles of four rows: element (i, j) lies at
 * `floor(i / 4) * tile + i % 4 * row + j * column`.
 */
export interface Tiles {
  readonly data: Float32Array;
  readonly tile: number;
  readonly row: number;
  readonly column: number;
}

/** `data` as a matrix of rows that are `width` long. */
export function rowMajor(data: Float32Array, width: number): Tiles {
  return { data, tile: TILE_ROWS * width, row: width, column: 1 };
}

/** `data` as what {@linkcode putPanels} made of the transpose of a matrix, panels of 4 numbers. */
export function transposed(data: Float32Array, rows: number): Tiles {
  return { data, tile: TILE_ROWS * rows, row: 1, column: TILE_ROWS };
}

/**
 * `C += A B` with A [m, k], B [k, n] and C [m, n], all in reserved memory. B lies in panels of
 * eight columns, each of them `depth` ≥ k rows; C has rows of `width` ≥ `tileColumns(n)`. What fills
 * the last tiles is read, and in C written: there has to be room for it, and whatever is in it stays
 * in it. C and A may begin at `cAt` and `aAt` of their arrays, for which a subarray costs as much as a
 * small product.
 */
export function multiplyAdd(
  c: Float32Array,
  width: number,
  a: Tiles,
  b: Float32Array,
  depth: number,
  [m, n, k]: readonly [m: number, n: number, k: number],
  cAt = 0,
  aAt = 0,
): void {
  if (m === 0 || n === 0) return;
  const multiply = run();
  for (let q = 0; q < k; q += BLOCK) {
    multiply(
      a.data.byteOffset + 4 * (aAt + q * a.column),
      b.byteOffset + 4 * q * TILE_COLUMNS,
      c.byteOffset + 4 * cAt,
      Math.ceil(m / TILE_ROWS),
      Math.min(k - q, BLOCK),
      Math.ceil(n / TILE_COLUMNS),
      4 * a.row,
      4 * a.column,
      4 * a.tile,
      4 * depth * TILE_COLUMNS,
      4 * width,
    );
  }
}
