/** Correlations of two variables, with their tests. @module */

import {
  checkSameLength,
  checkValues,
  isConstant,
  mean,
  ranks,
  type Values,
} from "./descriptive.ts";
import { normalQuantile, tTwoSided } from "./distributions.ts";
import type { Interval } from "./interval.ts";

/** Pearson's r and whether it is 0, two-sided; the interval is Fisher's. */
export interface CorrelationTest extends Interval {
  /** Two-sided, of no correlation. */
  readonly p: number;
}

/**
 * Pearson's correlation; 0 where a side is constant.
 *
 * @throws {TypeError} other than pairs
 *
 * @example
 * ```ts
 * import { pearson } from "./correlation.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(pearson([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), 0.8);
 * ```
 */
export function pearson(x: Values, y: Values): number {
  checkSameLength(x, y, "a correlation");
  checkValues(x, 1, "a correlation");
  checkValues(y, 1, "a correlation");
  if (isConstant(x) || isConstant(y)) return 0;
  const [mx, my] = [mean(x), mean(y)];
  let xy = 0, xx = 0, yy = 0;
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - mx, y[i]! - my];
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return Math.max(-1, Math.min(1, xy / Math.sqrt(xx * yy)));
}

/**
 * Tests Pearson's r against 0.
 *
 * @throws {TypeError} fewer than four pairs
 *
 * @example
 * ```ts
 * import { pearsonTest } from "./correlation.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(pearsonTest([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).p, 0.104088039);
 * ```
 */
export function pearsonTest(x: Values, y: Values, level = 0.95): CorrelationTest {
  checkValues(x, 4, "a test of a correlation");
  const r = pearson(x, y);
  const half = normalQuantile((1 + level) / 2) / Math.sqrt(x.length - 3);
  const z = Math.atanh(r);
  return {
    value: r,
    p: pOf(r, x.length),
    low: Math.tanh(z - half),
    high: Math.tanh(z + half),
    level,
  };
}

/**
 * Spearman's rank correlation and its p by the t distribution.
 *
 * @example
 * ```ts
 * import { spearmanTest } from "./correlation.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(spearmanTest([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]).rho, 0.8);
 * ```
 */
export function spearmanTest(x: Values, y: Values): { readonly rho: number; readonly p: number } {
  checkSameLength(x, y, "a correlation");
  checkValues(x, 3, "a test of a correlation");
  const rho = pearson(ranks(x), ranks(y));
  return { rho, p: pOf(rho, x.length) };
}

/**
 * Kendall's tau-b.
 *
 * @throws {TypeError} other than pairs
 *
 * @example
 * ```ts
 * import { kendall } from "./correlation.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(kendall([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]), 0.6);
 * ```
 */
export function kendall(x: Values, y: Values): number {
  checkSameLength(x, y, "a correlation");
  checkValues(x, 2, "a correlation");
  let agreement = 0, untiedX = 0, untiedY = 0;
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [sx, sy] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      agreement += sx * sy;
      untiedX += sx * sx;
      untiedY += sy * sy;
    }
  }
  return untiedX === 0 || untiedY === 0 ? 0 : agreement / Math.sqrt(untiedX * untiedY);
}

function pOf(r: number, n: number): number {
  if (Math.abs(r) === 1) return 0;
  return tTwoSided(r * Math.sqrt((n - 2) / (1 - r * r)), n - 2);
}
