/**
 * Distances between the distributions of two sets of features, beside CORAL: what to compare it
 * with.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { coral } from "./coral.ts";

/** Moments that {@linkcode centralMoments} compares. */
const MOMENTS = 5;
/** Below the root of a length, whose gradient at 0 is not a number. */
const EPSILON = 1e-12;

/** How two modalities are drawn together. */
export type Alignment = "coral" | "coral+mean" | "pairwiseL2" | "cmd";

/** All alignments. */
export const ALIGNMENTS: readonly Alignment[] = ["coral", "coral+mean", "pairwiseL2", "cmd"];

/**
 * [batch, d], [batch, d] → scalar of 0 or more
 *
 * `coral`: second-order statistics; `coral+mean`: and the means; `pairwiseL2`: the two features of
 * each sample; `cmd`: means and central moments.
 *
 * @throws {RangeError} when the batch has fewer than 2 rows.
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { alignmentLoss } from "./alignment.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const [x, y] = [tf.tensor2d([[0], [2]]), tf.tensor2d([[1], [3]])];
 * assertEquals([...alignmentLoss(x, y, "coral").dataSync()], [0]);
 * assertEquals([...alignmentLoss(x, y, "coral+mean").dataSync()], [1]);
 * ```
 */
export function alignmentLoss(x: tf.Tensor2D, y: tf.Tensor2D, alignment: Alignment): tf.Scalar {
  const width = x.shape[1];
  switch (alignment) {
    case "coral":
      return coral(x, y);
    case "coral+mean": {
      const apart = tf.sub(tf.mean(x, 0), tf.mean(y, 0));
      return tf.add(coral(x, y), tf.div(tf.sum(tf.square(apart)), width));
    }
    case "pairwiseL2":
      return tf.mean(tf.square(tf.sub(x, y)));
    case "cmd":
      return centralMoments(x, y);
  }
}

/**
 * Central moment discrepancy ‖E x − E y‖ + Σ_{k=2..5} ‖E(x − Ex)ᵏ − E(y − Ey)ᵏ‖, of the logistic
 * function of the features, since it is defined for features in an interval.
 *
 * Source: Zellinger et al. 2017.
 */
function centralMoments(x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  const length = (a: tf.Tensor, b: tf.Tensor) =>
    tf.sqrt(tf.add(tf.sum(tf.square(tf.sub(a, b))), EPSILON)) as tf.Scalar;
  const [p, q] = [tf.sigmoid(x), tf.sigmoid(y)];
  const [meanP, meanQ] = [tf.mean(p, 0, true), tf.mean(q, 0, true)];
  const [centeredP, centeredQ] = [tf.sub(p, meanP), tf.sub(q, meanQ)];
  let total = length(meanP, meanQ);
  let [powerP, powerQ] = [centeredP, centeredQ];
  for (let k = 2; k <= MOMENTS; k++) {
    [powerP, powerQ] = [tf.mul(powerP, centeredP), tf.mul(powerQ, centeredQ)];
    total = tf.add(total, length(tf.mean(powerP, 0), tf.mean(powerQ, 0)));
  }
  return total;
}
