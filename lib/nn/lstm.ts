/**
 * Long short-term memory, with PyTorch's parameters.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { lstm, tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";

/**
 * A one-directional, one-layer LSTM: weights [4H, in] and [4H, H] and two biases [4H], gate order
 * i, f, g, o, all from U(−1/√H, 1/√H) as PyTorch's `nn.LSTM`.
 *
 * @example Two sequences of 4 steps, of which the second has 1 true step
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Lstm } from "./lstm.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const layer = new Lstm(new Parameters(), "audio", 5, 8, RandomStream.fromSeed(1111));
 * const state = layer.final(tf.ones([4, 2, 5]), tf.tensor1d([4, 1], "int32"));
 * assertEquals(state.shape, [2, 8]);
 * ```
 */
export class Lstm {
  /** [4 · hidden, in], gates in the order of PyTorch. */
  readonly weightIh: tf.Variable2D;
  /** [4 · hidden, hidden] */
  readonly weightHh: tf.Variable2D;
  /** [4 · hidden] */
  readonly biasIh: tf.Variable1D;
  /** [4 · hidden] */
  readonly biasHh: tf.Variable1D;

  /**
   * Adds `name.weight_ih_l0`, `name.weight_hh_l0`, `name.bias_ih_l0` and `name.bias_hh_l0` to
   * `parameters`.
   *
   * @param random parent of the streams that the start values are drawn from, one a parameter
   * @throws {Error} when a name is taken.
   */
  constructor(
    parameters: Parameters,
    name: string,
    inputs: number,
    hidden: number,
    random: RandomStream,
  ) {
    const bound = 1 / Math.sqrt(hidden);
    const add = <T extends tf.Tensor>(part: string, shape: number[]): T & tf.Variable => {
      const path = `${name}.${part}`;
      const count = shape.reduce((product, n) => product * n, 1);
      return parameters.add<T>(path, shape, random.split(path).uniformArray(count, -bound, bound));
    };
    this.weightIh = add("weight_ih_l0", [4 * hidden, inputs]);
    this.weightHh = add("weight_hh_l0", [4 * hidden, hidden]);
    this.biasIh = add("bias_ih_l0", [4 * hidden]);
    this.biasHh = add("bias_hh_l0", [4 * hidden]);
  }

  /**
   * [time, batch, in] and true lengths [batch] → hidden state at the true end, [batch, H]
   *
   * @param inputGradient false where x is data, which needs none
   */
  final(x: tf.Tensor3D, lengths: tf.Tensor1D, inputGradient = true): tf.Tensor2D {
    const weights = {
      weightIh: this.weightIh as tf.Tensor2D,
      weightHh: this.weightHh as tf.Tensor2D,
      bias: tf.add(this.biasIh, this.biasHh) as tf.Tensor1D,
    };
    return lstm(x, lengths, weights, { output: "final", timeMajor: true, inputGradient });
  }
}
