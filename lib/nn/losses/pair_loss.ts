/**
 * What the two contrastive losses share: −σ_ip/τ + log Σ exp(σ_ia/τ) of every pair, and checks.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { constantOf } from "../stop_gradient.ts";

/** What stands for log 0: finite, since −∞ − (−∞) is not a number. */
const NOTHING = -1e9;
/** Below this squared length a representation is taken as absent; true ones have length 1. */
const PRESENT = 0.25;

/** @throws {RangeError} when a temperature is not a positive number. */
export function requireTemperature(temperature: number): void {
  if (temperature > 0 && Number.isFinite(temperature)) return;
  throw new RangeError(
    `Cannot contrast: the temperature is ${temperature}, expected a number above 0`,
  );
}

/**
 * Which rows are there, [rows, width] → [rows], 1 or 0, to be called in `constantOf`: a sequence without a valid step has the
 * representation 0, every other one has length 1.
 */
export function presence(z: tf.Tensor2D): tf.Tensor1D {
  return tf.cast(tf.greater(tf.sum(tf.square(z), 1), PRESENT), "float32");
}

/** [n, n], 1 where row and column differ */
export function offDiagonal(n: number): tf.Tensor2D {
  return tf.sub(1, tf.eye(n));
}

/**
 * The loss of each pair (anchor i, other p) in a softmax over the pairs `contrast` of the anchor:
 * −l_ip + log Σ_a contrast_ia exp(l_ia); with `own`, exp(l_ip) is a further term of that sum.
 *
 * @param logits σ/τ, [anchors, others]
 * @param contrast 1 or 0, [anchors, others]
 * @returns [anchors, others]; of an anchor without any contrast it means nothing, but is finite
 */
export function pairLoss(
  logits: tf.Tensor2D,
  contrast: tf.Tensor2D,
  own: boolean,
): tf.Tensor2D {
  const among = tf.add(tf.mul(logits, contrast), tf.mul(tf.sub(1, contrast), NOTHING));
  const largest = constantOf(() => tf.max(among, 1, true));
  const sum = tf.log(tf.sum(tf.exp(tf.sub(among, largest)), 1, true));
  const rest = tf.add(sum, largest);
  // log(eʳ + eˡ) = r + softplus(l − r)
  const whole = own ? tf.add(rest, tf.softplus(tf.sub(logits, rest))) : rest;
  return tf.sub(whole, logits) as tf.Tensor2D;
}

/** Σ values · weights / Σ counted, and 0 (with a gradient of 0) where nothing is counted. */
export function meanOver(values: tf.Tensor, weights: tf.Tensor, counted: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(tf.mul(values, weights)), tf.maximum(tf.sum(counted), 1)) as tf.Scalar;
}
