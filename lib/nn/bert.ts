/**
 * BERT: word, position and segment embeddings, and a stack of transformer layers.
 *
 * Source: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers", 2019; parameters
 * and order of operations are those of Hugging Face's `BertModel`.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { attend, paddingBias } from "./attention.ts";
import { type BertConfig, bertShapes } from "./bert_config.ts";
import { dropout, type DropoutNoise } from "./dropout.ts";
import { gelu } from "./gelu.ts";
import { layerNorm } from "./layer_norm.ts";
import { affine } from "./linear.ts";
import { scaleGradient } from "./scale_gradient.ts";
import { constantOf, stopGradient } from "./stop_gradient.ts";
import type { WeightOf } from "./transformer.ts";

/** A batch of sentences, each int32 [batch, tokens]. */
export interface Tokens {
  readonly ids: tf.Tensor2D;
  /** 1 for a token and 0 for padding. */
  readonly mask: tf.Tensor2D;
  readonly segments: tf.Tensor2D;
}

/** The sums of the embeddings and the states after each layer, all [batch, tokens, width]. */
export interface BertStates {
  readonly embeddings: tf.Tensor3D;
  readonly layers: readonly tf.Tensor3D[];
}

/** What a network adds inside a BERT, before one of its layers. */
export interface BertInsert {
  /** The layer that sees what was changed, from 0. */
  readonly layer: number;
  /** The states that enter it, [batch, tokens, width] → the same shape. */
  change(states: tf.Tensor3D): tf.Tensor3D;
}

/** Which parts of a BERT are not trained. */
export interface FrozenParts {
  /** Number of first layers that no gradient goes through, nor through the embeddings. Default: 0. */
  readonly layers?: number;
  /** Whether none goes through the embeddings. Default: false. */
  readonly embeddings?: boolean;
}

/** A BERT over weights that somebody else holds. */
export class Bert {
  readonly config: BertConfig;
  readonly #weight: WeightOf;
  readonly #place: string;
  readonly #frozen: number;
  readonly #frozenEmbeddings: boolean;

  /**
   * @param weight a parameter by its name in Hugging Face's `BertModel`, see `bertShapes`
   * @param place name of this BERT in the network, for its dropout masks
   * @param frozen what no gradient goes through; nothing by default
   */
  constructor(config: BertConfig, weight: WeightOf, place = "bert", frozen: FrozenParts = {}) {
    this.config = config;
    this.#weight = weight;
    this.#place = place;
    const { layers = 0, embeddings = false } = frozen;
    this.#frozen = layers;
    this.#frozenEmbeddings = embeddings || layers > 0;
  }

  /** Names of the parameters that are trained: all, the unused pooler's too, but the frozen ones. */
  trainedNames(): Set<string> {
    const isFrozen = (name: string) => {
      const layer = /^encoder\.layer\.(\d+)\./.exec(name)?.[1];
      if (layer !== undefined) return Number(layer) < this.#frozen;
      return this.#frozenEmbeddings && name.startsWith("embeddings.");
    };
    return new Set([...bertShapes(this.config).keys()].filter((name) => !isFrozen(name)));
  }

