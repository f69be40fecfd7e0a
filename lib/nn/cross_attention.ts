/**
 * Attention of one sequence to another, and the encoder of the Multimodal Transformer made of it.
 *
 * Source: Tsai, Bai, Liang, Kolter, Morency, Salakhutdinov, ACL 2019, sections 3.1 and 3.2;
 * thuiar/MMSA, `models/subNets/transformers_encoder`; METHODS 6.3.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { dropout, type DropoutNoise } from "./dropout.ts";
import { layerNorm } from "./layer_norm.ts";
import type { Layers } from "./layers.ts";
import { affine } from "./linear.ts";
import { fairseqPositions } from "./position_encoding.ts";
import { xavierUniform } from "./xavier.ts";

/** Added to the score of a step that must not be seen: its weight is then exactly 0. */
const HIDDEN = -1e9;
const EPSILON = 1e-5;

/** Changes attention weights by a fixed mask, so that it can be done again: dropout. */
export type MaskWeights = (weights: tf.Tensor4D) => tf.Tensor4D;

/**
 * softmax(q kᵀ + bias) v for each head, [batch, heads, steps, depth], whose weights are not kept for
 * the gradient but computed again: of all layers of a network one matrix is alive at a time.
 *
 * @param mask applied to the weights before they meet v, and linear in them
 */
export function leanAttend(
  q: tf.Tensor4D,
  k: tf.Tensor4D,
  v: tf.Tensor4D,
  bias: tf.Tensor,
  mask: MaskWeights,
): tf.Tensor4D {
  const weightsOf = (q: tf.Tensor, k: tf.Tensor, bias: tf.Tensor) =>
    tf.softmax(tf.add(tf.matMul(q, k, false, true), bias)) as tf.Tensor4D;
  const attend = tf.customGrad((...args) => {
    const [q, k, v] = args as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D];
    (args.at(-1) as unknown as tf.GradSaveFunc)([q, k, v, bias]);
    return {
      value: tf.matMul(mask(weightsOf(q, k, bias)), v),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [q, k, v, bias] = saved as [tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor];
        const weights = weightsOf(q, k, bias);
        const dV = tf.matMul(mask(weights), dy, true, false);
        const dWeights = mask(tf.matMul(dy, v, false, true) as tf.Tensor4D);
        const along = tf.sum(tf.mul(dWeights, weights), -1, true);
        const dScores = tf.mul(weights, tf.sub(dWeights, along));
        return [tf.matMul(dScores, k), tf.matMul(dScores, q, true, false), dV];
      },
    };
  });
  return attend(q, k, v) as tf.Tensor4D;
}

/**
 * What is added to scores so that step i of the query sees key steps up to i + |keys − queries| only,
 * as the code has it for sequences of different lengths: [1, 1, queries, keys].
 */
export function bandBias(queries: number, keys: number): tf.Tensor {
  const ahead = tf.sub(
    tf.reshape(tf.range(0, keys), [1, keys]),
    tf.reshape(tf.range(0, queries), [queries, 1]),
  );
  const isHidden = tf.greaterEqual(ahead, 1 + Math.abs(keys - queries));
  return tf.reshape(tf.mul(tf.cast(isHidden, "float32"), HIDDEN), [1, 1, queries, keys]);
}

/** The same by true lengths, int32 [batch], and without keys beyond them: [batch, 1, queries, keys]. */
export function trueBandBias(
  queries: number,
  keys: number,
  queryLengths: tf.Tensor1D,
  keyLengths: tf.Tensor1D,
  isBand: boolean,
): tf.Tensor {
  const [batch] = keyLengths.shape;
  const column = (vector: tf.Tensor1D) => tf.reshape(tf.cast(vector, "float32"), [batch, 1, 1, 1]);
  const place = tf.reshape(tf.range(0, keys), [1, 1, 1, keys]);
  const ahead = tf.sub(place, tf.reshape(tf.range(0, queries), [1, 1, queries, 1]));
  const isBeyond = tf.greaterEqual(place, column(keyLengths));
  const reach = tf.add(tf.abs(tf.sub(column(keyLengths), column(queryLengths))), 1);
  const isHidden = isBand ? tf.logicalOr(isBeyond, tf.greaterEqual(ahead, reach)) : isBeyond;
  return tf.mul(tf.cast(isHidden, "float32"), HIDDEN);
}

/** What an encoder is. */
export interface CrossModalOptions {
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** Whether each step knows its place. */
  readonly positions: boolean;
  /** Of embedded steps, attention weights, both parts of a layer and the hidden units. */
  readonly dropout: {
    readonly embed: number;
    readonly attention: number;
    readonly residual: number;
    readonly relu: number;
  };
}

