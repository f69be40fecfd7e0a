/**
 * The special functions under the distributions: logarithm of gamma, incomplete gamma and beta.
 *
 * Our own, since the packages that have them (`@stdlib/stats-base-dists-*`) bring 240 packages for
 * four distributions; relative errors are below 1e-13 where tests reach.
 *
 * @module
 */

/** Steps after which a series or fraction is given up; none comes near for what tests ask. */
const MOST_STEPS = 10_000;
const EPSILON = 1e-16;
const TINY = 1e-300;

/** Coefficients of Lanczos' approximation, g = 7, 9 terms (Godfrey 2001). */
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/** ln of the number of ways to choose `k` of `n`. */
export function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/**
 * The regularised upper incomplete gamma function Q(a, x), a > 0, x ≥ 0: a series for small x, a
 * continued fraction (modified Lentz) for large.
 */
export function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a, sum = term;
    for (let i = 1; i < MOST_STEPS && term > sum * EPSILON; i++) {
      term *= x / (a + i);
      sum += term;
    }
    return 1 - front * sum;
  }
  let b = x + 1 - a, c = 1 / TINY, d = 1 / b, fraction = d;
  for (let i = 1; i < MOST_STEPS; i++) {
    const an = -i * (i - a);
    b += 2;
    d = 1 / awayFromZero(an * d + b);
    c = awayFromZero(b + an / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < EPSILON) break;
  }
  return front * fraction;
}

/** The regularised incomplete beta function I_x(a, b), a and b > 0, x in [0, 1]. */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side of the mean only; the other is its mirror image.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(b, a, 1 - x);
  const logFront = logGamma(a + b) - logGamma(a) - logGamma(b) +
    a * Math.log(x) + b * Math.log1p(-x);
  return Math.exp(logFront) * betaFraction(a, b, x) / a;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1, d = 1 / awayFromZero(1 - (a + b) * x / (a + 1)), fraction = d;
  for (let m = 1; m < MOST_STEPS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < EPSILON) break;
  }
  return fraction;
}

function awayFromZero(x: number): number {
  return Math.abs(x) < TINY ? TINY : x;
}
