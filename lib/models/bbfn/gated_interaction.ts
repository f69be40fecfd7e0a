/**
 * BBFN's two streams, of the text and of another modality, which read each other through gates.
 *
 * Source: declare-lab/BBFN, `src/modules/transformer.py` and `encoders.py`, whose names the parameters
 * carry. METHODS 9.8.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { CrossModalLayer, type CrossModalLayerOptions } from "../../nn/cross_modal_layer.ts";
import type { DropoutNoise } from "../../nn/dropout.ts";
import type { BiGru } from "../../nn/gru.ts";
import type { LayerNorm } from "../../nn/layer_norm.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";
import { maskedMean } from "../../nn/mask.ts";
import type { Sequence } from "../../nn/sequence.ts";

/** What both streams of a pair have in common. */
export interface Places {
  /** int32 [batch] */
  readonly lengths: tf.Tensor1D;
  /** What hides padded steps when it is added to scores. */
  readonly bias: tf.Tensor;
  /** 1 for true steps, [batch · time, 1] */
  readonly rows: tf.Tensor;
}

/** Attention whose result and whose input are gated by a control vector. */
class GatedLayer {
  readonly #layer: CrossModalLayer;
  readonly #attended: Linear;
  readonly #kept: Linear;

  constructor(layers: Layers, name: string, options: CrossModalLayerOptions) {
    const { width } = options;
    this.#layer = new CrossModalLayer(layers, name, options);
    this.#kept = layers.linear(`${name}.mem_proj.0`, 2 * width, width);
    this.#attended = layers.linear(`${name}.att_proj.0`, 2 * width, width);
  }

  /** x attends to other, both [batch, time, width], under control [batch, 2 · width] */
  apply(
    x: tf.Tensor3D,
    other: tf.Tensor3D,
    control: tf.Tensor2D,
    { bias, rows }: Places,
    noise: DropoutNoise | null,
  ): tf.Tensor3D {
    const [batch, time, width] = x.shape;
    const flat = (y: tf.Tensor3D) => tf.reshape(y, [-1, width]) as tf.Tensor2D;
    const keys = this.#layer.normalized(flat(other));
    const query = this.#layer.normalized(flat(x));
    const y = this.#layer.attention([query, keys, keys], batch, bias, noise, rows);
    const gate = (map: Linear) => tf.expandDims(tf.sigmoid(map.apply(control)), 1);
    const attended = tf.mul(tf.reshape(y, [batch, time, width]), gate(this.#attended));
    const mixed = flat(tf.add(attended, tf.mul(x, gate(this.#kept))));
    const output = tf.add(mixed, this.#layer.feedForward(mixed, noise));
    return tf.reshape(output, [batch, time, width]);
  }
}

/** Vectors of both streams, of the first layer by linear maps, of later ones by recurrent units. */
class ControlEncoder {
  readonly #maps: readonly [Linear, Linear] | null;
  readonly #grus: readonly [BiGru, BiGru] | null;
  readonly #discriminator: readonly [Linear, Linear];

  constructor(layers: Layers, name: string, width: number, isFirst: boolean) {
    const names = [`${name}.encode_l`, `${name}.encode_o`] as const;
    const map = (place: string) => layers.linear(place, width, width);
    const gru = (place: string) => layers.biGru(place, { inputs: width, hidden: width });
    this.#maps = isFirst ? [map(names[0]), map(names[1])] : null;
    this.#grus = isFirst ? null : [gru(names[0]), gru(names[1])];
    this.#discriminator = [
      layers.linear(`${name}.discriminator.0`, width, 4 * width),
      layers.linear(`${name}.discriminator.2`, 4 * width, 1),
    ];
  }

  /** The stream's vector, [batch, width]: 0 the text's, 1 the other's */
  apply(x: tf.Tensor3D, lengths: tf.Tensor1D, stream: 0 | 1): tf.Tensor2D {
    if (this.#maps !== null) return this.#maps[stream].apply(maskedMean(x, lengths));
    const states = this.#grus![stream].sequence(tf.transpose(x, [1, 0, 2]), lengths);
    const [there, back] = tf.split(states, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
    const middle = tf.mul(tf.add(there, back), 0.5);
    return maskedMean(tf.transpose(middle, [1, 0, 2]) as tf.Tensor3D, lengths);
  }

  /** How likely a vector is the other stream's, before the sigmoid: [batch] */
  discriminate(control: tf.Tensor2D): tf.Tensor1D {
    const [first, second] = this.#discriminator;
    return tf.reshape(second.apply(tf.relu(first.apply(control))), [-1]);
  }
}

/** What a pair gives. */
export interface Interaction {
  /** Both streams after the last layer, [batch, time, width]. */
  readonly streams: readonly [tf.Tensor3D, tf.Tensor3D];
  /** Vectors of both streams, by layer, [batch, width]. */
  readonly controls: readonly (readonly [tf.Tensor2D, tf.Tensor2D])[];
  /** Of all layers the text's and then the other's, [layers · 2 · batch]. */
  readonly logits: tf.Tensor1D;
}

/** What a pair is. */
export interface InteractionOptions extends CrossModalLayerOptions {
  readonly layers: number;
  /** Whether the streams are normalized at their end. */
  readonly isNormalized: boolean;
}

/** The text and another modality. */
export class GatedInteraction {
  readonly #controls: readonly ControlEncoder[];
  /** The text reads the other, and the other the text. */
  readonly #layers: readonly (readonly [GatedLayer, GatedLayer])[];
  readonly #norm: LayerNorm | null;

  constructor(
    layers: Layers,
    name: string,
    { layers: count, isNormalized, ...options }: InteractionOptions,
  ) {
    const each = Array.from({ length: count }, (_, i) => i);
    this.#controls = each.map((i) =>
      new ControlEncoder(layers, `${name}.div_encoders.${i}`, options.width, i === 0)
    );
    this.#layers = each.map((i) => [
      new GatedLayer(layers, `${name}.l2other_layers.${i}`, options),
      new GatedLayer(layers, `${name}.other2l_layers.${i}`, options),
    ]);
    this.#norm = isNormalized ? layers.layerNorm(`${name}.layer_norm`, options.width) : null;
  }

  /** (79)–(81) layer by layer, each stream reads what the other was before. */
  apply(text: Sequence, other: Sequence, places: Places, noise: DropoutNoise | null): Interaction {
    let streams: readonly [tf.Tensor3D, tf.Tensor3D] = [text.x, other.x];
    const controls: (readonly [tf.Tensor2D, tf.Tensor2D])[] = [];
    const logits: tf.Tensor1D[] = [];
    this.#layers.forEach(([ofText, ofOther], i) => {
      const encoder = this.#controls[i]!, [x, y] = streams;
      const own = encoder.apply(x, places.lengths, 0), theirs = encoder.apply(y, places.lengths, 1);
      controls.push([own, theirs]);
      logits.push(encoder.discriminate(own), encoder.discriminate(theirs));
      const control = tf.concat2d([own, theirs], 1);
      streams = [
        ofText.apply(x, y, control, places, noise),
        ofOther.apply(y, x, control, places, noise),
      ];
    });
    const [x, y] = streams;
    const ends = this.#norm === null
      ? streams
      : [this.#norm.apply(x), this.#norm.apply(y)] as const;
    return { streams: ends, controls, logits: tf.concat1d(logits) };
  }
}
