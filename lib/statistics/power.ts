/** How many seeds a difference needs. @module */

import { normalCdf } from "./distributions.ts";
import { tCritical } from "./distributions.ts";
import { logGamma } from "./special.ts";

/**
 * The chance that `n` seeds for each of two algorithms show a difference of `effect` standard
 * deviations (of seeds) at level `alpha`, two-sided, by a t-test. The exact permutation test has
 * about the same.
 *
 * @throws {RangeError} fewer than two seeds
 *
 * @example
 * ```ts
 * import { seedPower } from "./power.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(seedPower(1, 17), 0.807, 0.001);
 * ```
 */
export function seedPower(effect: number, n: number, alpha = 0.05): number {
  if (!(n >= 2)) throw new RangeError(`Cannot test with ${n} seeds: expected at least 2`);
  return tPower(effect * Math.sqrt(n / 2), 2 * n - 2, alpha);
}

/** The chance that a two-sided t-test rejects, where t is `shift` off on average. */
function tPower(shift: number, df: number, alpha: number): number {
  const critical = tCritical(1 - alpha, df);
  // T is (Z + shift) / s, where df s² is chi-squared: the mean over s of both normal tails.
  const logFront = Math.LN2 + df / 2 * Math.log(df / 2) - logGamma(df / 2);
  const width = 12 / Math.sqrt(2 * df);
  const low = Math.max(1e-9, 1 - width), high = 1 + width;
  const steps = 2_000;
  const h = (high - low) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++) {
    const s = low + i * h;
    const density = Math.exp(logFront + (df - 1) * Math.log(s) - df * s * s / 2);
    const outside = normalCdf(shift - critical * s) + normalCdf(-shift - critical * s);
    // Simpson's weights.
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * density * outside;
  }
  return sum * h / 3;
}

/**
 * The fewest seeds for each algorithm that show `effect` with a chance of `power`.
 *
 * @throws {RangeError} an effect that is not above 0, or so small that it takes more than 10,000
 *
 * @example
 * ```ts
 * import { seedsNeeded } from "./power.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(seedsNeeded(2), 6);
 * ```
 */
export function seedsNeeded(effect: number, power = 0.8, alpha = 0.05): number {
  const size = Math.abs(effect);
  for (let n = 2; n <= 10_000 && size > 0; n = n < 100 ? n + 1 : Math.ceil(n * 1.02)) {
    if (seedPower(size, n, alpha) >= power) return n;
  }
  throw new RangeError(`Cannot plan for an effect of ${effect}: expected one that is not about 0`);
}

/**
 * The smallest effect, in standard deviations of seeds, that `m` and `n` seeds of two algorithms
 * show with a chance of `power`: the inverse of {@linkcode seedPower}. Unequal numbers count as
 * their harmonic mean.
 *
 * @throws {RangeError} fewer than two seeds, or a power that is not in (alpha, 1)
 *
 * @example
 * ```ts
 * import { smallestEffect } from "./power.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(smallestEffect(17, 17), 0.99, 0.01);
 * ```
 */
export function smallestEffect(m: number, n: number, power = 0.8, alpha = 0.05): number {
  const seeds = 2 * m * n / (m + n);
  return smallestShift(2 * seeds - 2, power, alpha) * Math.sqrt(2 / seeds);
}

/**
 * The smallest distance of a mean from a known number, in standard deviations of seeds, that `n`
 * seeds show with a chance of `power`, by a t-test.
 *
 * @throws {RangeError} fewer than two seeds, or a power that is not in (alpha, 1)
 *
 * @example
 * ```ts
 * import { smallestDistance } from "./power.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(smallestDistance(10), 0.996, 0.001);
 * ```
 */
export function smallestDistance(n: number, power = 0.8, alpha = 0.05): number {
  return smallestShift(n - 1, power, alpha) / Math.sqrt(n);
}

/** The inverse of {@linkcode tPower}. */
function smallestShift(df: number, power: number, alpha: number): number {
  if (!(df >= 1)) throw new RangeError("Cannot plan with one seed: expected at least 2");
  if (!(power > alpha && power < 1)) {
    throw new RangeError(`Cannot plan for a power of ${power}: expected a number in (${alpha}, 1)`);
  }
  let [low, high] = [0, 1];
  while (tPower(high, df, alpha) < power) high *= 2;
  while (high - low > 1e-6) {
    const middle = (low + high) / 2;
    if (tPower(middle, df, alpha) < power) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The fewest seeds with which a signed-rank test can reach `alpha` at the first step of Holm's
 * correction of some comparisons: its smallest p is 2^(1 - n).
 *
 * @example
 * ```ts
 * import { leastSignedRankSeeds } from "./power.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(leastSignedRankSeeds(1), 6);
 * ```
 */
export function leastSignedRankSeeds(comparisons: number, alpha = 0.05): number {
  return Math.ceil(1 + Math.log2(comparisons / alpha) - 1e-12);
}
