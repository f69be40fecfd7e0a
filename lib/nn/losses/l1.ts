/**
 * Mean absolute error, plain and weighted.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";

/** |x| whose gradient at 0 is 0, as PyTorch's; that of `tf.abs` is −1 there. */
const absoluteValue = tf.customGrad((x, save) => {
  (save as tf.GradSaveFunc)([x as tf.Tensor]);
  return {
    value: tf.abs(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, tf.sign(saved!)),
  };
});

/** [batch], [batch] → mean |p − y| */
export function meanAbsoluteError(predictions: tf.Tensor1D, labels: tf.Tensor1D): tf.Scalar {
  return tf.mean(absoluteValue(tf.sub(predictions, labels)));
}

/** [batch], [batch], [batch] → mean w |p − y|, divided by the batch size and not by Σw */
export function weightedMeanAbsoluteError(
  predictions: tf.Tensor1D,
  labels: tf.Tensor1D,
  weights: tf.Tensor1D,
): tf.Scalar {
  return tf.mean(tf.mul(weights, absoluteValue(tf.sub(predictions, labels))));
}
