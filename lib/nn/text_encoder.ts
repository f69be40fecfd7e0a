/**
 * A text encoder of any type: embeddings and a stack of layers, over weights that somebody else holds.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { paddingBias } from "./attention.ts";
import { checkpointed } from "./checkpointed.ts";
import type { DropoutNoise } from "./dropout.ts";
import { affine } from "./linear.ts";
import { stopGradient } from "./stop_gradient.ts";
import type { WeightOf } from "./transformer.ts";
import type { TextEncoderConfig } from "./text_encoders/config.ts";
import { EncoderParts, type LayerInput } from "./text_encoders/encoder_parts.ts";
import type { TextEncoderType, Tokens } from "./text_encoders/encoder_type.ts";
import { packed, unpacked } from "./packed_rows.ts";
import { encoderShapes, typeOf } from "./text_encoders/registry.ts";

export type { TextEncoderConfig } from "./text_encoders/config.ts";
export type { Tokens } from "./text_encoders/encoder_type.ts";
export { encoderShapes, MODEL_TYPES, readEncoderConfig, typeOf } from "./text_encoders/registry.ts";

/** What enters the first layer and the states after each, all [batch, tokens, width]. */
export interface EncoderStates {
  readonly embeddings: tf.Tensor3D;
  readonly layers: readonly tf.Tensor3D[];
}

/** What a network adds inside an encoder, before one of its layers. */
export interface EncoderInsert {
  /** The layer that sees what was changed, from 0. */
  readonly layer: number;
  /** The states that enter it, [batch, tokens, width] → the same shape. */
  change(states: tf.Tensor3D): tf.Tensor3D;
}

/** How an encoder is trained. */
export interface EncoderTraining {
  /** Number of first layers whose parameters stay as they are. Default: 0. */
  readonly layers?: number | undefined;
  /** Whether the embeddings do. Default: where a layer does; no gradient goes through either then. */
  readonly embeddings?: boolean | undefined;
  /** Whether trained layers compute again in the backward pass what they would keep. Default: no. */
  readonly isCheckpointed?: boolean | undefined;
}

/** A text encoder over weights that somebody else holds. */
export class TextEncoder {
  readonly config: TextEncoderConfig;
  readonly #type: TextEncoderType;
  readonly #weight: WeightOf;
  readonly #place: string;
  readonly #frozen: number;
  readonly #frozenEmbeddings: boolean;
  readonly #isCheckpointed: boolean;

  /**
   * @param weight a parameter by its name in Hugging Face's model, see `encoderShapes`
   * @param place name of this encoder in the network, for its dropout masks
   * @param training what is not trained, and how the rest is; all of it plainly by default
   */
  constructor(
    config: TextEncoderConfig,
    weight: WeightOf,
    place = "bert",
    { layers = 0, embeddings = layers > 0, isCheckpointed = false }: EncoderTraining = {},
  ) {
    this.config = config;
    this.#type = typeOf(config);
    this.#weight = weight;
    this.#place = place;
    this.#frozen = layers;
    this.#frozenEmbeddings = embeddings;
    this.#isCheckpointed = isCheckpointed;
  }

