/** How large a difference is, beside how sure. @module */

import { checkValues, mean, type Values, variance } from "./descriptive.ts";

/** Effect sizes of two independent samples. */
export interface EffectSizes {
  /** Difference of means in pooled standard deviations; ±∞ where there is no spread. */
  readonly cohensD: number;
  /** The same without its bias in small samples (factor 1 - 3 / (4 df - 1)). */
  readonly hedgesG: number;
  /** P(a > b) - P(a < b), in [-1, 1]. */
  readonly cliffsDelta: number;
  /** P(a > b) with ties counted half, in [0, 1]. */
  readonly probImprovement: number;
}

/**
 * The standard deviation within two samples.
 *
 * @throws {TypeError} fewer than two values on a side
 *
 * @example
 * ```ts
 * import { pooledDeviation } from "./effect_sizes.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(pooledDeviation([1, 2, 3], [4, 6, 8]), 1.58113883);
 * ```
 */
export function pooledDeviation(a: Values, b: Values): number {
  const [m, n] = [a.length - 1, b.length - 1];
  return Math.sqrt((m * variance(a) + n * variance(b)) / (m + n));
}

/**
 * Effect sizes of `a` against `b`; exchanging them negates the first three.
 *
 * @throws {TypeError} fewer than two values on a side
 *
 * @example
 * ```ts
 * import { effectSizes } from "./effect_sizes.ts";
 * import { assertEquals } from "@std/assert";
 * const { cliffsDelta, probImprovement } = effectSizes([1, 2], [0, 2]);
 * assertEquals([cliffsDelta, probImprovement], [0.25, 0.625]);
 * ```
 */
export function effectSizes(a: Values, b: Values): EffectSizes {
  checkValues(a, 2, "effect sizes");
  checkValues(b, 2, "effect sizes");
  const df = a.length + b.length - 2;
  const pooled = pooledDeviation(a, b);
  const difference = mean(a) - mean(b);
  const cohensD = difference === 0 ? 0 : difference / pooled;
  let [larger, smaller] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      if (a[i]! > b[j]!) larger++;
      if (a[i]! < b[j]!) smaller++;
    }
  }
  const pairs = a.length * b.length;
  return {
    cohensD,
    hedgesG: cohensD * (1 - 3 / (4 * df - 1)),
    cliffsDelta: (larger - smaller) / pairs,
    probImprovement: (larger + (pairs - larger - smaller) / 2) / pairs,
  };
}