/**
 * Pre-norm layers in which a sequence attends to another one, which is the same for all of them, or to
 * itself; one normalization serves queries and keys. Start values by Xavier's uniform distribution.
 *
 * @example A sequence of 3 steps attends to one of 5
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { bandBias, CrossModalEncoder } from "./cross_attention.ts";
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
  readonly #weights = new Map<string, tf.Variable>();

  /** Adds `name.layers.0.self_attn.in_proj_weight` and so on. @throws {Error} a name is taken */
  constructor(layers: Layers, name: string, options: CrossModalOptions) {
    this.#options = options;
    this.#name = name;
    const { width } = options;
    const add = (part: string, shape: number[], values: Float32Array) =>
      this.#weights.set(part, layers.parameter(`${name}.${part}`, shape, values));
    const matrix = (part: string, outputs: number, inputs: number) => {
      const random = layers.random.split(`${name}.${part}.weight`);
      const values = xavierUniform(random, outputs * inputs, inputs, outputs);
      add(`${part}.weight`, [outputs, inputs], values);
      add(`${part}.bias`, [outputs], new Float32Array(outputs));
    };
    const norm = (part: string) => {
      add(`${part}.weight`, [width], new Float32Array(width).fill(1));
      add(`${part}.bias`, [width], new Float32Array(width));
    };
    for (let i = 0; i < options.layers; i++) {
      const place = `layers.${i}`, packed = `${place}.self_attn.in_proj`;
      const random = layers.random.split(`${name}.${packed}_weight`);
      const draw = xavierUniform(random, 3 * width * width, width, 3 * width);
      add(`${packed}_weight`, [3 * width, width], draw);
      add(`${packed}_bias`, [3 * width], new Float32Array(3 * width));
      matrix(`${place}.self_attn.out_proj`, width, width);
      matrix(`${place}.fc1`, 4 * width, width);
      matrix(`${place}.fc2`, width, 4 * width);
      norm(`${place}.layer_norms.0`);
      norm(`${place}.layer_norms.1`);
    }
    norm("layer_norm");
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
    const { layers, width } = this.#options;
    const [batch] = x.shape;
    let rows = this.#embed(x, noise, "query");
    // Keys and values are the same but for what is dropped of them.
    const others = y === null ? null : {
      keys: this.#embed(y, noise, "keys"),
      values: this.#embed(y, noise, "values"),
    };
    for (let i = 0; i < layers; i++) {
      const place = `layers.${i}`;
      const query = this.#norm(rows, `${place}.layer_norms.0`);
      const keys = others === null ? query : this.#norm(others.keys, `${place}.layer_norms.0`);
      const values = others === null || others.values === others.keys
        ? keys
        : this.#norm(others.values, `${place}.layer_norms.0`);
      rows = tf.add(rows, this.#attention(place, [query, keys, values], batch, bias, noise));
      rows = tf.add(rows, this.#feedForward(place, rows, noise));
    }
    return tf.reshape(this.#norm(rows, "layer_norm"), [batch, -1, width]) as tf.Tensor3D;
  }

  /** √width · x, with places where asked for, as rows. */
  #embed(x: tf.Tensor3D, noise: DropoutNoise | null, part: string): tf.Tensor2D {
    const { width, positions } = this.#options;
    const scaled = tf.mul(x, Math.sqrt(width));
    const placed = positions ? tf.add(scaled, fairseqPositions(x)) : scaled;
    return this.#drop(tf.reshape(placed, [-1, width]) as tf.Tensor2D, "embed", noise, part);
  }

  #attention(
    place: string,
    [query, keys, values]: readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D],
    batch: number,
    bias: tf.Tensor,
    noise: DropoutNoise | null,
  ): tf.Tensor2D {
    const { width, heads } = this.#options;
    const depth = width / heads;
    const weight = this.#get(`${place}.self_attn.in_proj_weight`) as tf.Tensor2D;
    const biasOfAll = this.#get(`${place}.self_attn.in_proj_bias`) as tf.Tensor1D;
    const third = (x: tf.Tensor2D, n: number) =>
      affine(
        x,
        tf.slice2d(weight, [n * width, 0], [width, width]),
        tf.slice1d(biasOfAll, n * width, width),
      );
    const toHeads = (x: tf.Tensor2D) =>
      tf.transpose(tf.reshape(x, [batch, -1, heads, depth]), [0, 2, 1, 3]) as tf.Tensor4D;
    const q = toHeads(tf.mul(third(query, 0), 1 / Math.sqrt(depth)));
    const context = leanAttend(
      q,
      toHeads(third(keys, 1)),
      toHeads(third(values, 2)),
      bias,
      (weights) => this.#drop(weights, "attention", noise, `${place}.weights`),
    );
    const rows = tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [-1, width]) as tf.Tensor2D;
    const output = this.#linear(rows, `${place}.self_attn.out_proj`);
    return this.#drop(output, "residual", noise, `${place}.attention`);
  }

  #feedForward(place: string, rows: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor2D {
    const normal = this.#norm(rows, `${place}.layer_norms.1`);
    const hidden = tf.relu(this.#linear(normal, `${place}.fc1`));
    const kept = this.#drop(hidden, "relu", noise, `${place}.hidden`);
    return this.#drop(this.#linear(kept, `${place}.fc2`), "residual", noise, `${place}.output`);
  }

  #linear(x: tf.Tensor2D, part: string): tf.Tensor2D {
    const [weight, bias] = [this.#get(`${part}.weight`), this.#get(`${part}.bias`)];
    return affine(x, weight as tf.Tensor2D, bias as tf.Tensor1D);
  }

  #norm(x: tf.Tensor2D, part: string): tf.Tensor2D {
    return layerNorm(x, this.#get(`${part}.weight`), this.#get(`${part}.bias`), EPSILON);
  }

  #drop<T extends tf.Tensor>(
    x: T,
    kind: keyof CrossModalOptions["dropout"],
    noise: DropoutNoise | null,
    part: string,
  ): T {
    return dropout(x, this.#options.dropout[kind], noise, `${this.#name}.${part}`);
  }

  #get(part: string): tf.Tensor {
    return this.#weights.get(part)!;
  }
}
