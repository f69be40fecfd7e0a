/**
 * Batch normalization, with PyTorch's running statistics.
 *
 * Source: Ioffe and Szegedy 2015; PyTorch's `nn.BatchNorm1d`.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "./dropout.ts";
import type { Parameters } from "./parameters.ts";

/** Share of a batch's statistics in the running ones. */
const MOMENTUM = 0.1;
/** Added to variances. */
const EPSILON = 1e-5;

/**
 * Normalizes each channel: in training by mean and variance (divisor n) of the batch, else by their
 * running values, which training moves by a tenth of the batch's, the variance with the divisor
 * n − 1. Then a learned weight, 1 at the start, and bias, 0. A batch of a single value, which has no
 * variance, is normalized by the running values too.
 *
 * @example In training each channel has mean 0; afterwards the running mean has moved by a tenth
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { BatchNorm } from "./batch_norm.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const buffers = new Parameters(false);
 * const norm = new BatchNorm(new Parameters(), buffers, "norm", 1);
 * const noise = { stream: RandomStream.fromSeed(1111), counter: tf.tensor1d([0, 0, 1, 1]) };
 * const [a, b] = norm.apply(tf.tensor2d([[1], [3]]), noise).dataSync();
 * assertAlmostEquals(a! + b!, 0, 1e-6);
 * assertAlmostEquals(buffers.get("norm.running_mean").dataSync()[0]!, 0.2, 1e-6);
 * assertEquals(buffers.names(), ["norm.running_mean", "norm.running_var"]);
 * ```
 */
export class BatchNorm {
  readonly #weight: tf.Variable;
  readonly #bias: tf.Variable;
  readonly #mean: tf.Variable;
  readonly #variance: tf.Variable;

  /**
   * Adds `name.weight` and `name.bias` to `parameters`, `name.running_mean` and `name.running_var` to
   * `buffers`.
   *
   * @throws {Error} when a name is taken.
   */
  constructor(parameters: Parameters, buffers: Parameters, name: string, channels: number) {
    const ones = new Float32Array(channels).fill(1), zeros = new Float32Array(channels);
    this.#weight = parameters.add(`${name}.weight`, [channels], ones);
    this.#bias = parameters.add(`${name}.bias`, [channels], zeros);
    this.#mean = buffers.add(`${name}.running_mean`, [channels], zeros);
    this.#variance = buffers.add(`${name}.running_var`, [channels], ones);
  }

  /**
   * [batch, channels] or [batch, channels, width] → the same shape
   *
   * @param noise null outside training, as for dropout
   * @param axis of the channels. Default: 1
   * @param mask broadcast to x, 1 for what counts in a batch's statistics and 0 for what does not
   */
  apply<T extends tf.Tensor2D | tf.Tensor3D>(
    x: T,
    noise: DropoutNoise | null,
    axis = 1,
    mask?: tf.Tensor,
  ): T {
    if (mask !== undefined && noise !== null) return this.#applyMasked(x, mask, axis);
    const axes = x.shape.map((_, i) => i).filter((i) => i !== axis);
    const channels = x.shape[axis]!, values = x.size / channels;
    const column = (vector: tf.Tensor) => columnOf(vector, x.rank, axis);
    const isBatch = noise !== null && values > 1;
    const mean = isBatch ? tf.mean(x, axes) : this.#mean;
    const centered = tf.sub(x, column(mean));
    const variance = isBatch ? tf.mean(tf.square(centered), axes) : this.#variance;
    if (isBatch) {
      move(this.#mean, mean);
      move(this.#variance, tf.mul(variance, values / (values - 1)));
    }
    return this.#scaled(centered, variance, column);
  }

  /** In training, by the statistics of what the mask has. */
  #applyMasked<T extends tf.Tensor2D | tf.Tensor3D>(x: T, mask: tf.Tensor, axis: number): T {
    const axes = x.shape.map((_, i) => i).filter((i) => i !== axis);
    const weights = tf.mul(tf.onesLike(x), mask);
    const count = tf.sum(weights, axes);
    const column = (vector: tf.Tensor) => columnOf(vector, x.rank, axis);
    const mean = tf.div(tf.sum(tf.mul(x, weights), axes), count);
    const centered = tf.sub(x, column(mean));
    const variance = tf.div(tf.sum(tf.mul(tf.square(centered), weights), axes), count);
    move(this.#mean, mean);
    move(this.#variance, tf.mul(variance, tf.div(count, tf.maximum(tf.sub(count, 1), 1))));
    return this.#scaled(centered, variance, column) as T;
  }

  #scaled<T extends tf.Tensor>(
    centered: tf.Tensor,
    variance: tf.Tensor,
    column: (vector: tf.Tensor) => tf.Tensor,
  ): T {
    const scale = tf.mul(tf.rsqrt(tf.add(variance, EPSILON)), this.#weight);
    return tf.add(tf.mul(centered, column(scale)), column(this.#bias)) as T;
  }
}

/** A vector of channels, to be broadcast along the axes after theirs. */
function columnOf(vector: tf.Tensor, rank: number, axis: number): tf.Tensor {
  const after = rank - axis - 1;
  return after === 0 ? vector : tf.reshape(vector, [-1, ...Array.from({ length: after }, () => 1)]);
}

/** running ← 0.9 running + 0.1 batch */
function move(running: tf.Variable, batch: tf.Tensor): void {
  running.assign(tf.add(tf.mul(running, 1 - MOMENTUM), tf.mul(batch, MOMENTUM)));
}
