/**
 * A text encoder of any type: embeddings and a stack of layers, over weights that somebody else holds.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { paddingBias } from "./attention.ts";
import type { DropoutNoise } from "./dropout.ts";
import { stopGradient } from "./stop_gradient.ts";
import type { WeightOf } from "./transformer.ts";
import type { TextEncoderConfig } from "./text_encoders/config.ts";
import { EncoderParts, type LayerInput } from "./text_encoders/encoder_parts.ts";
import type { TextEncoderType, Tokens } from "./text_encoders/encoder_type.ts";
import { encoderShapes, typeOf } from "./text_encoders/registry.ts";

export type { TextEncoderConfig } from "./text_encoders/config.ts";
export type { Tokens } from "./text_encoders/encoder_type.ts";
export { encoderShapes, MODEL_TYPES, readEncoderConfig, typeOf } from "./text_encoders/registry.ts";

/** What enters the first layer and the states after each, all [batch, tokens, width]. */
export interface EncoderStates {
  readonly embeddings: tf.Tensor3D;
  readonly layers: readonly tf.Tensor3D[];
}

/** A text encoder over weights that somebody else holds. */
export class TextEncoder {
  readonly config: TextEncoderConfig;
  readonly #type: TextEncoderType;
  readonly #weight: WeightOf;
  readonly #place: string;
  readonly #frozen: number;

  /**
   * @param weight a parameter by its name in Hugging Face's model, see `encoderShapes`
   * @param place name of this encoder in the network, for its dropout masks
   * @param frozen number of first layers that no gradient goes through, nor through the embeddings;
   * at 0 it goes through everything
   */
  constructor(config: TextEncoderConfig, weight: WeightOf, place = "bert", frozen = 0) {
    this.config = config;
    this.#type = typeOf(config);
    this.#weight = weight;
    this.#place = place;
    this.#frozen = frozen;
  }

  /** Names of the parameters that are trained: all, an unused pooler's too, but the frozen ones. */
  trainedNames(): Set<string> {
    const isFrozen = (name: string) => {
      const layer = /^(?:encoder|transformer)\.layer\.(\d+)\./.exec(name)?.[1];
      return layer === undefined ? !name.startsWith("pooler.") : Number(layer) < this.#frozen;
    };
    const names = [...encoderShapes(this.config).keys()];
    return new Set(this.#frozen === 0 ? names : names.filter((name) => !isFrozen(name)));
  }

  /** All states. @throws {RangeError} when there are more tokens than positions. */
  states(tokens: Tokens, noise: DropoutNoise | null): EncoderStates {
    const shape: [number, number, number] = [...tokens.ids.shape, this.config.width];
    const embedded = this.#embed(tokens, noise), { parts, hidden } = embedded;
    const layers: tf.Tensor3D[] = [];
    let rows = embedded.rows;
    for (let i = 0; i < this.config.layers; i++) {
      rows = this.#layer(i, { queries: rows, keys: rows, ...hidden }, parts);
      layers.push(tf.reshape(rows, shape));
    }
    return { embeddings: tf.reshape(embedded.rows, shape), layers };
  }

  /**
   * The last state of the first token, [CLS]: [batch, width]. The last layer computes no other
   * token's, so that this is a little faster than {@linkcode states}.
   *
   * @throws {RangeError} when there are more tokens than positions.
   *
   * @example
   * ```ts
   * import { openEngine, tf } from "../engine/mod.ts";
   * import { encoderShapes, readEncoderConfig, TextEncoder } from "./text_encoder.ts";
   * import { assertEquals } from "@std/assert";
   * await openEngine({ engine: "cpu" });
   * const config = readEncoderConfig({
   *   model_type: "bert",
   *   vocab_size: 10,
   *   hidden_size: 4,
   *   num_hidden_layers: 1,
   *   num_attention_heads: 2,
   *   intermediate_size: 8,
   *   max_position_embeddings: 6,
   * }, "config.json");
   * const shapes = encoderShapes(config);
   * const bert = new TextEncoder(config, (name) => tf.ones(shapes.get(name)!));
   * const ids = tf.tensor2d([[2, 7, 3], [2, 3, 0]], [2, 3], "int32");
   * const tokens = { ids, mask: tf.onesLike(ids), segments: tf.zerosLike(ids) };
   * assertEquals(bert.cls(tokens, null).shape, [2, 4]);
   * ```
   */
  cls(tokens: Tokens, noise: DropoutNoise | null): tf.Tensor2D {
    const { layers, width } = this.config;
    const [batch, time] = tokens.ids.shape;
    const embedded = this.#embed(tokens, noise), { parts, hidden } = embedded;
    let rows = embedded.rows;
    for (let i = 0; i < layers - 1; i++) {
      rows = this.#layer(i, { queries: rows, keys: rows, ...hidden }, parts);
    }
    const all = tf.reshape(rows, [batch, time, width]) as tf.Tensor3D;
    const first = tf.reshape(tf.slice3d(all, [0, 0, 0], [batch, 1, width]), [batch, width]);
    return this.#layer(
      layers - 1,
      { queries: first as tf.Tensor2D, keys: rows, ...hidden },
      parts,
    );
  }

  /** What enters the first layer, [batch · tokens, width], and what all layers see. */
  #embed(tokens: Tokens, noise: DropoutNoise | null): {
    rows: tf.Tensor2D;
    parts: EncoderParts;
    hidden: Pick<LayerInput, "mask" | "bias">;
  } {
    const { positions, epsilon } = this.config;
    const time = tokens.ids.shape[1];
    if (time > positions) {
      throw new RangeError(
        `Cannot run the text encoder on ${time} tokens: expected at most ${positions}`,
      );
    }
    const parts = new EncoderParts(this.#weight, epsilon, noise, this.#place);
    const rows = this.#type.embed(tokens, this.config, parts);
    const mask = tf.cast(tokens.mask, "float32") as tf.Tensor2D;
    return { rows, parts, hidden: { mask, bias: paddingBias(tokens.mask) } };
  }

  /** The states after layer `i`, as a constant where it is the last frozen one. */
  #layer(i: number, input: LayerInput, parts: EncoderParts): tf.Tensor2D {
    const rows = this.#type.layer(i, input, this.config, parts);
    return i === this.#frozen - 1 ? stopGradient(rows) : rows;
  }
}
