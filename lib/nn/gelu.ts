/**
 * The activation of BERT, with one fused gradient.
 *
 * Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016.
 *
 * @module
 */

import { FUSED_GELU, runFused } from "../engine/fused.ts";
import { tf } from "../engine/mod.ts";

/** √(2/π) and the cubic term's factor, of the approximation. */
const ROOT = Math.sqrt(2 / Math.PI), CUBIC = 0.044715;
/** Density of the normal distribution at 0. */
const DENSITY = 1 / Math.sqrt(2 * Math.PI);

// The derivative is computed with the value and saved in place of x: backward is one product then,
// and an engine that compiles the step drops it where nothing is differentiated.

/** x Φ(x), derivative Φ(x) + x φ(x) */
const exact = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  const [value, derivative] = runFused(FUSED_GELU, { x: input }) ?? exactByOps(input);
  (save as tf.GradSaveFunc)([derivative!]);
  return { value: value!, gradFunc: timesSaved };
});

function exactByOps(x: tf.Tensor): tf.Tensor[] {
  const cumulative = tf.add(tf.mul(tf.erf(tf.mul(x, Math.SQRT1_2)), 0.5), 0.5);
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), DENSITY);
  const derivative = tf.add(cumulative, tf.mul(x, density));
  return [tf.mul(x, cumulative), derivative];
}

/** x (1 + tanh u) / 2 with u = √(2/π) (x + 0.044715 x³) */
const approximate = tf.customGrad((x, save) => {
  const input = x as tf.Tensor;
  const square = tf.square(input);
  const u = tf.mul(tf.mul(input, tf.add(tf.mul(square, CUBIC), 1)), ROOT);
  const t = tf.tanh(u);
  const half = tf.add(tf.mul(t, 0.5), 0.5);
  const slope = tf.mul(tf.add(tf.mul(square, 3 * CUBIC), 1), ROOT / 2);
  const bent = tf.mul(tf.mul(input, tf.sub(1, tf.square(t))), slope);
  (save as tf.GradSaveFunc)([tf.add(half, bent)]);
  return { value: tf.mul(input, half), gradFunc: timesSaved };
});

function timesSaved(dy: tf.Tensor, [derivative]: tf.Tensor[]): tf.Tensor {
  return tf.mul(dy, derivative!);
}

/**
 * x Φ(x), with Φ the distribution function of the normal distribution; any shape, which stays.
 *
 * @param form `exact`, by the error function, or `tanh`, its approximation; the two differ by up to
 *   5e-4
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { gelu } from "./gelu.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * assertAlmostEquals(gelu(tf.tensor1d([1])).dataSync()[0]!, 0.841345, 1e-6);
 * ```
 */
export function gelu<T extends tf.Tensor>(x: T, form: "exact" | "tanh" = "exact"): T {
  return (form === "exact" ? exact(x) : approximate(x)) as T;
}
