/**
 * Layer normalization with one fused gradient.
 *
 * @module
 */

import { FUSED_LAYER_NORM, FUSED_LAYER_NORM_GRADIENT, runFused } from "../engine/fused.ts";
import { tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Normalizes each vector of the last axis: (x − mean) / √(variance + epsilon) · weight + bias,
 * variance with the divisor n, as PyTorch's `nn.LayerNorm`.
 *
 * @param x [..., width]
 * @param weight [width]
 * @param bias [width]
 */
export function layerNorm<T extends tf.Tensor>(
  x: T,
  weight: tf.Tensor,
  bias: tf.Tensor,
  epsilon: number,
): T {
  const width = x.shape.at(-1)!;
  const rows = tf.reshape(x, [-1, width]);
  const normalize = tf.customGrad((...args) => {
    const [x, weight, bias] = args as [tf.Tensor, tf.Tensor, tf.Tensor];
    const save = args.at(-1) as unknown as tf.GradSaveFunc;
    const [value, normal, scale] = runFused(FUSED_LAYER_NORM, { x, weight, bias }, { epsilon }) ??
      normalizeByOps(x, weight, bias, epsilon);
    save([normal!, scale!, weight]);
    return { value: value!, gradFunc: layerNormGradient };
  });
  return tf.reshape(normalize(rows, weight, bias), x.shape) as T;
}

/** → value, normalized x, and what x − mean was multiplied by */
function normalizeByOps(
  x: tf.Tensor,
  weight: tf.Tensor,
  bias: tf.Tensor,
  epsilon: number,
): tf.Tensor[] {
  const centered = tf.sub(x, tf.mean(x, 1, true));
  const variance = tf.mean(tf.square(centered), 1, true);
  const scale = tf.rsqrt(tf.add(variance, epsilon));
  const normal = tf.mul(centered, scale);
  return [tf.add(tf.mul(normal, weight), bias), normal, scale];
}

/** Gradients of x, weight and bias. With n the normalized x: dx = s (g − mean g − n · mean(g n)) */
function layerNormGradient(dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] {
  const [normal, scale, weight] = saved as [tf.Tensor, tf.Tensor, tf.Tensor];
  const fused = runFused(FUSED_LAYER_NORM_GRADIENT, { dy, normal, scale, weight });
  if (fused !== null) return fused;
  const g = tf.mul(dy, weight);
  const along = tf.mul(normal, tf.mean(tf.mul(g, normal), 1, true));
  const dx = tf.mul(scale, tf.sub(tf.sub(g, tf.mean(g, 1, true)), along));
  return [dx, tf.sum(tf.mul(dy, normal), 0), tf.sum(dy, 0)];
}

/**
 * A layer normalization with its own weight, 1 at the start, and bias, 0 at the start.
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { LayerNorm } from "./layer_norm.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const layer = new LayerNorm(new Parameters(), "norm", 2, 0);
 * assertEquals([...layer.apply(tf.tensor2d([[3, 7]])).dataSync()], [-1, 1]);
 * ```
 */
export class LayerNorm {
  /** [width] */
  readonly weight: tf.Variable1D;
  /** [width] */
  readonly bias: tf.Variable1D;
  readonly #epsilon: number;

  /** Adds `name.weight` and `name.bias`. @throws {Error} when a name is taken. */
  constructor(parameters: Parameters, name: string, width: number, epsilon = 1e-5) {
    this.weight = parameters.add(`${name}.weight`, [width], new Float32Array(width).fill(1));
    this.bias = parameters.add(`${name}.bias`, [width], new Float32Array(width));
    this.#epsilon = epsilon;
  }

  /** [..., width] → the same shape */
  apply<T extends tf.Tensor>(x: T): T {
    return layerNorm(x, this.weight, this.bias, this.#epsilon);
  }
}
