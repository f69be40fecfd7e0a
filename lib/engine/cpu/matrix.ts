/**
 * Copies of matrices to where the matrix product works, in panels that it reads from first to last, and
 * back from rows that may be longer than the matrix is wide.
 *
 * @module
 */

import { hasFloats } from "./memory.ts";
import { putColumns8, putRows4, putRows8 } from "./panels_module.ts";

/** A matrix inside an array: element (i, j) lies at `at + i * row + j * column`. */
export interface View {
  readonly at: number;
  readonly row: number;
  readonly column: number;
}

/** Rows of `columns` each, one after the other. */
export function asRows(columns: number, at = 0): View {
  return { at, row: columns, column: 1 };
}

/** The transpose of {@linkcode asRows}. */
export function asColumns(rows: number, at = 0): View {
  return { at, row: 1, column: rows };
}

/** A matrix of fewer numbers is copied by a loop of JavaScript, which starts sooner. */
const FEW = 32;

/**
 * Copies a [rows, columns] matrix into panels of `size` columns, one after the other: each holds `depth`
 * rows, of which these are those from `first` on. What fills the last panel is left as it is.
 */
export function putPanels(
  target: Float32Array,
  size: number,
  depth: number,
  source: Float32Array,
  view: View,
  rows: number,
  columns: number,
  first = 0,
): void {
  const { at, row, column } = view;
  const inRows = column === 1, inColumns = !inRows && row === 1 && size === 8;
  const panels = Math.floor(columns / size);
  const done = inRows ? rows : inColumns ? rows - rows % 4 : 0;
  if (done * panels * size < FEW || !hasFloats(source) || !hasFloats(target)) {
    putSingly(target, size, depth, source, view, [0, rows], [0, columns], first);
    return;
  }
  const to = target.byteOffset + 4 * first * size, from = source.byteOffset + 4 * at;
  const panel = 4 * depth * size;
  if (inColumns) putColumns8()(to, panel, from, 4 * column, done / 4, panels);
  else if (size === 8) putRows8()(to, panel, from, 4 * row, rows, panels);
  else putRows4()(to, panel, from, 4 * row, rows, panels);
  putSingly(target, size, depth, source, view, [done, rows], [0, panels * size], first);
  putSingly(target, size, depth, source, view, [0, rows], [panels * size, columns], first);
}

/** The same of some rows, and of columns from the beginning of a panel on. */
function putSingly(
  target: Float32Array,
  size: number,
  depth: number,
  source: Float32Array,
  { at, row, column }: View,
  [firstRow, endRow]: readonly [number, number],
  [firstColumn, endColumn]: readonly [number, number],
  first: number,
): void {
  if (firstRow === endRow) return;
  for (let j = firstColumn; j < endColumn; j += size) {
    const start = j * depth + (first + firstRow) * size, width = Math.min(size, endColumn - j);
    for (let p = 0; p < width;) {
      let to = start + p, from = at + firstRow * row + (j + p) * column;
      if (width - p >= 4) {
        for (let i = firstRow; i < endRow; i++, to += size, from += row) {
          target[to] = source[from]!;
          target[to + 1] = source[from + column]!;
          target[to + 2] = source[from + 2 * column]!;
          target[to + 3] = source[from + 3 * column]!;
        }
        p += 4;
      } else {
        for (let i = firstRow; i < endRow; i++, to += size, from += row) target[to] = source[from]!;
        p++;
      }
    }
  }
}

/** Copies the first `columns` of rows of `width` into a [rows, columns] matrix. */
export function take(
  target: Float32Array,
  { at, row, column }: View,
  source: Float32Array,
  width: number,
  rows: number,
  columns: number,
): void {
  if (column === 1 && row === width && columns === width) {
    target.set(source.subarray(0, rows * width), at);
    return;
  }
  if (column === 1) {
    for (let i = 0; i < rows; i++) copyRow(target, at + i * row, source, i * width, columns);
    return;
  }
  // Some columns at a time, whose beginnings in the target the processor's cache holds.
  for (let first = 0; first < columns; first += COLUMNS) {
    const end = Math.min(columns, first + COLUMNS);
    for (let i = 0; i < rows; i++) {
      let to = at + i * row + first * column;
      for (let from = i * width + first; from < i * width + end; from++, to += column) {
        target[to] = source[from]!;
      }
    }
  }
}

/** Columns that are copied at a time. */
const COLUMNS = 16;
/** Numbers that are copied as one: of fewer, making their view takes longer. */
const LONG = 64;

/** Copies numbers that lie beside each other. */
export function copyRow(
  target: Float32Array,
  to: number,
  source: Float32Array,
  from: number,
  length: number,
): void {
  if (length >= LONG) target.set(source.subarray(from, from + length), to);
  else for (let i = 0; i < length; i++) target[to + i] = source[from + i]!;
}
