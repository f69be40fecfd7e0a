/**
 * The test over seeds: is one algorithm better than the other, whatever the seed? Which test that is
 * depends on whether the algorithms vary with their seed at all.
 *
 * @module
 */

import type { RandomStream } from "../../core/random.ts";
import {
  leastPermutationP,
  permutationTest,
  pooledDeviation,
  smallestDistance,
  smallestEffect,
  standardDeviation,
  welchTest,
} from "../../statistics/mod.ts";

/** The chance of finding a difference that studies are usually planned for. */
const POWER = 0.8;

/** A p and the test that gave it. */
export interface TestResult {
  /** Two-sided p value. */
  readonly p: number;
  /** Name of the test. */
  readonly test: string;
}

/**
 * The test over seeds, and what so many seeds could have shown. Where neither algorithm varies with
 * its seed there is nothing to test, and the test over samples stands in.
 */
export interface SeedTest extends TestResult {
  /** The smallest p that so many seeds can give, before any correction; 0 where there is none. */
  readonly leastP: number;
  /** The chance with which {@linkcode SeedTest.detectable} would have been shown. */
  readonly power: number;
  /**
   * The smallest difference, in units of the metric, that so many seeds with such a spread show with
   * that chance, at this level after the correction for the table (its strictest step); 0 where the
   * metric is the same for every seed.
   */
  readonly detectable: number;
}

/** The seeds of an algorithm by one metric. */
export interface SeedValues {
  /** The metric, one value a seed, two or more. */
  readonly values: readonly number[];
  /** Whether every seed predicts the same. */
  readonly isStill: boolean;
}

/** The test over seeds, without what depends on the size of the table. */
export interface SeedResult extends TestResult {
  /** See {@linkcode SeedTest}. */
  readonly leastP: number;
}

/**
 * The exact permutation of seeds; Welch's t where one side does not vary with its seed, because a
 * permutation takes its copies of one result for evidence (it rejects 12 % of true hypotheses at five
 * seeds, Welch's t 5 %); `samples` where neither does.
 */
export function testSeeds(
  a: SeedValues,
  b: SeedValues,
  samples: TestResult,
  options: { readonly random: RandomStream; readonly draws: number },
): SeedResult {
  if (a.isStill && b.isStill) {
    return { p: samples.p, test: `${samples.test} over samples`, leastP: 0 };
  }
  if (a.isStill || b.isStill) {
    return { p: welchTest(a.values, b.values).p, test: "Welch t", leastP: 0 };
  }
  const { p, method } = permutationTest(a.values, b.values, options);
  return {
    p,
    test: method === "exact" ? "exact permutation" : "Monte Carlo permutation",
    leastP: leastPermutationP(a.values.length, b.values.length),
  };
}

/** What so many seeds show with a usual chance; `alpha` is the level after correction. */
export function detectableBy(
  a: SeedValues,
  b: SeedValues,
  alpha: number,
): Pick<SeedTest, "power" | "detectable"> {
  return { power: POWER, detectable: smallestDifference(a, b, alpha) };
}

function smallestDifference(a: SeedValues, b: SeedValues, alpha: number): number {
  if (a.isStill && b.isStill) return 0;
  if (a.isStill || b.isStill) {
    const { values } = a.isStill ? b : a;
    return standardDeviation(values) * smallestDistance(values.length, POWER, alpha);
  }
  return pooledDeviation(a.values, b.values) *
    smallestEffect(a.values.length, b.values.length, POWER, alpha);
}

/** Whether p is at most a level: 1 - 0.95 is a little more than 0.05 in binary. */
export function isAtMost(p: number, level: number): boolean {
  return p <= level + 1e-12;
}
