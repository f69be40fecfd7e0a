/** Metrics of scores: errors and agreement, in float64. @module */

import { mean, type SampleSums } from "../statistics/mod.ts";
import { measure, type Metric } from "./metric.ts";
import { isConstant, type Scores } from "./pairs.ts";

/** |p - y|, averaged. */
export const MAE: Metric = {
  key: "mae",
  name: "MAE",
  definition: "Mean absolute error in units of the label",
  higherIsBetter: false,
  bounds: [0, Infinity],
  kind: "mean",
  sums: (p, y) => ({
    samples: y.length,
    columns: [Float64Array.from(p, (score, i) => Math.abs(score - y[i]!))],
    finish: ([errors], samples) => errors! / samples,
  }),
};

/** Pearson's r; the reference gives NaN where ours is 0. Source: MMSA `metricsTop.py`. */
export const CORR: Metric = {
  key: "corr",
  name: "Corr",
  definition: "Pearson's correlation; 0 if predictions or labels are constant",
  higherIsBetter: true,
  bounds: [-1, 1],
  kind: "correlation",
  sums: (p, y) => {
    const finish: SampleSums["finish"] = (sums, samples) => {
      const spread = spreadOf(sums, samples);
      return spread === null ? 0 : inside(spread.py / Math.sqrt(spread.pp * spread.yy));
    };
    return { samples: y.length, columns: products(deviations(p), deviations(y)), finish };
  },
  compute: (p, y) => {
    if (isConstant(p) || isConstant(y)) return 0;
    const [a, b] = [scaledDeviations(p), scaledDeviations(y)];
    let [ab, aa, bb] = [0, 0, 0];
    for (let i = 0; i < a.length; i++) {
      ab += a[i]! * b[i]!;
      aa += a[i]! * a[i]!;
      bb += b[i]! * b[i]!;
    }
    return inside(ab / Math.sqrt(aa * bb));
  },
};

/** The root of the mean of (p - y)²: large errors weigh more than in the MAE. */
export const RMSE: Metric = {
  key: "rmse",
  name: "RMSE",
  definition: "Root of the mean squared error, in units of the label",
  higherIsBetter: false,
  bounds: [0, Infinity],
  kind: "sums",
  sums: (p, y) => ({
    samples: y.length,
    columns: [Float64Array.from(p, (score, i) => (score - y[i]!) ** 2)],
    finish: ([squares], samples) => Math.sqrt(squares! / samples),
  }),
};

/**
 * Lin's concordance: 2 s_py / (s_p² + s_y² + (p̄ - ȳ)²), where s are moments divided by N. Source:
 * Lin 1989, A concordance correlation coefficient to evaluate reproducibility, Biometrics 45.
 */
export const CCC: Metric = {
  key: "ccc",
  name: "CCC",
  definition: "Lin's concordance: correlation that a shift or another scale of the predictions " +
    "lowers; 0 if predictions or labels are constant",
  higherIsBetter: true,
  bounds: [-1, 1],
  kind: "sums",
  sums: (p, y) => {
    // One centre for both, the same in all runs: exchanged samples must stay what they are.
    const center = isConstant(y) ? y[0]! : mean(y);
    const around = (scores: Scores) => Float64Array.from(scores, (score) => score - center);
    const finish: SampleSums["finish"] = (sums, samples) => {
      const spread = spreadOf(sums, samples);
      if (spread === null) return 0;
      const shift = (sums[0]! - sums[1]!) ** 2 / samples;
      return inside(2 * spread.py / (spread.pp + spread.yy + shift));
    };
    return { samples: y.length, columns: products(around(p), around(y)), finish };
  },
};

/**
 * Mean absolute error, in units of the label. At least 0; neither side is clipped.
 *
 * @throws {TypeError} no samples, or lists of different lengths
 * @throws {RangeError} a value that is not finite
 *
 * @example
 * ```ts
 * import { mae } from "./score_metrics.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(mae([-2, -0.5, 0.4, 1.6], [-2, 0, -1, 2]), 0.575);
 * ```
 */
export function mae(predictions: Scores, labels: Scores): number {
  return measure(MAE, predictions, labels);
}

/**
 * Pearson's correlation, in [-1, 1]; 0 when predictions or labels are all the same.
 *
 * @throws {TypeError} no samples, or lists of different lengths
 * @throws {RangeError} a value that is not finite
 *
 * @example
 * ```ts
 * import { corr } from "./score_metrics.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(corr([-2, -0.5, 0.4, 1.6], [-2, 0, -1, 2]), 0.858591919);
 * ```
 */
export function corr(predictions: Scores, labels: Scores): number {
  return measure(CORR, predictions, labels);
}

/** Columns for first and second moments of two sides. */
function products(p: Float64Array, y: Float64Array): Float64Array[] {
  return [p, y, p.map((d) => d * d), y.map((d) => d * d), p.map((d, i) => d * y[i]!)];
}

/** Sums of squares and products about the means, of sums over {@linkcode products}; null without spread. */
function spreadOf(sums: Float64Array, n: number): { pp: number; yy: number; py: number } | null {
  const [sp, sy, spp, syy, spy] = sums as unknown as [number, number, number, number, number];
  const [pp, yy] = [spp - sp * sp / n, syy - sy * sy / n];
  // A resample of equal values correlates with nothing; what rounding leaves is no spread.
  if (pp <= 1e-12 * spp || yy <= 1e-12 * syy) return null;
  return { pp, yy, py: spy - sp * sy / n };
}

/** In [-1, 1], which rounding may leave by a little. */
function inside(value: number): number {
  return Math.max(-1, Math.min(1, value));
}

/** Distances from the mean; zeros where all values are the same. */
function deviations(values: Scores): Float64Array {
  if (isConstant(values)) return new Float64Array(values.length);
  const center = mean(values);
  return Float64Array.from(values, (value) => value - center);
}

/** Distances from the mean, in units of the largest: their squares neither vanish nor overflow. */
function scaledDeviations(values: Scores): Float64Array {
  const center = mean(values);
  const result = Float64Array.from(values, (value) => value - center);
  let largest = 0;
  for (const deviation of result) largest = Math.max(largest, Math.abs(deviation));
  return result.map((deviation) => deviation / largest);
}
