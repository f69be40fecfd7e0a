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
  const root = (squares: tf.Tensor) =>
    epsilon > 0 ? tf.sqrt(tf.add(squares, epsilon)) : guardedRoot(squares);
  const distance = (a: tf.Tensor, b: tf.Tensor) =>
    root(tf.sum(tf.square(tf.sub(a, b)))) as tf.Scalar;
  const [meanX, meanY] = [tf.mean(x, 0, true), tf.mean(y, 0, true)];
  const [centeredX, centeredY] = [tf.sub(x, meanX), tf.sub(y, meanY)];
  let total = distance(meanX, meanY);
  let [powerX, powerY] = [centeredX, centeredY];
  for (let k = 2; k <= moments; k++) {
    [powerX, powerY] = [tf.mul(powerX, centeredX), tf.mul(powerY, centeredY)];
    total = tf.add(total, distance(tf.mean(powerX, 0), tf.mean(powerY, 0)));
  }
  return total;
}
