/**
 * The affine layer, initialised as PyTorch's `nn.Linear`.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";

/** [batch, in] → x Wᵀ + b, [batch, out], with W [out, in] and b [out] */
export function affine(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return tf.add(tf.matMul(x, weight, false, true), bias);
}

/**
 * y = x Wᵀ + b, with W [out, in] and b [out], both from U(−1/√in, 1/√in).
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Linear } from "./linear.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const parameters = new Parameters();
 * const layer = new Linear(parameters, "head", 3, 1, RandomStream.fromSeed(1111));
 * assertEquals(layer.apply(tf.ones([5, 3])).shape, [5, 1]);
 * assertEquals(parameters.names(), ["head.weight", "head.bias"]);
 * ```
 */
export class Linear {
  /** [out, in] */
  readonly weight: tf.Variable2D;
  /** [out] */
  readonly bias: tf.Variable1D;

  /**
   * Adds `name.weight` and `name.bias` to `parameters`.
   *
   * @param random parent of the streams that the start values are drawn from, one a parameter
   * @throws {Error} when a name is taken.
   */
  constructor(
    parameters: Parameters,
    name: string,
    inputs: number,
    outputs: number,
    random: RandomStream,
  ) {
    const bound = 1 / Math.sqrt(inputs);
    const draw = (part: string, count: number) =>
      random.split(`${name}.${part}`).uniformArray(count, -bound, bound);
    this.weight = parameters.add(
      `${name}.weight`,
      [outputs, inputs],
      draw("weight", inputs * outputs),
    );
    this.bias = parameters.add(`${name}.bias`, [outputs], draw("bias", outputs));
  }

  /** [batch, in] → [batch, out] */
  apply(x: tf.Tensor2D): tf.Tensor2D {
    return affine(x, this.weight as tf.Tensor2D, this.bias as tf.Tensor1D);
  }
}
