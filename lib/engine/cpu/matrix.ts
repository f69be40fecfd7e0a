/**
 * Copies of matrices to where the matrix product works, in panels that it reads from first to last, and
 * back from rows that may be longer than the matrix is wide.
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

/**
 * Copies a [rows, columns] matrix into panels of `size` columns, one after the other: each holds `depth`
 * rows, of which these are those from `first` on. What fills the last panel is left as it is.
 */
export function putPanels(
  target: Float32Array,
  size: number,
  depth: number,
  source: Float32Array,
  { at, row, column }: View,
  rows: number,
  columns: number,
  first = 0,
): void {
  for (let j = 0; j < columns; j += size) {
    const start = j * depth + first * size, width = Math.min(size, columns - j);
    for (let p = 0; p < width;) {
      let to = start + p, from = at + (j + p) * column;
      if (width - p >= 4) {
        for (let i = 0; i < rows; i++, to += size, from += row) {
          target[to] = source[from]!;
          target[to + 1] = source[from + column]!;
          target[to + 2] = source[from + 2 * column]!;
          target[to + 3] = source[from + 3 * column]!;
        }
        p += 4;
      } else {
        for (let i = 0; i < rows; i++, to += size, from += row) target[to] = source[from]!;
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
  for (let i = 0; i < rows; i++) {
    let from = i * width, to = at + i * row;
    for (const end = from + columns; from < end; from++, to += column) target[to] = source[from]!;
  }
}
