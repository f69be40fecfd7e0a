/**
 * The encoders and heads that LF-DNN, TFN, LMF and their multi-task forms share.
 *
 * Source: thuiar/MMSA, `models/subNets/FeatureNets.py` and the models that use it; METHODS 6.1.
 *
 * @module
 */

import type { Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import type { BatchNorm } from "../../nn/batch_norm.ts";
import { dropout, type DropoutNoise } from "../../nn/dropout.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";
import type { Lstm } from "../../nn/lstm.ts";
import { outerLinear } from "../../nn/outer_linear.ts";

/** Batch norm, dropout, three linear maps with ReLU after each: (42). */
export class MeanSubnet {
  readonly #norm: BatchNorm;
  readonly #layers: readonly Linear[];
  readonly #rate: number;
  readonly #place: string;

  constructor(layers: Layers, name: string, inputs: number, hidden: number, rate: number) {
    this.#norm = layers.batchNorm(`${name}.norm`, inputs);
    this.#layers = [1, 2, 3].map((n) =>
      layers.linear(`${name}.linear_${n}`, n === 1 ? inputs : hidden, hidden)
    );
    this.#rate = rate;
    this.#place = `${name}.drop`;
  }

  /** Mean steps [batch, inputs] → [batch, hidden] */
  apply(x: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor2D {
    const normal = dropout(this.#norm.apply(x, noise), this.#rate, noise, this.#place);
    return this.#layers.reduce((y, layer) => tf.relu(layer.apply(y)), normal);
  }
}

/** The last state of an LSTM, and a linear map without activation: (43). */
export class TextSubnet {
  readonly #lstm: Lstm;
  readonly #linear: Linear;
  readonly #trueLengths: boolean;

  /** @param trueLengths whether the last state is that of the true end, and not of the padding */
  constructor(
    layers: Layers,
    name: string,
    sizes: { readonly inputs: number; readonly hidden: number; readonly outputs: number },
    trueLengths: boolean,
  ) {
    this.#lstm = layers.lstm(`${name}.rnn`, sizes.inputs, sizes.hidden);
    this.#linear = layers.linear(`${name}.linear_1`, sizes.hidden, sizes.outputs);
    this.#trueLengths = trueLengths;
  }

  /**
   * [time, batch, inputs], [batch] → [batch, outputs]
   *
   * @param learns whether what made x learns: data need no gradient
   */
  apply(x: tf.Tensor3D, lengths: tf.Tensor1D, learns: boolean): tf.Tensor2D {
    const [time, batch] = x.shape;
    const ends = this.#trueLengths ? lengths : tf.fill([batch], time, "int32") as tf.Tensor1D;
    return this.#linear.apply(this.#lstm.final(x, ends, learns));
  }
}

/** Dropout, two linear maps with ReLU, and one to a score: (44). */
export class Head {
  readonly #layers: readonly Linear[];
  readonly #rate: number;
  readonly #place: string;

  /** @param task as in `post_fusion_layer_1` */
  constructor(layers: Layers, task: string, inputs: number, width: number, rate: number) {
    this.#layers = [[inputs, width], [width, width], [width, 1]].map(([from, to], i) =>
      layers.linear(`post_${task}_layer_${i + 1}`, from!, to!)
    );
    this.#rate = rate;
    this.#place = `post_${task}_dropout`;
  }

  /** [batch, inputs] → [batch] */
  apply(x: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor1D {
    return this.#finish(this.#layers[0]!.apply(dropout(x, this.#rate, noise, this.#place)));
  }

  /** The same of x ⊗ y, [batch, n] and [batch, m]. */
  applyOuter(x: tf.Tensor2D, y: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor1D {
    const { weight, bias } = this.#layers[0]!;
    const drop = (rows: tf.Tensor2D, part: number) =>
      dropout(rows, this.#rate, noise, `${this.#place}.${part}`);
    const product = outerLinear(x, y, weight as tf.Tensor2D, drop);
    return this.#finish(tf.add(product, bias) as tf.Tensor2D);
  }

  #finish(x: tf.Tensor2D): tf.Tensor1D {
    const [, second, third] = this.#layers;
    return tf.reshape(third!.apply(tf.relu(second!.apply(tf.relu(x)))), [-1]);
  }
}

/** A score, [batch], and what it was made from, where that is there as a whole. */
export interface Fused {
  readonly prediction: tf.Tensor1D;
  readonly fused?: tf.Tensor;
}

/** One vector for each modality, [batch, width]. */
export type Encoded = Readonly<Partial<Record<Modality, tf.Tensor2D>>>;
