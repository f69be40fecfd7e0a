/**
 * The Nyström method: a kernel machine on many samples as a linear one on features that approximate
 * the kernel by its values at a few landmarks.
 *
 * Source: Williams and Seeger 2001. With K = LLᵀ over the landmarks the features are L⁻¹k(x): their
 * products are those of the usual K^(−1/2)k(x), without its eigenvectors.
 *
 * @module
 */

import { type Kernel, kernelMatrix } from "./kernel.ts";
import { dotProducts, type Matrix, zeros } from "./matrix.ts";

/** Added to the diagonal of K, whose smallest eigenvalues are rounding noise. */
const JITTER = 1e-6;

/** Landmarks with what maps kernel values to features. */
export class Nystrom {
  readonly landmarks: Matrix;
  readonly #kernel: Kernel;
  /** L⁻¹, lower triangular. */
  readonly #inverse: Matrix;

  constructor(landmarks: Matrix, kernel: Kernel) {
    this.landmarks = landmarks;
    this.#kernel = kernel;
    const matrix = kernelMatrix(landmarks, landmarks, kernel);
    for (let i = 0; i < matrix.rows; i++) matrix.values[i * matrix.rows + i]! += JITTER;
    this.#inverse = invertLower(cholesky(matrix));
  }

  /** [rows, width] → [rows, landmarks] */
  features(x: Matrix): Matrix {
    return dotProducts(kernelMatrix(x, this.landmarks, this.#kernel), this.#inverse);
  }

  /** Weights of the features → coefficients of the landmarks, both [landmarks]. */
  coefficients(weights: Float64Array): Float64Array {
    const { rows, values } = this.#inverse;
    const sums = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j <= i; j++) sums[j]! += values[i * rows + j]! * weights[i]!;
    }
    return sums;
  }
}

/**
 * L with LLᵀ = the matrix, lower triangular.
 *
 * @throws {RangeError} when the matrix is not positive definite.
 */
export function cholesky(matrix: Matrix): Matrix {
  const n = matrix.rows;
  const lower = zeros(n, n);
  const l = lower.values;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix.values[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= l[i * n + k]! * l[j * n + k]!;
      if (i !== j) l[i * n + j] = sum / l[j * n + j]!;
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else {
        throw new RangeError(
          `Cannot decompose a kernel matrix: pivot ${i} is ${sum}, expected a number above 0`,
        );
      }
    }
  }
  return lower;
}

/** L⁻¹ of a lower triangular matrix. */
export function invertLower(matrix: Matrix): Matrix {
  const n = matrix.rows;
  const inverse = zeros(n, n);
  const [l, out] = [matrix.values, inverse.values];
  for (let i = 0; i < n; i++) {
    const pivot = l[i * n + i]!;
    // Row i of L⁻¹ = (e_i − Σ_{k<i} L_ik · row k) / L_ii
    for (let k = 0; k < i; k++) {
      const factor = l[i * n + k]! / pivot;
      for (let j = 0; j <= k; j++) out[i * n + j]! -= factor * out[k * n + j]!;
    }
    out[i * n + i] = 1 / pivot;
  }
  return inverse;
}
