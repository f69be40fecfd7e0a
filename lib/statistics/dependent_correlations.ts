/**
 * Whether two models correlate differently with the same labels: their predictions are of the same
 * samples, so the two correlations are dependent.
 *
 * @module
 */

import { normalTwoSided, tTwoSided } from "./distributions.ts";

/** The correlations among labels, as 1, and the predictions of two models, as 2 and 3. */
export interface CorrelationTriple {
  /** Labels with the predictions of the first model. */
  readonly r12: number;
  /** Labels with the predictions of the second model. */
  readonly r13: number;
  /** The predictions of the two models with each other. */
  readonly r23: number;
  /** Number of samples, at least 4. */
  readonly n: number;
}

/** Williams' t with n - 3 degrees of freedom (main) and Steiger's Z (check), two-sided. */
export interface DependentCorrelationsTest {
  /** Williams' t, on n - 3 degrees of freedom. */
  readonly williamsT: number;
  /** Two-sided p of it. */
  readonly williamsP: number;
  /** Steiger's Z. */
  readonly steigerZ: number;
  /** Two-sided p of it. */
  readonly steigerP: number;
}

/**
 * Tests r12 = r13. Equal correlations give t = 0 and p = 1.
 *
 * Sources: Williams 1959 as in Steiger 1980, equation 7; Steiger's Z with the pooled correlation
 * (his equation 14). Both are those of R's `psych::r.test`.
 *
 * @throws {RangeError} fewer than four samples, or a correlation outside [-1, 1]
 *
 * @example The example of `psych::r.test`
 * ```ts
 * import { dependentCorrelations } from "./dependent_correlations.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const { williamsT, williamsP } = dependentCorrelations({ r12: 0.4, r13: 0.5, r23: 0.1, n: 103 });
 * assertAlmostEquals(williamsT, -0.89, 0.005);
 * assertAlmostEquals(williamsP, 0.37, 0.005);
 * ```
 */
export function dependentCorrelations(
  { r12, r13, r23, n }: CorrelationTriple,
): DependentCorrelationsTest {
  if (!(n >= 4)) {
    throw new RangeError(`Cannot compare correlations over ${n} samples: expected at least 4`);
  }
  for (const r of [r12, r13, r23]) {
    if (!(r >= -1 && r <= 1)) {
      throw new RangeError(`Cannot compare the correlation ${r}: expected a number in [-1, 1]`);
    }
  }
  if (r12 === r13) return { williamsT: 0, williamsP: 1, steigerZ: 0, steigerP: 1 };
  const determinant = 1 - r12 ** 2 - r13 ** 2 - r23 ** 2 + 2 * r12 * r13 * r23;
  const half = (r12 + r13) / 2;
  const spread = 2 * (n - 1) / (n - 3) * determinant + half ** 2 * (1 - r23) ** 3;
  const williamsT = (r12 - r13) * Math.sqrt((n - 1) * (1 + r23) / spread);
  const pooled = half ** 2;
  const covariance = r23 * (1 - 2 * pooled) - 0.5 * pooled * (1 - 2 * pooled - r23 ** 2);
  const shared = covariance / (1 - pooled) ** 2;
  const steigerZ = (Math.atanh(r12) - Math.atanh(r13)) * Math.sqrt((n - 3) / (2 * (1 - shared)));
  return {
    williamsT,
    williamsP: tTwoSided(williamsT, n - 3),
    steigerZ,
    steigerP: normalTwoSided(steigerZ),
  };
}
