/** How far two sets of features say the same. @module */

import { tf } from "../../engine/mod.ts";
import { rowNorm } from "../norm.ts";
import { stopGradient } from "../stop_gradient.ts";

/** Added to lengths. */
const EPSILON = 1e-6;

/**
 * X̂: `x` less its mean over rows, each row divided by its length, which is taken as a constant.
 *
 * @param x [rows, width]
 */
export function centeredUnits(x: tf.Tensor2D): tf.Tensor2D {
  const centered = tf.sub(x, tf.mean(x, 0, true)) as tf.Tensor2D;
  return tf.div(centered, tf.add(stopGradient(rowNorm(centered)), EPSILON));
}

/**
 * The mean of the squared entries of X̂ᵀŶ, a scalar: 0 where each feature of `x` is orthogonal, over
 * the rows, to each of `y`.
 *
 * Source: Bousmalis et al., "Domain Separation Networks", 2016, as MISA's code has it.
 *
 * @param x [rows, width], of {@linkcode centeredUnits}
 * @param y [rows, width of its own], of the same
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { centeredUnits, difference } from "./difference.ts";
 * import { assert } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = centeredUnits(tf.tensor2d([[1], [-1], [1], [-1]]));
 * const y = centeredUnits(tf.tensor2d([[1], [1], [-1], [-1]]));
 * assert(difference(x, y).dataSync()[0] === 0 && difference(x, x).dataSync()[0]! > 15);
 * ```
 */
export function difference(x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  return tf.mean(tf.square(tf.matMul(x, y, true))) as tf.Scalar;
}
