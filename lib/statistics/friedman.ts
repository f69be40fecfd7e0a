/**
 * Several models over several datasets: Friedman's test of their ranks and Nemenyi's critical
 * difference (Demšar 2006).
 *
 * @module
 */

import { ranks, tieSizes } from "./descriptive.ts";
import { chiSquaredUpper, normalCdf, normalDensity } from "./distributions.ts";

/** The omnibus test, and how far mean ranks must be apart. */
export interface FriedmanTest {
  /** The statistic, corrected for ties. */
  readonly chi2: number;
  /** By the χ² distribution. */
  readonly p: number;
  /** By model; 1 is the best. */
  readonly meanRanks: number[];
  /** Two models differ at 5 % when their mean ranks are further apart than this. */
  readonly criticalDifference05: number;
}

/**
 * The test of `rows` (datasets) × columns (models), higher is better.
 *
 * @throws {TypeError} fewer than two rows or columns, or rows of different widths
 *
 * @example
 * ```ts
 * import { friedmanTest } from "./friedman.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * // Five datasets, three models; the third is best on each.
 * const rows = [[3, 2, 1], [3, 2, 1], [2, 3, 1], [3, 2, 1], [3, 2, 1]];
 * assertAlmostEquals(friedmanTest(rows).p, 0.0149955768);
 * ```
 */
export function friedmanTest(rows: readonly (readonly number[])[]): FriedmanTest {
  const n = rows.length;
  const k = rows[0]?.length ?? 0;
  if (n < 2 || k < 2 || rows.some((row) => row.length !== k || !row.every(Number.isFinite))) {
    throw new TypeError(
      `Cannot rank ${k} models over ${n} datasets: expected a number for each of two or more`,
    );
  }
  const sums = new Float64Array(k);
  let tied = 0;
  for (const row of rows) {
    ranks(row.map((value) => -value)).forEach((rank, i) => sums[i] = sums[i]! + rank);
    tied += tieSizes(row).reduce((sum, size) => sum + size ** 3 - size, 0);
  }
  const squares = sums.reduce((sum, value) => sum + value * value, 0);
  const correction = 1 - tied / (n * (k ** 3 - k));
  const chi2 = correction === 0
    ? 0
    : (12 / (n * k * (k + 1)) * squares - 3 * n * (k + 1)) / correction;
  return {
    chi2,
    p: correction === 0 ? 1 : chiSquaredUpper(chi2, k - 1),
    meanRanks: Array.from(sums, (sum) => sum / n),
    criticalDifference05: criticalDifference(k, n, 0.05),
  };
}

/**
 * Nemenyi's critical difference of mean ranks of `k` models over `n` datasets at level `alpha`.
 * Source: Demšar 2006, section 3.2.2.
 *
 * @example
 * ```ts
 * import { criticalDifference } from "./friedman.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(criticalDifference(4, 10, 0.05), 1.48323119);
 * ```
 */
export function criticalDifference(k: number, n: number, alpha: number): number {
  return rangeQuantile(1 - alpha, k) / Math.SQRT2 * Math.sqrt(k * (k + 1) / (6 * n));
}

/** The quantile of the range of `k` standard normal numbers (studentized range, df = ∞). */
export function rangeQuantile(p: number, k: number): number {
  let [low, high] = [0, 20];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (rangeCdf(middle, k) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** k ∫ φ(z) (Φ(z) - Φ(z - q))^(k-1) dz by the trapezoid rule, which is exact for such functions. */
function rangeCdf(q: number, k: number): number {
  const step = 1 / 16;
  let sum = 0;
  for (let z = -9; z <= 9; z += step) {
    sum += normalDensity(z) * (normalCdf(z) - normalCdf(z - q)) ** (k - 1);
  }
  return k * sum * step;
}
