/**
 * Shapiro and Wilk's test of normality, for reports only: choosing a test by a pre-test on five
 * numbers is no method.
 *
 * @module
 */

import { checkValues, isConstant, mean, type Values } from "./descriptive.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";

/** Royston's polynomials, from the constant term up. */
const C1 = [0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056];
const C2 = [0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633];
const GAMMA = [-2.273, 0.459];
const SMALL_MEAN = [0.544, -0.39978, 0.025054, -6.714e-4];
const SMALL_SPREAD = [1.3822, -0.77857, 0.062767, -0.0020322];
const LARGE_MEAN = [-1.5861, -0.31082, -0.083751, 0.0038915];
const LARGE_SPREAD = [-0.4803, -0.082676, 0.0030302];

/**
 * W near 1 speaks for a normal distribution, a small p against it. Source: Royston 1995, algorithm
 * AS R94.
 *
 * @throws {TypeError} fewer than 3 values, or more than 5,000
 * @throws {RangeError} all values are the same
 *
 * @example
 * ```ts
 * import { shapiroWilk } from "./shapiro.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(shapiroWilk([1, 2, 3, 4, 10]).w, 0.835788316);
 * ```
 */
export function shapiroWilk(values: Values): { readonly w: number; readonly p: number } {
  checkValues(values, 3, "Shapiro and Wilk's test");
  const n = values.length;
  if (n > 5_000) throw new TypeError(`Cannot test ${n} values: expected at most 5000`);
  if (isConstant(values)) {
    throw new RangeError("Cannot test normality: all values are the same, expected a spread");
  }
  const x = Float64Array.from(values).sort();
  const weights = weightsOf(n);
  const center = mean(x);
  let [score, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    score += weights[i]! * (x[i]! - center);
    squares += (x[i]! - center) ** 2;
  }
  const w = Math.min(1, score ** 2 / squares);
  return { w, p: pOf(w, n) };
}

/** Weights of the sorted values; antisymmetric with squares that sum to 1. */
function weightsOf(n: number): Float64Array {
  const a = new Float64Array(n);
  if (n === 3) return Float64Array.of(-Math.SQRT1_2, 0, Math.SQRT1_2);
  const m = Float64Array.from(
    { length: n },
    (_, i) => normalQuantile((i + 1 - 0.375) / (n + 0.25)),
  );
  const squares = m.reduce((sum, value) => sum + value * value, 0);
  const root = Math.sqrt(squares);
  const u = 1 / Math.sqrt(n);
  const outer = m[n - 1]! / root + polynomial(C1, u);
  const fixed = n > 5 ? 2 : 1;
  const next = m[n - 2]! / root + polynomial(C2, u);
  const rest = fixed === 2
    ? (squares - 2 * m[n - 1]! ** 2 - 2 * m[n - 2]! ** 2) / (1 - 2 * outer ** 2 - 2 * next ** 2)
    : (squares - 2 * m[n - 1]! ** 2) / (1 - 2 * outer ** 2);
  for (let i = 0; i < n; i++) a[i] = m[i]! / Math.sqrt(rest);
  [a[n - 1], a[0]] = [outer, -outer];
  if (fixed === 2) [a[n - 2], a[1]] = [next, -next];
  return a;
}

function pOf(w: number, n: number): number {
  if (n === 3) {
    return Math.max(0, 6 / Math.PI * (Math.asin(Math.sqrt(w)) - Math.asin(Math.sqrt(0.75))));
  }
  const logN = Math.log(n);
  let y = Math.log1p(-w);
  let center: number, spread: number;
  if (n <= 11) {
    const gamma = polynomial(GAMMA, n);
    if (y >= gamma) return 1e-99;
    y = -Math.log(gamma - y);
    center = polynomial(SMALL_MEAN, n);
    spread = Math.exp(polynomial(SMALL_SPREAD, n));
  } else {
    center = polynomial(LARGE_MEAN, logN);
    spread = Math.exp(polynomial(LARGE_SPREAD, logN));
  }
  return normalCdf(-(y - center) / spread);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
