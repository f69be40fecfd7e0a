/**
 * Mean absolute error, plain and weighted.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";

/** |x| whose gradient at 0 is 0, as PyTorch's; that of `tf.abs` is −1 there. */
const absoluteValue = tf.customGrad((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  return {
    value: tf.abs(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.sign(saved!)),
  };
});

/**
 * [batch], [batch] → mean |p − y|
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { meanAbsoluteError } from "./l1.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const loss = meanAbsoluteError(tf.tensor1d([1, -2]), tf.tensor1d([0, 0]));
 * assertEquals([...loss.dataSync()], [1.5]);
 * ```
 */
export function meanAbsoluteError(predictions: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar {
  return tf.mean(absoluteValue(tf.sub(predictions, labels)));
}

/**
 * [batch], [batch], [batch] → mean w |p − y|, divided by the batch size and not by Σw: a part of
 * equation (16), of Yu et al. 2021
 *
 * @example
 * ```ts
 * import { weightedMeanAbsoluteError } from "./l1.ts";
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const loss = weightedMeanAbsoluteError(
 *   tf.tensor1d([1, 2]),
 *   tf.tensor1d([0, 0]),
 *   tf.tensor1d([1, 0.5]),
 * );
 * assertEquals(loss.dataSync()[0], 1);
 * ```
 */
export function weightedMeanAbsoluteError(
  predictions: tf.Tensor1D,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  return tf.mean(tf.mul(weights, absoluteValue(tf.sub(predictions, labels))));
}
