/**
 * Classification into several classes: one machine for every two of them, and a vote.
 *
 * Source: LIBSVM and scikit-learn's `SVC`, whose order of classes and ties this follows.
 *
 * @module
 */

import { classificationProblem } from "./problem.ts";
import type { Solver } from "./solver.ts";

/** Machines of a classifier, one for each pair of classes a < b in the order (0,1), (0,2), …. */
export interface Classifier {
  /** The classes that occur, increasing. */
  readonly classes: readonly number[];
  /** [pairs][support] */
  readonly coefficients: readonly Float64Array[];
  /** [pairs] */
  readonly biases: readonly number[];
}

/**
 * Fits a classifier.
 *
 * @param classes of the solver's samples; null leaves a sample out
 */
export function fitClassifier(
  solver: Solver,
  classes: readonly (number | null)[],
  cost: number,
): Classifier {
  const found = new Set(classes.filter((c) => c !== null));
  const sorted = [...found].sort((a, b) => a - b);
  const coefficients: Float64Array[] = [], biases: number[] = [];
  for (const [first, second] of pairsOf(sorted)) {
    const chosen: number[] = [];
    classes.forEach((c, i) => {
      if (c === first || c === second) chosen.push(i);
    });
    const signs = chosen.map((i) => classes[i] === first ? 1 : -1);
    const solution = solver.solve(Uint32Array.from(chosen), classificationProblem(signs, cost));
    coefficients.push(solution.coefficients);
    biases.push(solution.bias);
  }
  return { classes: sorted, coefficients, biases };
}

/**
 * The class with the most votes; of several the smallest.
 *
 * @param outputs of the machines for one sample, [pairs]
 */
export function vote(classes: readonly number[], outputs: ArrayLike<number>): number {
  const votes = new Map(classes.map((c) => [c, 0]));
  for (const [i, [first, second]] of pairsOf(classes).entries()) {
    const winner = outputs[i]! > 0 ? first : second;
    votes.set(winner, votes.get(winner)! + 1);
  }
  return classes.reduce((best, c) => votes.get(c)! > votes.get(best)! ? c : best, classes[0]!);
}

function pairsOf(classes: readonly number[]): [number, number][] {
  return classes.flatMap((first, i) =>
    classes.slice(i + 1).map((second): [number, number] => [first, second])
  );
}