  /** Names of the parameters that are trained: all, an unused pooler's too, but the frozen ones. */
  trainedNames(): Set<string> {
    const isFrozen = (name: string) => {
      const layer = layerOf(name);
      if (layer !== null) return layer < this.#frozen;
      if (!this.#frozenEmbeddings) return false;
      return this.#frozen > 0 ? !name.startsWith("pooler.") : name.startsWith("embeddings");
    };
    return new Set([...encoderShapes(this.config).keys()].filter((name) => !isFrozen(name)));
  }

  /**
   * All states.
   *
   * @param insert what is added before a layer; nothing by default
   * @throws {RangeError} when there are more tokens than positions.
   */
  states(tokens: Tokens, noise: DropoutNoise | null, insert?: EncoderInsert): EncoderStates {
    const embedded = this.#embed(tokens, noise), { parts, hidden } = embedded;
    const states = statesOf(tokens, this.config.width);
    const layers: tf.Tensor3D[] = [];
    let rows = embedded.rows;
    for (let i = 0; i < this.config.layers; i++) {
      rows = changed(rows, states, i, insert);
      const input = { queries: rows, keys: rows, ...hidden };
      rows = this.#layer(i, input, parts, this.config.layers - 1);
      layers.push(states.of(rows));
    }
    return { embeddings: states.of(embedded.rows), layers };
  }

  /**
   * The last state of the first token, [CLS]: [batch, width]. The last layer computes no other
   * token's, so that this is a little faster than {@linkcode states}.
   *
   * @param insert what is added before a layer; nothing by default
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
  cls(tokens: Tokens, noise: DropoutNoise | null, insert?: EncoderInsert): tf.Tensor2D {
    const { layers, width } = this.config;
    const [batch] = tokens.ids.shape;
    const embedded = this.#embed(tokens, noise), { parts, hidden } = embedded;
    const states = statesOf(tokens, width);
    let rows = embedded.rows;
    for (let i = 0; i < layers - 1; i++) {
      rows = changed(rows, states, i, insert);
      const input = { queries: rows, keys: rows, ...hidden };
      // The last layer keeps little.
      rows = this.#layer(i, input, parts, layers - 2);
    }
    rows = changed(rows, states, layers - 1, insert);
    const all = states.of(rows);
    const first = tf.reshape(tf.slice3d(all, [0, 0, 0], [batch, 1, width]), [batch, width]);
    return this.#layer(
      layers - 1,
      { queries: first as tf.Tensor2D, keys: rows, ...hidden },
      parts,
      layers - 2,
    );
  }

  /** Whether it has a pooler. */
  get hasPooler(): boolean {
    return encoderShapes(this.config).has("pooler.dense.weight");
  }

  /** tanh(Lin(·)) of the last state of [CLS], by its pooler: [batch, width] → the same shape */
  pooled(cls: tf.Tensor2D): tf.Tensor2D {
    const part = (name: string) => this.#weight(`pooler.dense.${name}`);
    return tf.tanh(affine(cls, part("weight") as tf.Tensor2D, part("bias") as tf.Tensor1D));
  }

  /** What enters the first layer, [batch · tokens or rows, width], and what all layers see. */
  #embed(tokens: Tokens, noise: DropoutNoise | null): {
    rows: tf.Tensor2D;
    parts: EncoderParts;
    hidden: Pick<LayerInput, "mask" | "bias" | "packing">;
  } {
    const { positions, epsilon } = this.config;
    const time = tokens.ids.shape[1];
    if (time > positions) {
      throw new RangeError(
        `Cannot run the text encoder on ${time} tokens: expected at most ${positions}`,
      );
    }
    const parts = new EncoderParts(this.#weight, epsilon, noise, this.#place);
    const { packing } = tokens;
    const embedded = this.#type.embed(tokens, this.config, parts);
    const learned = this.#frozenEmbeddings ? stopGradient(embedded) : embedded;
    const rows = packing === undefined ? learned : packed(learned, packing);
    const mask = tf.cast(tokens.mask, "float32") as tf.Tensor2D;
    return { rows, parts, hidden: { mask, bias: paddingBias(tokens.mask), packing } };
  }

  /**
   * The states after layer `i`, as a constant where it is the last frozen one.
   *
   * @param kept the first layer that is not computed again: the backward pass begins with it, when all
   * that it keeps would have to be there anyway
   */
  #layer(i: number, input: LayerInput, parts: EncoderParts, kept: number): tf.Tensor2D {
    if (this.#isCheckpointed && i >= this.#frozen && i < kept) {
      return this.#checkpointedLayer(i, input, parts);
    }
    const rows = this.#type.layer(i, input, this.config, parts);
    return this.#frozenEmbeddings && i === this.#frozen - 1 ? stopGradient(rows) : rows;
  }

  #checkpointedLayer(i: number, input: LayerInput, parts: EncoderParts): tf.Tensor2D {
    // All of these layers have the queries of their keys: the last of `cls` is kept.
    const { keys, mask, bias, packing } = input;
    const own = [...encoderShapes(this.config).keys()].filter((name) => layerOf(name) === i);
    const names = [...own, ...this.#type.sharedWeights?.(i, this.config) ?? []];
    return checkpointed(
      ([keys, ...given], [mask, bias, rows, places]) => {
        const packing = rows && { rows, places };
        const again = { queries: keys, keys, mask, bias, packing } as LayerInput;
        const weights = new Map(names.map((name, n) => [name, given[n]!]));
        const own = parts.withWeights((name) => weights.get(name)!);
        return this.#type.layer(i, again, this.config, own);
      },
      [keys, ...names.map((name) => this.#weight(name))],
      [mask, bias, ...packing === undefined ? [] : [packing.rows, packing.places]],
    );
  }
}

/** The number of the layer that a weight is of, from 0; null for others. */
function layerOf(name: string): number | null {
  const layer = /^(?:encoder|transformer)\.layer\.(\d+)\./.exec(name)?.[1];
  return layer === undefined ? null : Number(layer);
}

/** From rows, of all tokens or packed, to states, [batch, tokens, width], and back. */
interface States {
  of(rows: tf.Tensor2D): tf.Tensor3D;
  rows(states: tf.Tensor3D): tf.Tensor2D;
}

function statesOf({ ids, packing }: Tokens, width: number): States {
  const [batch, time] = ids.shape;
  const of = (rows: tf.Tensor2D) => tf.reshape(rows, [batch, time, width]) as tf.Tensor3D;
  const rows = (states: tf.Tensor3D) => tf.reshape(states, [batch * time, width]) as tf.Tensor2D;
  if (packing === undefined) return { of, rows };
  return {
    of: (given) => of(unpacked(given, packing)),
    rows: (states) => packed(rows(states), packing),
  };
}

/** The states that enter layer `i`, as rows. */
function changed(
  rows: tf.Tensor2D,
  states: States,
  i: number,
  insert: EncoderInsert | undefined,
): tf.Tensor2D {
  return insert?.layer === i ? states.rows(insert.change(states.of(rows))) : rows;
}
