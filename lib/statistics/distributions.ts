/**
 * The distributions that the tests need: normal, Student's t, chi-squared, binomial.
 *
 * @module
 */

import { incompleteBeta, logChoose, upperGamma } from "./special.ts";

/** P(Z ≤ z) of the standard normal distribution. */
export function normalCdf(z: number): number {
  const tail = 0.5 * upperGamma(0.5, z * z / 2);
  return z > 0 ? 1 - tail : tail;
}

/** P(|Z| ≥ |z|) of the standard normal distribution, without loss for large z. */
export function normalTwoSided(z: number): number {
  return upperGamma(0.5, z * z / 2);
}

/** The density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
}

/**
 * The z with P(Z ≤ z) = p; -∞ and ∞ at 0 and 1.
 *
 * @throws {RangeError} p is not in [0, 1]
 */
export function normalQuantile(p: number): number {
  checkShare(p);
  // By the lower half alone, so that q(1 - p) = -q(p) exactly and no digits are lost.
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return -Infinity;
  // Newton's steps, kept inside an interval that is halved whenever a step would leave it: the
  // first does, since nothing is left of the density at -40.
  let [low, high] = [-40, 0];
  let z = low;
  for (let i = 0; i < 200; i++) {
    const error = normalCdf(z) - p;
    if (error > 0) high = z;
    else low = z;
    let next = z - error / normalDensity(z);
    if (!(next > low && next < high)) next = (low + high) / 2;
    if (Math.abs(next - z) <= 1e-15 * Math.abs(z)) return next;
    z = next;
  }
  return z;
}

/** P(|T| ≥ |t|) of Student's distribution with `df` > 0 degrees of freedom. */
export function tTwoSided(t: number, df: number): number {
  if (!Number.isFinite(t)) return Number.isNaN(t) ? NaN : 0;
  return incompleteBeta(df / 2, 0.5, df / (df + t * t));
}

/** P(T ≥ t) of Student's distribution with `df` > 0 degrees of freedom, without loss for large t. */
export function tUpper(t: number, df: number): number {
  const tail = tTwoSided(t, df) / 2;
  return t >= 0 ? tail : 1 - tail;
}

/**
 * The t ≥ 0 that |T| stays below with probability `level`: 2.262… for 0.95 and 9 degrees.
 *
 * @throws {RangeError} level is not in [0, 1)
 */
export function tCritical(level: number, df: number): number {
  checkShare(level);
  if (level === 1) return Infinity;
  let high = 1;
  while (tTwoSided(high, df) > 1 - level) high *= 2;
  let low = 0;
  for (let i = 0; i < 200 && high - low > 1e-15 * high; i++) {
    const middle = (low + high) / 2;
    if (tTwoSided(middle, df) > 1 - level) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(X ≥ x) of the chi-squared distribution with `df` > 0 degrees of freedom. */
export function chiSquaredUpper(x: number, df: number): number {
  return upperGamma(df / 2, x / 2);
}

/** P(X = k) of a binomial with `n` fair trials. */
export function fairBinomial(k: number, n: number): number {
  return Math.exp(logChoose(n, k) - n * Math.LN2);
}

function checkShare(p: number): void {
  if (!(p >= 0 && p <= 1)) {
    throw new RangeError(`Cannot use ${p} as a probability: expected a number in [0, 1]`);
  }
}