  /**
   * All states.
   *
   * @param insert what is added before a layer; nothing by default
   * @throws {RangeError} when there are more tokens than positions.
   */
  states(tokens: Tokens, noise: DropoutNoise | null, insert?: BertInsert): BertStates {
    const shape: [number, number, number] = [...tokens.ids.shape, this.config.width];
    const bias = paddingBias(tokens.mask);
    const embedded = this.#embed(tokens, noise);
    const embeddings = tf.reshape(embedded, shape) as tf.Tensor3D;
    const layers: tf.Tensor3D[] = [];
    let rows = embedded;
    for (let i = 0; i < this.config.layers; i++) {
      rows = changed(rows, shape, i, insert);
      rows = this.#thaw(i, this.#layer(i, rows, rows, bias, noise));
      layers.push(tf.reshape(rows, shape));
    }
    return { embeddings, layers };
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
   * import { Bert } from "./bert.ts";
   * import { bertShapes, readBertConfig } from "./bert_config.ts";
   * import { assertEquals } from "@std/assert";
   * await openEngine({ engine: "cpu" });
   * const config = readBertConfig({
   *   vocab_size: 10,
   *   hidden_size: 4,
   *   num_hidden_layers: 1,
   *   num_attention_heads: 2,
   *   intermediate_size: 8,
   *   max_position_embeddings: 6,
   * }, "config.json");
   * const shapes = bertShapes(config);
   * const bert = new Bert(config, (name) => tf.ones(shapes.get(name)!));
   * const ids = tf.tensor2d([[2, 7, 3], [2, 3, 0]], [2, 3], "int32");
   * const tokens = { ids, mask: tf.onesLike(ids), segments: tf.zerosLike(ids) };
   * assertEquals(bert.cls(tokens, null).shape, [2, 4]);
   * ```
   */
  cls(tokens: Tokens, noise: DropoutNoise | null, insert?: BertInsert): tf.Tensor2D {
    const { layers, width } = this.config;
    const [batch, time] = tokens.ids.shape;
    const shape: [number, number, number] = [batch, time, width];
    const bias = paddingBias(tokens.mask);
    let rows = this.#embed(tokens, noise);
    for (let i = 0; i < layers - 1; i++) {
      rows = changed(rows, shape, i, insert);
      rows = this.#thaw(i, this.#layer(i, rows, rows, bias, noise));
    }
    rows = changed(rows, shape, layers - 1, insert);
    const all = tf.reshape(rows, shape) as tf.Tensor3D;
    const first = tf.reshape(tf.slice3d(all, [0, 0, 0], [batch, 1, width]), [batch, width]);
    const last = this.#layer(layers - 1, first as tf.Tensor2D, rows, bias, noise);
    return this.#thaw(layers - 1, last);
  }

  /** tanh(Lin(·)) of the last state of [CLS], [batch, width] → the same shape. */
  pooled(cls: tf.Tensor2D): tf.Tensor2D {
    return tf.tanh(this.#linear("pooler.dense", cls));
  }

  /** The states after layer `i`, as a constant where it is the last frozen one. */
  #thaw(i: number, rows: tf.Tensor2D): tf.Tensor2D {
    return i === this.#frozen - 1 ? stopGradient(rows) : rows;
  }

  /** Dropout of LayerNorm of the sum of three embeddings: [batch · tokens, width] */
  #embed({ ids, segments }: Tokens, noise: DropoutNoise | null): tf.Tensor2D {
    const { width, positions } = this.config;
    const [batch, time] = ids.shape;
    if (time > positions) {
      throw new RangeError(`Cannot run BERT on ${time} tokens: expected at most ${positions}`);
    }
    const table = (name: string) => this.#matrix(`embeddings.${name}_embeddings.weight`);
    const rowsOf = (name: string, index: tf.Tensor2D) =>
      tf.gather(table(name), tf.reshape(index, [batch * time]));
    const words = tf.add(this.#pad(rowsOf("word", ids), ids), rowsOf("token_type", segments));
    const places = tf.slice2d(table("position"), [0, 0], [time, width]);
    const sum = tf.add(tf.reshape(words, [batch, time, width]), places);
    const rows = tf.reshape(sum, [batch * time, width]) as tf.Tensor2D;
    const embedded = this.#drop(this.#norm("embeddings", rows), noise, "embeddings");
    return this.#frozenEmbeddings ? stopGradient(embedded) : embedded;
  }

  /** The same rows, whose gradient is 0 where they are [PAD]'s: PyTorch's `padding_idx`. */
  #pad(rows: tf.Tensor2D, ids: tf.Tensor2D): tf.Tensor2D {
    const { padding } = this.config;
    if (padding === null) return rows;
    const isWord = constantOf(() => tf.cast(tf.notEqual(ids, padding), "float32"));
    return scaleGradient(rows, tf.reshape(isWord, [-1, 1]));
  }

  /**
   * Layer `i` for the tokens `queries`, which see the tokens `keys`.
   *
   * @param queries [batch · n, width]
   * @param keys [batch · tokens, width]
   */
  #layer(
    i: number,
    queries: tf.Tensor2D,
    keys: tf.Tensor2D,
    bias: tf.Tensor4D,
    noise: DropoutNoise | null,
  ): tf.Tensor2D {
    const { heads, attentionDropout, activation } = this.config;
    const layer = `encoder.layer.${i}`;
    const { context } = attend(
      this.#linear(`${layer}.attention.self.query`, queries),
      this.#linear(`${layer}.attention.self.key`, keys),
      this.#linear(`${layer}.attention.self.value`, keys),
      bias,
      { batch: bias.shape[0], heads },
      (weights) =>
        dropout(weights, attentionDropout, noise, `${this.#place}.${layer}.attention.self`),
    );
    const attended = this.#residual(`${layer}.attention.output`, context, queries, noise);
    const hidden = this.#linear(`${layer}.intermediate.dense`, attended);
    const active = activation === "relu" ? tf.relu(hidden) : gelu(hidden, activation);
    return this.#residual(`${layer}.output`, active, attended, noise);
  }

  /** LayerNorm(Dropout(Lin(x)) + input) */
  #residual(
    name: string,
    x: tf.Tensor2D,
    input: tf.Tensor2D,
    noise: DropoutNoise | null,
  ): tf.Tensor2D {
    const output = this.#drop(this.#linear(`${name}.dense`, x), noise, name);
    return this.#norm(name, tf.add(output, input));
  }

  #linear(name: string, x: tf.Tensor2D): tf.Tensor2D {
    const bias = this.#weight(`${name}.bias`) as tf.Tensor1D;
    return affine(x, this.#matrix(`${name}.weight`), bias);
  }

  #norm(name: string, x: tf.Tensor2D): tf.Tensor2D {
    const part = (key: string) => this.#weight(`${name}.LayerNorm.${key}`);
    return layerNorm(x, part("weight"), part("bias"), this.config.epsilon);
  }

  #drop(x: tf.Tensor2D, noise: DropoutNoise | null, place: string): tf.Tensor2D {
    return dropout(x, this.config.hiddenDropout, noise, `${this.#place}.${place}`);
  }

  #matrix(name: string): tf.Tensor2D {
    return this.#weight(name) as tf.Tensor2D;
  }
}

/** The states that enter layer `i`: [batch · tokens, width] → the same */
function changed(
  rows: tf.Tensor2D,
  shape: [number, number, number],
  i: number,
  insert: BertInsert | undefined,
): tf.Tensor2D {
  if (insert?.layer !== i) return rows;
  return tf.reshape(insert.change(tf.reshape(rows, shape) as tf.Tensor3D), rows.shape);
}
