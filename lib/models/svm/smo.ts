/**
 * Sequential minimal optimisation: the exact solution, from the full kernel matrix.
 *
 * Source: Fan, Chen and Lin 2005 (the working set of LIBSVM, chosen by second order).
 *
 * @module
 */

import { RunError } from "../../core/errors.ts";
import type { Matrix } from "./matrix.ts";
import { type DualProblem, perSample, type Solution } from "./problem.ts";

/** Stands for a curvature that is not positive. */
const SMALLEST_CURVATURE = 1e-12;
/** LIBSVM's limit. */
const LEAST_ITERATIONS = 1e7;

/**
 * Solves a dual problem until no pair violates the optimality conditions by `tolerance` or more.
 *
 * @param kernel of the samples with themselves, [samples, samples]
 * @throws {RangeError} when the tolerance is not above 0.
 * @throws {RunError} when it does not converge.
 */
export function solveExactly(kernel: Matrix, problem: DualProblem, tolerance: number): Solution {
  if (!(tolerance > 0)) {
    throw new RangeError(`Cannot fit svm: tolerance is ${tolerance}, expected a number above 0`);
  }
  const { samples, targets, lower, upper } = problem;
  const variables = targets.length;
  const K = kernel.values;
  const diagonal = Float64Array.from({ length: samples }, (_, i) => K[i * samples + i]!);
  const multipliers = new Float64Array(variables);
  // E_t = v_t − Σ β K: where a sample lies inside the box, it equals the bias.
  const errors = targets.slice();
  let first = -1, highest = -Infinity, lowest = Infinity;
  for (let t = 0; t < variables; t++) {
    if (multipliers[t]! < upper[t]! && errors[t]! > highest) highest = errors[first = t]!;
    if (multipliers[t]! > lower[t]!) lowest = Math.min(lowest, errors[t]!);
  }
  const limit = Math.max(LEAST_ITERATIONS, 100 * variables);
  for (let iteration = 0; highest - lowest >= tolerance; iteration++) {
    if (iteration === limit) {
      throw new RunError(
        `Cannot fit svm: it does not converge in ${limit} steps, expected a larger tolerance or smaller C`,
      );
    }
    const rowI = (first % samples) * samples;
    const curvatureI = diagonal[first % samples]!;
    let second = -1, gain = -Infinity;
    for (let start = 0; start < variables; start += samples) {
      for (let k = 0, t = start; k < samples; k++, t++) {
        if (multipliers[t]! <= lower[t]!) continue;
        const violation = highest - errors[t]!;
        if (violation <= 0) continue;
        let curvature = curvatureI + diagonal[k]! - 2 * K[rowI + k]!;
        if (curvature <= 0) curvature = SMALLEST_CURVATURE;
        const value = violation * violation / curvature;
        if (value > gain) {
          gain = value;
          second = t;
        }
      }
    }
    const rowJ = (second % samples) * samples;
    const curvature = Math.max(
      curvatureI + diagonal[second % samples]! - 2 * K[rowI + second % samples]!,
      SMALLEST_CURVATURE,
    );
    const room = upper[first]! - multipliers[first]!;
    const way = multipliers[second]! - lower[second]!;
    const step = Math.min((highest - errors[second]!) / curvature, room, way);
    // Assigned, not added: at a bound it has to be the bound.
    multipliers[first] = step === room ? upper[first]! : multipliers[first]! + step;
    multipliers[second] = step === way ? lower[second]! : multipliers[second]! - step;
    highest = -Infinity;
    lowest = Infinity;
    for (let start = 0; start < variables; start += samples) {
      for (let k = 0, t = start; k < samples; k++, t++) {
        const error = errors[t]! - step * (K[rowI + k]! - K[rowJ + k]!);
        errors[t] = error;
        if (error > highest && multipliers[t]! < upper[t]!) {
          highest = error;
          first = t;
        }
        if (error < lowest && multipliers[t]! > lower[t]!) lowest = error;
      }
    }
  }
  return {
    coefficients: perSample(samples, multipliers),
    bias: biasOf(problem, multipliers, errors, (highest + lowest) / 2),
  };
}

/** The mean error of the variables inside their box; `middle` where there is none. */
function biasOf(
  { lower, upper }: DualProblem,
  multipliers: Float64Array,
  errors: Float64Array,
  middle: number,
): number {
  let sum = 0, free = 0;
  for (let t = 0; t < multipliers.length; t++) {
    if (multipliers[t]! <= lower[t]! || multipliers[t]! >= upper[t]!) continue;
    sum += errors[t]!;
    free++;
  }
  return free > 0 ? sum / free : middle;
}
