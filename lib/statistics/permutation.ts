/**
 * The permutation test of two independent samples: how often splitting the pooled values anew moves
 * the means as far apart. The test between algorithms, whose seeds are no pairs.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { checkValues, mean, type Values } from "./descriptive.ts";

/** The result, two-sided. */
export interface PermutationTest {
  /** Mean of the first sample minus mean of the second. */
  readonly difference: number;
  /** Two-sided p value. */
  readonly p: number;
  /** Whether all relabelings were counted, or some were drawn. */
  readonly method: "exact" | "Monte Carlo";
  /** Splits that were looked at: all, or those drawn. */
  readonly count: number;
}

/** How the splits are gone through. */
export interface PermutationOptions {
  /** Draws, where all splits are too many; the test is then p = (1 + hits) / (1 + draws). */
  readonly random: RandomStream;
  /** Number of splits to draw where all are too many; 9,999 by default. */
  readonly draws?: number;
  /** Up to this many splits all are looked at; a million by default. */
  readonly mostExact?: number;
}

const MOST_EXACT = 1_000_000;

/** Differences closer than this, in units of the largest value, are ties. */
const TOLERANCE = 1e-12;

/**
 * Tests a difference of means over independent runs, two-sided: p is the share of all splits of the
 * values into two sides of these sizes whose means differ at least as much. Source: Fisher 1935,
 * Pitman 1937.
 *
 * @throws {TypeError} a side without values
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { permutationTest } from "./permutation.ts";
 * import { assertEquals } from "@std/assert";
 * const random = RandomStream.fromSeed(1);
 * const { p, method, count } = permutationTest([5, 6, 7, 8], [1, 2, 3, 4], { random });
 * assertEquals([p, method, count], [2 / 70, "exact", 70]);
 * ```
 */
export function permutationTest(
  a: Values,
  b: Values,
  { random, draws = 9_999, mostExact = MOST_EXACT }: PermutationOptions,
): PermutationTest {
  checkValues(a, 1, "a permutation test");
  checkValues(b, 1, "a permutation test");
  // Sorted, and with the smaller side as the one that is drawn: neither the order of the values
  // nor that of the sides changes anything.
  const pooled = Float64Array.from([...Array.from(a), ...Array.from(b)]).sort();
  const size = Math.min(a.length, b.length);
  const small = a.length <= b.length ? a : b;
  const center = mean(pooled);
  const centered = pooled.map((value) => value - center);
  const scale = centered.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // The difference of means is the centred sum of one side times a constant.
  let sum = 0;
  for (let i = 0; i < small.length; i++) sum += small[i]! - center;
  const magnitude = Math.max(scale, Math.abs(center));
  const limit = Math.abs(sum) - TOLERANCE * magnitude * size;
  const splits = splitCount(a.length, b.length);
  const difference = mean(a) - mean(b);
  if (splits <= mostExact) {
    const hits = countExact(centered, size, limit);
    return { difference, p: hits / splits, method: "exact", count: splits };
  }
  let hits = 0;
  const values = centered.slice();
  for (let draw = 0; draw < draws; draw++) {
    let drawn = 0;
    for (let i = 0; i < size; i++) {
      const j = i + random.integer(values.length - i);
      [values[i], values[j]] = [values[j]!, values[i]!];
      drawn += values[i]!;
    }
    if (Math.abs(drawn) >= limit) hits++;
  }
  return { difference, p: (1 + hits) / (1 + draws), method: "Monte Carlo", count: draws };
}

/** Number of ways to split `m + n` values into `m` and `n`. */
export function splitCount(m: number, n: number): number {
  let count = 1;
  for (let i = 1; i <= Math.min(m, n); i++) count = count * (Math.max(m, n) + i) / i;
  return Math.round(count);
}

/**
 * The smallest p that the exact test can give for `m` and `n` runs without ties: with equal sizes
 * the most extreme split has a mirror image, otherwise it may have none.
 *
 * @example
 * ```ts
 * import { leastPermutationP } from "./permutation.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(leastPermutationP(5, 5), 2 / 252);
 * ```
 */
export function leastPermutationP(m: number, n: number): number {
  return (m === n ? 2 : 1) / splitCount(m, n);
}

function countExact(values: Float64Array, size: number, limit: number): number {
  let hits = 0;
  const choose = (start: number, left: number, sum: number) => {
    if (left === 0) {
      if (Math.abs(sum) >= limit) hits++;
      return;
    }
    for (let i = start; i <= values.length - left; i++) choose(i + 1, left - 1, sum + values[i]!);
  };
  choose(0, size, 0);
  return hits;
}
