/** Mann and Whitney's test of two independent samples. @module */

import { checkValues, ranks, tieSizes, type Values } from "./descriptive.ts";
import { normalTwoSided } from "./distributions.ts";

/** The result, two-sided. */
export interface MannWhitneyTest {
  /** Pairs in which the first sample's value is larger, ties counted half. */
  readonly u: number;
  /** Two-sided p value. */
  readonly p: number;
  /** Exact without ties up to 10,000 pairs, else normal with continuity and tie correction. */
  readonly method: "exact" | "normal";
}

const MOST_EXACT_PAIRS = 10_000;

/**
 * Whether values of one sample tend to be larger: a check on the test of means over seeds.
 *
 * @throws {TypeError} a side without values
 *
 * @example
 * ```ts
 * import { mannWhitneyTest } from "./mann_whitney.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(mannWhitneyTest([1, 2, 3, 4], [5, 6, 7, 8]).p, 0.0285714286);
 * ```
 */
export function mannWhitneyTest(a: Values, b: Values): MannWhitneyTest {
  checkValues(a, 1, "Mann and Whitney's test");
  checkValues(b, 1, "Mann and Whitney's test");
  const pooled = [...Array.from(a), ...Array.from(b)];
  const rank = ranks(pooled);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += rank[i]!;
  const u = sum - a.length * (a.length + 1) / 2;
  const ties = tieSizes(pooled);
  const largest = Math.max(u, a.length * b.length - u);
  const isExact = ties.length === 0 && a.length * b.length <= MOST_EXACT_PAIRS;
  return isExact
    ? { u, p: exactP(largest, a.length, b.length), method: "exact" }
    : { u, p: normalP(largest, a.length, b.length, ties), method: "normal" };
}

/** Twice the share of arrangements with a U of at least `u`, at most 1. */
function exactP(u: number, m: number, n: number): number {
  // Coefficients of the Gaussian binomial: ∏ (1 - q^(n+i)) / (1 - q^i), divided as we go.
  const most = m * n;
  let shares: Float64Array<ArrayBuffer> = new Float64Array(most + 1);
  shares[0] = 1;
  for (let i = 1; i <= m; i++) {
    const next = shares.slice();
    for (let k = most; k >= n + i; k--) next[k] = next[k]! - next[k - n - i]!;
    for (let k = i; k <= most; k++) next[k] = next[k]! + next[k - i]!;
    // Kept as shares: the counts themselves pass 2^53 soon.
    shares = next.map((value) => value * i / (n + i));
  }
  let above = 0;
  for (let k = u; k <= most; k++) above += shares[k]!;
  return Math.min(1, 2 * above);
}

function normalP(u: number, m: number, n: number, ties: readonly number[]): number {
  const total = m + n;
  const tied = ties.reduce((sum, size) => sum + size ** 3 - size, 0);
  const spread = Math.sqrt(m * n / 12 * (total + 1 - tied / (total * (total - 1))));
  if (spread === 0) return 1;
  return normalTwoSided(Math.max(0, u - m * n / 2 - 0.5) / spread);
}
