/**
 * Parts of TFR-Net: what fuses a sequence into a vector, and what scores vectors.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import type { BatchNorm } from "../../nn/batch_norm.ts";
import type { Conv1d } from "../../nn/conv.ts";
import { dropout, type DropoutNoise } from "../../nn/dropout.ts";
import type { BiGru } from "../../nn/gru.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";
import { maximumOf, type Sequence } from "../../nn/sequence.ts";

/** Slope of the last activation below 0. */
const SLOPE = 0.01;

/** (76) Recurrent units, gated by a convolution over them, beside what they read; its largest values. */
export class GatedFusion {
  readonly #gru: BiGru;
  readonly #gate: Conv1d;
  readonly #map: Linear;

  constructor(
    layers: Layers,
    name: string,
    sizes: { readonly inputs: number; readonly hidden: number; readonly layers: number },
  ) {
    const { inputs, hidden } = sizes;
    this.#gru = layers.biGru(`${name}.gru.gru`, sizes);
    const gate = { inputs: 2 * hidden, outputs: 1, size: 3 };
    this.#gate = layers.conv1d(`${name}.cnn`, gate, "same");
    this.#map = layers.linear(`${name}.fc`, 2 * hidden + inputs, hidden);
  }

  /** → [batch, hidden] @param isTrue whether the maximum is over true steps alone */
  apply({ x, lengths }: Sequence, isTrue: boolean): tf.Tensor2D {
    const [batch, time] = x.shape;
    const turn = (y: tf.Tensor3D) => tf.transpose(y, [1, 0, 2]) as tf.Tensor3D;
    const states = turn(this.#gru.sequence(turn(x), lengths));
    const gated = tf.mul(tf.tanh(states), tf.sigmoid(this.#gate.apply(states)));
    const joined = tf.concat3d([x, gated as tf.Tensor3D], 2);
    const rows = tf.reshape(joined, [batch * time, -1]) as tf.Tensor2D;
    const mapped = tf.reshape(tf.tanh(this.#map.apply(rows)), [batch, time, -1]) as tf.Tensor3D;
    return maximumOf({ x: mapped, lengths }, isTrue);
  }
}

/** (77) ŷ = Lin Drop LeakyReLU Lin BatchNorm */
export class Classifier {
  readonly #norm: BatchNorm;
  readonly #hidden: Linear;
  readonly #final: Linear;
  readonly #rate: number;

  constructor(
    layers: Layers,
    sizes: { readonly inputs: number; readonly hidden: number; readonly dropout: number },
  ) {
    this.#norm = layers.batchNorm("linear_trans_norm", sizes.inputs);
    this.#hidden = layers.linear("linear_trans_hidden", sizes.inputs, sizes.hidden);
    this.#final = layers.linear("linear_trans_final", sizes.hidden, 1);
    this.#rate = sizes.dropout;
  }

  /** [batch, inputs] → [batch] */
  apply(x: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor1D {
    const hidden = tf.leakyRelu(this.#hidden.apply(this.#norm.apply(x, noise)), SLOPE);
    const kept = dropout(hidden, this.#rate, noise, "classifier.dropout");
    return tf.reshape(this.#final.apply(kept), [-1]);
  }
}
