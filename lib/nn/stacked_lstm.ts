/**
 * Layers of long short-term memory on top of each other, with PyTorch's parameters.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { lstm, type LstmOutput, type LstmOutputs, type LstmWeights, tf } from "../engine/mod.ts";
import { dropout, type DropoutNoise } from "./dropout.ts";
import type { Parameters } from "./parameters.ts";

/** Sizes of a stack. */
export interface StackedLstmSizes {
  /** Features of a step. */
  readonly inputs: number;
  /** Of every layer. */
  readonly hidden: number;
  /** Default: 1. */
  readonly layers?: number;
  /** Of the states between layers. Default: 0. */
  readonly dropout?: number;
  /** Endings of the parameters' names, by layer. Default: `_l0`, `_l1` and so on, as `nn.LSTM`. */
  readonly endings?: readonly string[];
}

/**
 * One direction, several layers; start values from U(−1/√H, 1/√H), as PyTorch's `nn.LSTM`. With the
 * ending "" a layer is PyTorch's `nn.LSTMCell` run over time.
 *
 * @example Two layers over 4 steps of 2 samples
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Parameters } from "./parameters.ts";
 * import { StackedLstm } from "./stacked_lstm.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const sizes = { inputs: 5, hidden: 8, layers: 2 };
 * const stack = new StackedLstm(new Parameters(), "lstm", sizes, RandomStream.fromSeed(1111));
 * const [x, lengths] = [tf.ones([4, 2, 5]) as tf.Tensor3D, tf.tensor1d([4, 1], "int32")];
 * assertEquals(stack.apply(x, lengths, "final", null).shape, [2, 8]);
 * assertEquals(stack.apply(x, lengths, "states", null).shape, [4, 2, 16]);
 * ```
 */
export class StackedLstm {
  readonly #layers: readonly (readonly [tf.Variable2D, tf.Variable2D, tf.Variable, tf.Variable])[];
  readonly #rate: number;
  readonly #place: string;

  /**
   * Adds `name.weight_ih_l0`, `name.weight_hh_l0`, `name.bias_ih_l0` and `name.bias_hh_l0` to
   * `parameters`, and so on.
   *
   * @param random parent of the streams that the start values are drawn from, one a parameter
   * @throws {Error} when a name is taken.
   */
  constructor(parameters: Parameters, name: string, sizes: StackedLstmSizes, random: RandomStream) {
    const { inputs, hidden, layers = 1, dropout = 0 } = sizes;
    const { endings = Array.from({ length: layers }, (_, i) => `_l${i}`) } = sizes;
    const bound = 1 / Math.sqrt(hidden);
    const add = (part: string, shape: number[]) => {
      const path = `${name}.${part}`;
      const count = shape.reduce((product, n) => product * n, 1);
      return parameters.add(path, shape, random.split(path).uniformArray(count, -bound, bound));
    };
    this.#layers = endings.map((ending, i) => [
      add(`weight_ih${ending}`, [4 * hidden, i === 0 ? inputs : hidden]) as tf.Variable2D,
      add(`weight_hh${ending}`, [4 * hidden, hidden]) as tf.Variable2D,
      add(`bias_ih${ending}`, [4 * hidden]),
      add(`bias_hh${ending}`, [4 * hidden]),
    ]);
    this.#rate = dropout;
    this.#place = `${name}.dropout`;
  }

  /**
   * [time, batch, inputs] and true lengths [batch] → what the last layer gives
   *
   * @param noise null outside training
   * @param inputGradient false where x is data, which needs none
   */
  apply<Output extends LstmOutput>(
    x: tf.Tensor3D,
    lengths: tf.Tensor1D,
    output: Output,
    noise: DropoutNoise | null,
    inputGradient = true,
  ): LstmOutputs[Output] {
    const run = <Wanted extends LstmOutput>(i: number, y: tf.Tensor3D, wanted: Wanted) => {
      const [weightIh, weightHh, biasIh, biasHh] = this.#layers[i]!;
      const weights: LstmWeights = {
        weightIh: weightIh as tf.Tensor2D,
        weightHh: weightHh as tf.Tensor2D,
        bias: tf.add(biasIh, biasHh),
      };
      const hasGradient = i > 0 || inputGradient;
      return lstm(y, lengths, weights, {
        output: wanted,
        timeMajor: true,
        inputGradient: hasGradient,
      });
    };
    let states = x;
    const last = this.#layers.length - 1;
    for (let i = 0; i < last; i++) {
      states = dropout(run(i, states, "sequence"), this.#rate, noise, `${this.#place}.${i}`);
    }
    return run(last, states, output);
  }
}
