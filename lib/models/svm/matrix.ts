/** Rows of float64 numbers, and their products. @module */

/** [rows, columns] in C order. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

/** A matrix of zeros. */
export function zeros(rows: number, columns: number): Matrix {
  return { rows, columns, values: new Float64Array(rows * columns) };
}

/** The rows at `indices`, copied. */
export function selectRows(matrix: Matrix, indices: ArrayLike<number>): Matrix {
  const { columns } = matrix;
  const selected = zeros(indices.length, columns);
  for (let i = 0; i < indices.length; i++) {
    const start = indices[i]! * columns;
    selected.values.set(matrix.values.subarray(start, start + columns), i * columns);
  }
  return selected;
}

/**
 * A Bᵀ: the products of all rows of `a` with all rows of `b`, [a.rows, b.rows].
 *
 * @throws {TypeError} when their rows have different lengths.
 */
export function dotProducts(a: Matrix, b: Matrix): Matrix {
  if (a.columns !== b.columns) {
    throw new TypeError(
      `Cannot multiply rows of ${a.columns} numbers with rows of ${b.columns}: expected as many`,
    );
  }
  const products = zeros(a.rows, b.rows);
  const isSymmetric = a === b;
  for (let i = 0; i < a.rows; i += 4) {
    for (let j = isSymmetric ? i : 0; j < b.rows; j += 4) {
      if (i + 4 <= a.rows && j + 4 <= b.rows) multiplyTile(a, i, b, j, products);
      else multiplyRest(a, i, b, j, products);
    }
  }
  if (isSymmetric) mirror(products);
  return products;
}

/** Copies the upper triangle to the lower one. */
function mirror({ rows, values }: Matrix): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < i; j++) values[i * rows + j] = values[j * rows + i]!;
  }
}

/** Four rows by four: sixteen sums in registers, so each number is loaded once for four uses. */
function multiplyTile(a: Matrix, i: number, b: Matrix, j: number, products: Matrix): void {
  const { columns } = a;
  const [x, y, out, width] = [a.values, b.values, products.values, products.columns];
  let [p0, q0] = [i * columns, j * columns];
  let [s00, s01, s02, s03, s10, s11, s12, s13] = [0, 0, 0, 0, 0, 0, 0, 0];
  let [s20, s21, s22, s23, s30, s31, s32, s33] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const end = p0 + columns; p0 < end; p0++, q0++) {
    const x0 = x[p0]!, x1 = x[p0 + columns]!;
    const x2 = x[p0 + 2 * columns]!, x3 = x[p0 + 3 * columns]!;
    const y0 = y[q0]!, y1 = y[q0 + columns]!;
    const y2 = y[q0 + 2 * columns]!, y3 = y[q0 + 3 * columns]!;
    s00 += x0 * y0, s01 += x0 * y1, s02 += x0 * y2, s03 += x0 * y3;
    s10 += x1 * y0, s11 += x1 * y1, s12 += x1 * y2, s13 += x1 * y3;
    s20 += x2 * y0, s21 += x2 * y1, s22 += x2 * y2, s23 += x2 * y3;
    s30 += x3 * y0, s31 += x3 * y1, s32 += x3 * y2, s33 += x3 * y3;
  }
  let at = i * width + j;
  out[at] = s00, out[at + 1] = s01, out[at + 2] = s02, out[at + 3] = s03;
  at += width;
  out[at] = s10, out[at + 1] = s11, out[at + 2] = s12, out[at + 3] = s13;
  at += width;
  out[at] = s20, out[at + 1] = s21, out[at + 2] = s22, out[at + 3] = s23;
  at += width;
  out[at] = s30, out[at + 1] = s31, out[at + 2] = s32, out[at + 3] = s33;
}

/** The tile at an edge. */
function multiplyRest(a: Matrix, i: number, b: Matrix, j: number, products: Matrix): void {
  const { columns } = a;
  for (let p = i; p < Math.min(i + 4, a.rows); p++) {
    for (let q = j; q < Math.min(j + 4, b.rows); q++) {
      let sum = 0;
      for (let t = 0; t < columns; t++) {
        sum += a.values[p * columns + t]! * b.values[q * columns + t]!;
      }
      products.values[p * products.columns + q] = sum;
    }
  }
}
