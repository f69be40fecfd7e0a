/** McNemar's test: two models that are right or wrong on the same samples. @module */

import { chiSquaredUpper, fairBinomial } from "./distributions.ts";

/** The test in its usual forms; report `exact`, show `midP`. */
export interface McNemarTest {
  /** Samples that only the first has right. */
  readonly b: number;
  /** Samples that only the second has right. */
  readonly c: number;
  /** Two-sided binomial test of b in b + c; 1 where the models never differ. */
  readonly exact: number;
  /** The same with the observed count weighted by half: less conservative. */
  readonly midP: number;
  /** p of (b - c)² / (b + c) by the χ² distribution; null where b + c is 0. Not for small counts. */
  readonly chi2: number | null;
  /** The same with Edwards' correction, of (|b - c| - 1)² / (b + c). */
  readonly chi2Corrected: number | null;
}

/**
 * The test of the discordant counts.
 *
 * @throws {RangeError} a count that is no whole number of at least 0
 *
 * @example
 * ```ts
 * import { mcnemarTest } from "./mcnemar.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(mcnemarTest(1, 6).exact, 0.125, 1e-12);
 * ```
 */
export function mcnemarTest(b: number, c: number): McNemarTest {
  for (const count of [b, c]) {
    if (!Number.isSafeInteger(count) || count < 0) {
      throw new RangeError(`Cannot test the count ${count}: expected a whole number from 0`);
    }
  }
  const n = b + c;
  if (n === 0) return { b, c, exact: 1, midP: 1, chi2: null, chi2Corrected: null };
  const least = Math.min(b, c);
  let tail = 0;
  for (let k = 0; k <= least; k++) tail += fairBinomial(k, n);
  const exact = Math.min(1, 2 * tail);
  return {
    b,
    c,
    exact,
    midP: b === c ? 1 - fairBinomial(b, n) / 2 : 2 * tail - fairBinomial(least, n),
    chi2: chiSquaredUpper((b - c) ** 2 / n, 1),
    chi2Corrected: chiSquaredUpper(Math.max(0, Math.abs(b - c) - 1) ** 2 / n, 1),
  };
}

/**
 * Counts the discordant samples.
 *
 * @throws {TypeError} lists of different lengths
 *
 * @example
 * ```ts
 * import { discordant } from "./mcnemar.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(discordant([1, 1, 0], [1, 0, 0]), { b: 1, c: 0 });
 * ```
 */
export function discordant(
  rightA: ArrayLike<number>,
  rightB: ArrayLike<number>,
): { readonly b: number; readonly c: number } {
  if (rightA.length !== rightB.length) {
    throw new TypeError(
      `Cannot pair ${rightA.length} with ${rightB.length} samples: expected the same ones`,
    );
  }
  let b = 0, c = 0;
  for (let i = 0; i < rightA.length; i++) {
    if (rightA[i]! > rightB[i]!) b++;
    if (rightA[i]! < rightB[i]!) c++;
  }
  return { b, c };
}
