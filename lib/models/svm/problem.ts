/**
 * Regression and classification as one problem, which both solvers take.
 *
 * With signed multipliers β the dual of C-SVC and of ε-SVR reads: maximise Σ v_t β_t − ½ βᵀKβ with
 * Σ β_t = 0 and lower_t ≤ β_t ≤ upper_t. A classifier has one variable a sample, v = ±1; a regressor
 * two, v = y − ε and v = y + ε, one pulling up and one down.
 *
 * Source: Chang and Lin 2011 (LIBSVM), with y·α written as β.
 *
 * @module
 */

/** The dual problem; variable t belongs to sample t modulo `samples`. */
export interface DualProblem {
  readonly samples: number;
  /** v, [variables] */
  readonly targets: Float64Array;
  /** [variables], ≤ 0 */
  readonly lower: Float64Array;
  /** [variables], ≥ 0 */
  readonly upper: Float64Array;
}

/** A solution: f(x) = Σ_i coefficient_i K(x, x_i) + bias. */
export interface Solution {
  /** [samples] */
  readonly coefficients: Float64Array;
  readonly bias: number;
}

/**
 * ε-insensitive regression.
 *
 * @param labels [samples]
 * @param cost C, above 0
 * @param epsilon half the width of the tube, 0 or more
 */
export function regressionProblem(
  labels: ArrayLike<number>,
  cost: number,
  epsilon: number,
): DualProblem {
  const samples = labels.length;
  const [targets, lower, upper] = [2, 2, 2].map((copies) => new Float64Array(copies * samples)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < samples; i++) {
    targets[i] = labels[i]! - epsilon;
    upper[i] = cost;
    targets[samples + i] = labels[i]! + epsilon;
    lower[samples + i] = -cost;
  }
  return { samples, targets, lower, upper };
}

/**
 * Classification into two classes.
 *
 * @param signs [samples], 1 or −1
 * @param cost C, above 0
 */
export function classificationProblem(signs: ArrayLike<number>, cost: number): DualProblem {
  const targets = Float64Array.from(signs);
  return {
    samples: targets.length,
    targets,
    lower: targets.map((sign) => sign > 0 ? 0 : -cost),
    upper: targets.map((sign) => sign > 0 ? cost : 0),
  };
}

/** Sums the variables of each sample. */
export function perSample(samples: number, multipliers: Float64Array): Float64Array {
  const sums = new Float64Array(samples);
  for (let t = 0; t < multipliers.length; t++) sums[t % samples]! += multipliers[t]!;
  return sums;
}
