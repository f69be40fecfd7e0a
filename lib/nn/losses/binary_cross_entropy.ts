/** Binary cross-entropy. @module */

import { tf } from "../../engine/mod.ts";

/**
 * The mean of −y ln σ(x) − (1 − y) ln(1 − σ(x)), a scalar, from x itself, so that it stays finite.
 *
 * @param logits x, any shape
 * @param labels y in [0, 1], the same shape
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { binaryCrossEntropy } from "./binary_cross_entropy.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const loss = binaryCrossEntropy(tf.tensor1d([0, 0]), tf.tensor1d([0, 1]));
 * assertAlmostEquals(loss.dataSync()[0]!, Math.LN2, 1e-6);
 * ```
 */
export function binaryCrossEntropy(logits: tf.Tensor, labels: tf.Tensor): tf.Scalar {
  return tf.mean(tf.sub(tf.softplus(logits), tf.mul(logits, labels)));
}
