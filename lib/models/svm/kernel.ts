/** Kernels of support vector machines. @module */

import { dotProducts, type Matrix } from "./matrix.ts";

/** x·z, or exp(−γ|x − z|²). */
export type Kernel = { readonly type: "linear" } | { readonly type: "rbf"; readonly gamma: number };

/**
 * The kernel of all rows of `a` with all rows of `b`, [a.rows, b.rows].
 *
 * @throws {TypeError} when their rows have different lengths.
 */
export function kernelMatrix(a: Matrix, b: Matrix, kernel: Kernel): Matrix {
  const products = dotProducts(a, b);
  if (kernel.type === "linear") return products;
  const { gamma } = kernel;
  const { values } = products;
  const squaresA = squares(a), squaresB = squares(b);
  for (let i = 0, at = 0; i < a.rows; i++) {
    for (let j = 0; j < b.rows; j++, at++) {
      // The difference of large numbers may fall below 0.
      const distance = Math.max(0, squaresA[i]! + squaresB[j]! - 2 * values[at]!);
      values[at] = Math.exp(-gamma * distance);
    }
  }
  return products;
}

/**
 * scikit-learn's `gamma="scale"`: 1 / (columns · variance of all entries), and 1 where the variance
 * is 0.
 */
export function scaleGamma({ columns, values }: Matrix): number {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const variance = squares / values.length;
  return variance === 0 ? 1 : 1 / (columns * variance);
}

/** |x|² of each row. */
function squares({ rows, columns, values }: Matrix): Float64Array {
  const sums = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let at = i * columns; at < (i + 1) * columns; at++) sums[i]! += values[at]! ** 2;
  }
  return sums;
}
