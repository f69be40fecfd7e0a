/** Central moment discrepancy. @module */

import { tf } from "../../engine/mod.ts";
import { guardedRoot } from "../norm.ts";

/** What of two distributions is compared. */
export interface CentralMomentsOptions {
  /** The highest moment, 1 or more. */
  readonly moments: number;
  /** Added below each root; 0, the default, takes the gradient of a length of 0 as 0. */
  readonly epsilon?: number;
}

/**
 * ‖E x − E y‖ + Σ_{k=2..moments} ‖E(x − Ex)ᵏ − E(y − Ey)ᵏ‖, a scalar of 0 or more: the means are over
 * rows. It is defined for features in an interval, of length 1 here.
 *
 * Source: Zellinger et al., "Central Moment Discrepancy for Domain-Invariant Representation
 * Learning", 2017.
 *
 * @param x [rows, width]
 * @param y [rows, width]
 *
 * @example Equal means, of which the second set is wider
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { centralMoments } from "./central_moments.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const [x, y] = [tf.tensor2d([[-1], [1]]), tf.tensor2d([[-2], [2]])];
 * assertEquals(centralMoments(x, y, { moments: 2 }).dataSync()[0], 3);
 * ```
 */
export function centralMoments(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  { moments, epsilon = 0 }: CentralMomentsOptions,
): tf.Scalar {
  return momentDistance(momentsOf(x, moments), momentsOf(y, moments), epsilon);
}

/**
 * E x and E(x − Ex)ᵏ for k = 2 to `moments`, for who compares a set of features with several: [1, width]
 * each
 *
 * @param x [rows, width]
 */
export function momentsOf(x: tf.Tensor2D, moments: number): tf.Tensor[] {
  const mean = tf.mean(x, 0, true), centered = tf.sub(x, mean);
  const found: tf.Tensor[] = [mean];
  let power = centered;
  for (let k = 2; k <= moments; k++) {
    power = tf.mul(power, centered);
    found.push(tf.mean(power, 0, true));
  }
  return found;
}

/** The sum of the lengths between moments of {@linkcode momentsOf}, a scalar. */
export function momentDistance(
  x: readonly tf.Tensor[],
  y: readonly tf.Tensor[],
  epsilon = 0,
): tf.Scalar {
  const root = (squares: tf.Tensor) =>
    epsilon > 0 ? tf.sqrt(tf.add(squares, epsilon)) : guardedRoot(squares);
  const lengths = x.map((moment, i) => root(tf.sum(tf.square(tf.sub(moment, y[i]!)))));
  return tf.addN(lengths) as tf.Scalar;
}
