/** Wilcoxon's signed-rank test of paired differences. @module */

import { checkValues, ranks, tieSizes, type Values } from "./descriptive.ts";
import { normalTwoSided } from "./distributions.ts";

/** The result of a signed-rank test, two-sided. */
export interface SignedRankTest {
  /** Sum of the ranks of the positive differences. `@stdlib` reports this one. */
  readonly wPlus: number;
  /** Sum of the ranks of the negative differences. */
  readonly wMinus: number;
  /** The smaller of the two, which scipy reports. */
  readonly minW: number;
  /** Two-sided p value. */
  readonly p: number;
  /** Exact without ties and zeros up to 50 differences, else normal with correction. */
  readonly method: "exact" | "normal";
}

/** How zeros and the normal approximation are treated, as in `scipy.stats.wilcoxon`. */
export interface SignedRankOptions {
  /** Zeros are dropped before (`wilcox`, the default) or after (`pratt`) ranking. */
  readonly zeros?: "wilcox" | "pratt";
  /**
   * Whether the normal approximation moves the statistic half a rank towards its mean; by default
   * with `wilcox` only.
   */
  readonly continuity?: boolean;
}

const LARGEST_EXACT = 50;

/**
 * Whether paired differences are symmetric around 0. Not for seeds: they are no pairs, and 5 of
 * them cannot give less than 0.0625.
 *
 * @throws {TypeError} no differences
 *
 * @example
 * ```ts
 * import { signedRankTest } from "./wilcoxon.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(signedRankTest([1, 2, 3, 4, 5]).p, 0.0625);
 * ```
 */
export function signedRankTest(
  differences: Values,
  options: SignedRankOptions = {},
): SignedRankTest {
  checkValues(differences, 1, "a signed-rank test");
  const { zeros = "wilcox", continuity = zeros === "wilcox" } = options;
  const all = Array.from(differences);
  const nonZero = all.filter((d) => d !== 0);
  const ranked = zeros === "wilcox" ? nonZero : all;
  const sizes = ranked.map(Math.abs);
  const rank = ranks(sizes);
  let wPlus = 0, wMinus = 0;
  ranked.forEach((d, i) => {
    if (d > 0) wPlus += rank[i]!;
    if (d < 0) wMinus += rank[i]!;
  });
  const minW = Math.min(wPlus, wMinus);
  const hasTies = tieSizes(sizes).length > 0 || nonZero.length < all.length;
  const method = !hasTies && all.length <= LARGEST_EXACT ? "exact" : "normal";
  const p = nonZero.length === 0
    ? 1
    : method === "exact"
    ? exactP(minW, all.length)
    : normalP(minW, ranked.length, all.length - nonZero.length, sizes, zeros, continuity);
  return { wPlus, wMinus, minW, p, method };
}

/** Twice the share of the 2ⁿ sign patterns whose rank sum is at most `w`, at most 1. */
function exactP(w: number, n: number): number {
  const most = n * (n + 1) / 2;
  const counts = new Float64Array(most + 1);
  counts[0] = 1;
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = most; sum >= rank; sum--) counts[sum] = counts[sum]! + counts[sum - rank]!;
  }
  let below = 0;
  for (let sum = 0; sum <= w; sum++) below += counts[sum]!;
  return Math.min(1, 2 * below / 2 ** n);
}

function normalP(
  w: number,
  n: number,
  zeroCount: number,
  sizes: readonly number[],
  zeros: "wilcox" | "pratt",
  continuity: boolean,
): number {
  let center = n * (n + 1) / 4;
  let spread = n * (n + 1) * (2 * n + 1);
  if (zeros === "pratt") {
    center -= zeroCount * (zeroCount + 1) / 4;
    spread -= zeroCount * (zeroCount + 1) * (2 * zeroCount + 1);
  }
  for (const size of tieSizes(sizes.filter((size) => size !== 0))) {
    spread -= (size ** 3 - size) / 2;
  }
  const distance = Math.max(0, center - w - (continuity ? 0.5 : 0));
  return normalTwoSided(distance / Math.sqrt(spread / 24));
}
