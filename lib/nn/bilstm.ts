/**
 * Long short-term memory in both directions of time, with PyTorch's parameters.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { lstm, type LstmOutput, type LstmOutputs, type LstmWeights, tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";

/** Endings of PyTorch's names, forward and backward. */
const DIRECTIONS = ["", "_reverse"] as const;

/**
 * A one-layer bidirectional LSTM. The backward direction starts at the true last step. Start values
 * are from U(−1/√H, 1/√H), as PyTorch's `nn.LSTM(bidirectional=True)`.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { BiLstm } from "./bilstm.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const layer = new BiLstm(new Parameters(), "audio", 5, 8, RandomStream.fromSeed(1111));
 * const lengths = tf.tensor1d([4, 1], "int32");
 * assertEquals(layer.final(tf.ones([4, 2, 5]), lengths).shape, [2, 16]);
 * assertEquals(layer.sequence(tf.ones([4, 2, 5]), lengths).shape, [4, 2, 16]);
 * ```
 */
export class BiLstm {
  readonly #parameters: Parameters;
  readonly #name: string;

  /**
   * Adds `name.weight_ih_l0`, `name.weight_hh_l0`, `name.bias_ih_l0`, `name.bias_hh_l0` and the same
   * with `_reverse` to `parameters`.
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
    this.#parameters = parameters;
    this.#name = name;
    const bound = 1 / Math.sqrt(hidden);
    const shapes = {
      weight_ih_l0: [4 * hidden, inputs],
      weight_hh_l0: [4 * hidden, hidden],
      bias_ih_l0: [4 * hidden],
      bias_hh_l0: [4 * hidden],
    };
    for (const direction of DIRECTIONS) {
      for (const [part, shape] of Object.entries(shapes)) {
        const path = `${name}.${part}${direction}`;
        const count = shape.reduce((product, n) => product * n, 1);
        parameters.add(path, shape, random.split(path).uniformArray(count, -bound, bound));
      }
    }
  }

  /**
   * [time, batch, in] and true lengths [batch] → the state at the true end beside the backward state
   * at step 0, [batch, 2H]
   *
   * @param inputGradient false where x is data, which needs none
   */
  final(x: tf.Tensor3D, lengths: tf.Tensor1D, inputGradient = true): tf.Tensor2D {
    return tf.concat2d(this.#run(x, lengths, "final", inputGradient), 1);
  }

  /** The same → states of all steps, 0 beyond the lengths, [time, batch, 2H] */
  sequence(x: tf.Tensor3D, lengths: tf.Tensor1D, inputGradient = true): tf.Tensor3D {
    return tf.concat3d(this.#run(x, lengths, "sequence", inputGradient), 2);
  }

  #run<Output extends LstmOutput>(
    x: tf.Tensor3D,
    lengths: tf.Tensor1D,
    output: Output,
    inputGradient: boolean,
  ): LstmOutputs[Output][] {
    return DIRECTIONS.map((direction) => {
      const get = (part: string) => this.#parameters.get(`${this.#name}.${part}${direction}`);
      const weights: LstmWeights = {
        weightIh: get("weight_ih_l0") as unknown as tf.Tensor2D,
        weightHh: get("weight_hh_l0") as unknown as tf.Tensor2D,
        bias: tf.add(get("bias_ih_l0"), get("bias_hh_l0")),
      };
      const reverse = direction === "_reverse";
      return lstm(x, lengths, weights, { output, reverse, timeMajor: true, inputGradient });
    });
  }
}
