/**
 * Copies of matrices to where the matrix product works, in rows that may be longer than the matrix is
 * wide, and back.
 *
 * @module
 */

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

/** Copies a [rows, columns] matrix into the first `columns` of rows of `width`. */
export function put(
  target: Float32Array,
  width: number,
  source: Float32Array,
  { at, row, column }: View,
  rows: number,
  columns: number,
): void {
  if (column === 1 && row === width && columns === width) {
    target.set(source.subarray(at, at + rows * width));
    return;
  }
  for (let i = 0; i < rows; i++) {
    let to = i * width, from = at + i * row;
    for (const end = to + columns; to < end; to++, from += column) target[to] = source[from]!;
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
  for (let i = 0; i < rows; i++) {
    let from = i * width, to = at + i * row;
    for (const end = from + columns; from < end; from++, to += column) target[to] = source[from]!;
  }
}
