/** Losses of classes. @module */

import { tf } from "../../engine/mod.ts";

/**
 * The mean over rows of −ln softmax(scores)[class], a scalar of 0 or more.
 *
 * @param scores [rows, classes]
 * @param classes int32 [rows], from 0
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { crossEntropy } from "./cross_entropy.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const loss = crossEntropy(tf.tensor2d([[2, 2]]), tf.tensor1d([1], "int32"));
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2), 1e-6);
 * ```
 */
export function crossEntropy(scores: tf.Tensor2D, classes: tf.Tensor1D): tf.Scalar {
  const chosen = tf.cast(tf.oneHot(classes, scores.shape[1]), "float32");
  const likelihood = tf.sum(tf.mul(tf.logSoftmax(scores), chosen));
  return tf.div(likelihood, -scores.shape[0]) as tf.Scalar;
}
