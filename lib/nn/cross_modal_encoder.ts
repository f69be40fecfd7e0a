/**
 * The encoder of the Multimodal Transformer: a sequence attends to another one.
 *
 * Source: Tsai, Bai, Liang, Kolter, Morency, Salakhutdinov, ACL 2019, sections 3.1 and 3.2;
 * thuiar/MMSA, `models/subNets/transformers_encoder`; METHODS 6.3.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { CrossModalLayer, type LayerDropout } from "./cross_modal_layer.ts";
import { dropout, type DropoutNoise } from "./dropout.ts";
import type { LayerNorm } from "./layer_norm.ts";
import type { Layers } from "./layers.ts";
import { fairseqPositions } from "./position_encoding.ts";

/** What an encoder is. */
export interface CrossModalOptions {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Whether each step knows its place. */
  readonly positions: boolean;
  /** Of embedded steps, and as of a layer. */
  readonly dropout: LayerDropout & { readonly embed: number };
}

/**
 * Pre-norm layers in which a sequence attends to another one, which is the same for all of them, or to
 * itself; one normalization serves queries and keys. Start values by Xavier's uniform distribution.
 *
 * @example A sequence of 3 steps attends to one of 5
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { bandBias } from "./cross_attention.ts";
 * import { CrossModalEncoder } from "./cross_modal_encoder.ts";
 * import { Layers } from "./layers.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const encoder = new CrossModalEncoder(new Layers(RandomStream.fromSeed(1111)), "a_with_l", {
 *   width: 4,
 *   heads: 2,
 *   layers: 1,
 *   positions: true,
 *   dropout: { embed: 0, attention: 0, residual: 0, relu: 0 },
 * });
 * const [x, y] = [tf.ones([2, 3, 4]) as tf.Tensor3D, tf.ones([2, 5, 4]) as tf.Tensor3D];
 * assertEquals(encoder.apply(x, y, bandBias(3, 5), null).shape, [2, 3, 4]);
 * ```
 */
export class CrossModalEncoder {
  readonly #options: CrossModalOptions;
  readonly #name: string;
  readonly #layers: readonly CrossModalLayer[];
  readonly #norm: LayerNorm;

  /** Adds `name.layers.0.self_attn.in_proj_weight` and so on. @throws {Error} a name is taken */
  constructor(layers: Layers, name: string, options: CrossModalOptions) {
    this.#options = options;
    this.#name = name;
    this.#layers = Array.from(
      { length: options.layers },
      (_, i) => new CrossModalLayer(layers, `${name}.layers.${i}`, options),
    );
    this.#norm = layers.layerNorm(`${name}.layer_norm`, options.width);
  }

  /**
   * [batch, queries, width] → the same shape
   *
   * @param y [batch, keys, width]; null: the sequence attends to itself
   * @param bias added to scores, as of {@linkcode bandBias}
   * @param noise null outside training
   */
  apply(
    x: tf.Tensor3D,
    y: tf.Tensor3D | null,
    bias: tf.Tensor,
    noise: DropoutNoise | null,
  ): tf.Tensor3D {
    const { width } = this.#options;
    const [batch] = x.shape;
    let rows = this.#embed(x, noise, "query");
    // Keys and values are the same but for what is dropped of them.
    const others = y === null ? null : {
      keys: this.#embed(y, noise, "keys"),
      values: this.#embed(y, noise, "values"),
    };
    for (const layer of this.#layers) {
      const query = layer.normalized(rows);
      const keys = others === null ? query : layer.normalized(others.keys);
      const values = others === null || others.values === others.keys
        ? keys
        : layer.normalized(others.values);
      rows = tf.add(rows, layer.attention([query, keys, values], batch, bias, noise));
      rows = tf.add(rows, layer.feedForward(rows, noise));
    }
    return tf.reshape(this.#norm.apply(rows), [batch, -1, width]) as tf.Tensor3D;
  }

  /** √width · x, with places where asked for, as rows. */
  #embed(x: tf.Tensor3D, noise: DropoutNoise | null, part: string): tf.Tensor2D {
    const { width, positions } = this.#options;
    const scaled = tf.mul(x, Math.sqrt(width));
    const placed = positions ? tf.add(scaled, fairseqPositions(x)) : scaled;
    const embedded = tf.reshape(placed, [-1, width]) as tf.Tensor2D;
    return dropout(embedded, this.#options.dropout.embed, noise, `${this.#name}.${part}`);
  }
}
