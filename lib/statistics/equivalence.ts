/**
 * Equivalence: that a difference is smaller than a margin. No small p of a test of "no difference" can
 * show that, nor can a large one.
 *
 * @module
 */

import type { Values } from "./descriptive.ts";
import { tUpper } from "./distributions.ts";
import { welchTest } from "./t_tests.ts";

/** Two one-sided tests of a difference of means against both ends of a margin. */
export interface EquivalenceTest {
  /** Mean of the first sample minus mean of the second. */
  readonly difference: number;
  /** Half the width of what counts as equivalent, in units of the values. */
  readonly margin: number;
  /** Degrees of freedom of both, by Welch and Satterthwaite. */
  readonly df: number;
  /** p of "the difference is -margin or less". */
  readonly pLow: number;
  /** p of "the difference is margin or more". */
  readonly pHigh: number;
  /** The larger of the two: the p of "not equivalent". */
  readonly p: number;
}

/**
 * Tests that two independent samples have means less than `margin` apart: two one-sided tests of Welch's
 * t, of which both must reject. At level α that is the same as an interval of level 1 - 2α inside of
 * (-margin, margin). Source: Schuirmann 1987; in the form of unequal variances, Dannenberg, Dette and
 * Munk 1994.
 *
 * @throws {TypeError} fewer than two values on a side
 * @throws {RangeError} a margin that is not a finite number above 0
 *
 * @example
 * ```ts
 * import { equivalenceTest } from "./equivalence.ts";
 * import { assert } from "@std/assert";
 * const [a, b] = [[0.71, 0.72, 0.73, 0.72], [0.72, 0.71, 0.72, 0.73]];
 * assert(equivalenceTest(a, b, 0.02).p < 0.05);
 * assert(equivalenceTest(a, b, 0.005).p > 0.05); // not shown: so few seeds spread too much
 * ```
 */
export function equivalenceTest(a: Values, b: Values, margin: number): EquivalenceTest {
  checkMargin(margin);
  const { value: difference, error, df } = welchTest(a, b);
  // Without any spread, t is infinite but at the end itself.
  const tAt = (distance: number) => distance === 0 ? 0 : distance / error;
  const pLow = tUpper(tAt(difference + margin), df);
  const pHigh = tUpper(tAt(margin - difference), df);
  return { difference, margin, df, pLow, pHigh, p: Math.max(pLow, pHigh) };
}

/**
 * The same by resampled differences: p = (1 + those at or beyond the nearer end) / (1 + all). At level α
 * that is the same as a percentile interval of level 1 - 2α inside of (-margin, margin).
 *
 * @param sorted resampled differences, ascending
 * @throws {RangeError} a margin that is not a finite number above 0
 *
 * @example
 * ```ts
 * import { resampledEquivalence } from "./equivalence.ts";
 * import { assertEquals } from "@std/assert";
 * const sorted = Float64Array.from({ length: 99 }, (_, i) => (i - 49) / 1000);
 * assertEquals(resampledEquivalence(sorted, 0.05), 0.01);
 * assertEquals(resampledEquivalence(sorted, 0.045), 0.06); // five of 99, and one
 * ```
 */
export function resampledEquivalence(sorted: Float64Array, margin: number): number {
  checkMargin(margin);
  const least = sorted.findIndex((value) => value > -margin);
  const below = least < 0 ? sorted.length : least;
  const above = sorted.length - 1 - sorted.findLastIndex((value) => value < margin);
  return (1 + Math.max(below, above)) / (1 + sorted.length);
}

function checkMargin(margin: number): void {
  if (margin > 0 && Number.isFinite(margin)) return;
  throw new RangeError(`Cannot use a margin of ${margin}: expected a finite number above 0`);
}
