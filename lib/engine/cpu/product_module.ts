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
  and,
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
  shiftRight,
  store,
  times4,
  when,
  ZEROS,
} from "./wasm_writer.ts";
import { allocate, bufferTo, release } from "./memory.ts";
import { onSharedMemory, type Run } from "./shared_module.ts";

/** Rows and columns of C that are computed at a time, in registers. */
export const TILE_ROWS = 4, TILE_COLUMNS = 8;
/** Nanoseconds, about, of a product of two numbers. */
export const PRODUCT_COST = 0.075;
/** Inner indices that are summed up before they are added to C. */
const BLOCK = 256;
/** Rows of A that are read at a time, which stay in the processor's first cache for all of B. */
const BLOCK_ROWS = 32;
/** Inner indices of one turn of the innermost loop, a power of two. */
const UNROLL_BITS = 2, UNROLL = 2 ** UNROLL_BITS;

/** Addresses, counts, and steps in bytes: of A, from a panel of B to the next, of C's rows. */
const PARAMETERS = [
  ...["a", "b", "c", "tiles", "inner", "panels"] as const,
  ...["aRow", "aTile", "panel", "width"] as const,
];
const INTEGERS = ["rowA", "rowC", "tile", "x0", "x1", "x2", "x3", "y", "q"] as const;
const SUMS = ["s00", "s01", "s10", "s11", "s20", "s21", "s30", "s31"] as const;
const VECTORS = [...SUMS, "left", "b0", "b1"] as const;
const v = numbered([...PARAMETERS, ...INTEGERS, ...VECTORS]);
const ROWS = [0, 1, 2, 3] as const;

/** How the rows of A lie: one after the other, or four beside each other. */
type Layout = "rows" | "panels";

/** The sums of one row of a tile. */
function sumsOf(row: number): readonly [number, number] {
  return [v[SUMS[2 * row]!], v[SUMS[2 * row + 1]!]];
}

/**
 * s += A[row, q] · B[q, …] for each row of a tile and `count` of q, with addresses that are known but
 * for one variable, or for one of each row; then so many columns further in A, and rows in B.
 */
function addProducts(layout: Layout, count: number): Code {
  const inPanels = layout === "panels";
  const columns = Array.from({ length: count }, (_, q): Code => [
    ...set(v.b0, load(get(v.y), 4 * TILE_COLUMNS * q)),
    ...set(v.b1, load(get(v.y), 4 * TILE_COLUMNS * q + 16)),
    ...ROWS.flatMap((row) => {
      const [s0, s1] = sumsOf(row);
      const left = inPanels
        ? loadSplat(get(v.x0), 4 * (TILE_ROWS * q + row))
        : loadSplat(get(v[`x${row}`]), 4 * q);
      return [
        ...set(v.left, left),
        ...set(s0, plus4(get(s0), times4(get(v.left), get(v.b0)))),
        ...set(s1, plus4(get(s1), times4(get(v.left), get(v.b1)))),
      ];
    }),
  ]);
  const onwards = inPanels
    ? advance(v.x0, integer(4 * TILE_ROWS * count))
    : ROWS.flatMap((row) => advance(v[`x${row}`], integer(4 * count)));
  return [...columns.flat(), ...onwards, ...advance(v.y, integer(4 * TILE_COLUMNS * count))];
}

/** C += s, row by row; leaves `rowC` at the next tile. */
const addToC: Code = ROWS.flatMap((row) => [
  ...sumsOf(row).flatMap((sum, half) =>
    store(get(v.rowC), plus4(load(get(v.rowC), 16 * half), get(sum)), 16 * half)
  ),
  ...advance(v.rowC, get(v.width)),
]);

function bodyOf(layout: Layout): Code {
  const startRows = layout === "panels" ? [] : [
    ...set(v.x1, plus(get(v.x0), get(v.aRow))),
    ...set(v.x2, plus(get(v.x1), get(v.aRow))),
    ...set(v.x3, plus(get(v.x2), get(v.aRow))),
  ];
  return repeat(
    v.panels,
    set(v.rowA, get(v.a)),
    set(v.rowC, get(v.c)),
    set(v.tile, get(v.tiles)),
    repeat(
      v.tile,
      ...SUMS.map((sum) => set(v[sum], ZEROS)),
      set(v.x0, get(v.rowA)),
      startRows,
      set(v.y, get(v.b)),
      set(v.q, shiftRight(get(v.inner), UNROLL_BITS)),
      when(get(v.q), repeat(v.q, addProducts(layout, UNROLL))),
      set(v.q, and(get(v.inner), integer(UNROLL - 1))),
      when(get(v.q), repeat(v.q, addProducts(layout, 1))),
      addToC,
      advance(v.rowA, get(v.aTile)),
    ),
    advance(v.b, get(v.panel)),
    advance(v.c, integer(4 * TILE_COLUMNS)),
  );
}

function productOf(layout: Layout): () => Run {
  return onSharedMemory(() => ({
    parameters: PARAMETERS.length,
    integers: INTEGERS.length,
    vectors: VECTORS.length,
    body: bodyOf(layout),
  }));
}

const multiplyRows = productOf("rows"), multiplyPanels = productOf("panels");

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

/** A reserved array of twice the length as float64. */
export function exactly({ buffer, byteOffset, length }: Float32Array): Float64Array {
  return new Float64Array(buffer, byteOffset, length / 2);
}

/** Rows of a matrix that has `count`, with those that fill its last tile. */
export function tileRows(count: number): number {
  return Math.ceil(count / TILE_ROWS) * TILE_ROWS;
}

/** Columns of a matrix that has `count`, with those that fill its last tile. */
export function tileColumns(count: number): number {
  return Math.ceil(count / TILE_COLUMNS) * TILE_COLUMNS;
}

/** A matrix in reserved memory, in tiles of four rows. */
export interface Tiles {
  readonly data: Float32Array;
  readonly layout: Layout;
  /** Numbers from a tile to the next. */
  readonly tile: number;
}

/** `data` as a matrix of rows that are `width` long. */
export function rowMajor(data: Float32Array, width: number): Tiles {
  return { data, layout: "rows", tile: TILE_ROWS * width };
}

/** `data` as what {@linkcode putPanels} made of the transpose of a matrix, panels of 4 numbers. */
export function transposed(data: Float32Array, rows: number): Tiles {
  return { data, layout: "panels", tile: TILE_ROWS * rows };
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
  const isPanels = a.layout === "panels", column = isPanels ? TILE_ROWS : 1;
  const multiply = isPanels ? multiplyPanels() : multiplyRows();
  const panels = Math.ceil(n / TILE_COLUMNS), allTiles = Math.ceil(m / TILE_ROWS);
  for (let q = 0; q < k; q += BLOCK) {
    for (let tile = 0; tile < allTiles; tile += BLOCK_ROWS / TILE_ROWS) {
      multiply(
        a.data.byteOffset + 4 * (aAt + q * column + tile * a.tile),
        b.byteOffset + 4 * q * TILE_COLUMNS,
        c.byteOffset + 4 * (cAt + tile * TILE_ROWS * width),
        Math.min(allTiles - tile, BLOCK_ROWS / TILE_ROWS),
        Math.min(k - q, BLOCK),
        panels,
        a.tile, // bytes from a row to the next, four of which are a tile
        4 * a.tile,
        4 * depth * TILE_COLUMNS,
        4 * width,
      );
    }
  }
}
