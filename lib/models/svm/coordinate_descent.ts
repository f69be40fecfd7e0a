/**
 * Dual coordinate descent for linear machines: one sample at a time, in a time that grows with the
 * number of samples and not with its square.
 *
 * Source: Hsieh et al. 2008 and Ho and Lin 2012 (LIBLINEAR). As there, the bias is the weight of one
 * more feature that is always 1, so it is kept small too, which the exact solver does not do.
 *
 * @module
 */

import type { RandomStream } from "../../core/random.ts";
import type { Matrix } from "./matrix.ts";
import type { DualProblem } from "./problem.ts";

/** When {@linkcode solveLinearly} stops. */
export interface DescentOptions {
  /** Largest violation of the optimality conditions. */
  readonly tolerance: number;
  /** Passes over the samples at most. */
  readonly passes: number;
  /** The order of the samples is drawn from it. */
  readonly random: RandomStream;
}

/** f(x) = w·x + bias */
export interface LinearMachine {
  /** [columns] */
  readonly weights: Float64Array;
  readonly bias: number;
  /** Passes that were made. */
  readonly passes: number;
}

/**
 * Solves a dual problem of a linear kernel over the rows `chosen` of `features`.
 *
 * @param chosen [samples] rows, in the order of the problem's samples
 */
export function solveLinearly(
  features: Matrix,
  chosen: ArrayLike<number>,
  problem: DualProblem,
  options: DescentOptions,
): LinearMachine {
  const { columns, values } = features;
  const { samples, targets, lower, upper } = problem;
  const weights = new Float64Array(columns);
  const multipliers = new Float64Array(targets.length);
  const curvatures = Float64Array.from({ length: samples }, (_, i) => {
    let sum = 1;
    const start = chosen[i]! * columns;
    for (let at = start; at < start + columns; at++) sum += values[at]! ** 2;
    return sum;
  });
  let bias = 0, passes = 0;
  // Samples at a bound that they are pressed against are left out, until the others have settled.
  let active = Uint32Array.from({ length: samples }, (_, i) => i);
  let pressure = Infinity;
  while (passes < options.passes) {
    const order = options.random.permutation(active.length);
    const kept: number[] = [];
    let largest = 0;
    for (const place of order) {
      const i = active[place]!;
      const start = chosen[i]! * columns;
      let output = bias;
      for (let j = 0; j < columns; j++) output += weights[j]! * values[start + j]!;
      let total = 0, violated = 0, isPressed = true;
      for (let t = i; t < targets.length; t += samples) {
        const old = multipliers[t]!;
        const error = targets[t]! - output;
        const isFree = error > 0 ? old < upper[t]! : old > lower[t]!;
        if (isFree) violated = Math.max(violated, Math.abs(error));
        if (isFree || Math.abs(error) <= pressure) isPressed = false;
        const next = Math.min(upper[t]!, Math.max(lower[t]!, old + error / curvatures[i]!));
        multipliers[t] = next;
        output += (next - old) * curvatures[i]!;
        total += next - old;
      }
      if (!isPressed) kept.push(i);
      largest = Math.max(largest, violated);
      if (total === 0) continue;
      bias += total;
      for (let j = 0; j < columns; j++) weights[j]! += total * values[start + j]!;
    }
    passes++;
    if (largest >= options.tolerance) {
      active = Uint32Array.from(kept.sort((a, b) => a - b));
      pressure = largest;
      continue;
    }
    if (active.length === samples) break;
    active = Uint32Array.from({ length: samples }, (_, i) => i);
    pressure = Infinity;
  }
  return { weights, bias, passes };
}
