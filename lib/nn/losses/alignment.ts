/**
 * Distances between the distributions of two sets of features, beside CORAL: what to compare it
 * with.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { centralMoments } from "./central_moments.ts";
import { coral } from "./coral.ts";

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
      // Of the logistic function of the features: they must lie in an interval.
      return centralMoments(tf.sigmoid(x), tf.sigmoid(y), { moments: 5, epsilon: 1e-12 });
  }
}
