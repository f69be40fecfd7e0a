/**
 * One layer of the Multimodal Transformer: attention, and two linear maps, behind normalizations.
 *
 * Source: as of `cross_attention.ts`.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { leanAttend } from "./cross_attention.ts";
import { dropout, type DropoutNoise } from "./dropout.ts";
import { layerNorm } from "./layer_norm.ts";
import type { Layers } from "./layers.ts";
import { affine } from "./linear.ts";
import { xavierUniform } from "./xavier.ts";

const EPSILON = 1e-5;

/** Of attention weights, both parts of a layer and the hidden units. */
export interface LayerDropout {
  readonly attention: number;
  readonly residual: number;
  readonly relu: number;
}

/** What a layer is. */
export interface CrossModalLayerOptions {
  readonly width: number;
  readonly heads: number;
  readonly dropout: LayerDropout;
}

/** The parts of a layer, which who uses it adds to what came in. */
export class CrossModalLayer {
  readonly #options: CrossModalLayerOptions;
  readonly #name: string;
  readonly #weights = new Map<string, tf.Variable>();

  /** Adds `name.self_attn.in_proj_weight` and so on. @throws {Error} a name is taken */
  constructor(layers: Layers, name: string, options: CrossModalLayerOptions) {
    this.#options = options;
    this.#name = name;
    const { width } = options;
    const add = (part: string, shape: number[], values: Float32Array) =>
      this.#weights.set(part, layers.parameter(`${name}.${part}`, shape, values));
    const draw = (part: string, outputs: number, inputs: number) =>
      xavierUniform(layers.random.split(`${name}.${part}`), outputs * inputs, inputs, outputs);
    const matrix = (part: string, outputs: number, inputs: number) => {
      add(`${part}.weight`, [outputs, inputs], draw(`${part}.weight`, outputs, inputs));
      add(`${part}.bias`, [outputs], new Float32Array(outputs));
    };
    const packed = "self_attn.in_proj";
    add(`${packed}_weight`, [3 * width, width], draw(`${packed}_weight`, 3 * width, width));
    add(`${packed}_bias`, [3 * width], new Float32Array(3 * width));
    matrix("self_attn.out_proj", width, width);
    matrix("fc1", 4 * width, width);
    matrix("fc2", width, 4 * width);
    for (const part of ["layer_norms.0", "layer_norms.1"]) {
      add(`${part}.weight`, [width], new Float32Array(width).fill(1));
      add(`${part}.bias`, [width], new Float32Array(width));
    }
  }

  /** The normalization before the attention: rows, which stay */
  normalized(rows: tf.Tensor2D): tf.Tensor2D {
    return this.#norm(rows, "layer_norms.0");
  }

  /**
   * Normalized queries, keys and values as rows, [batch · steps, width] → what was attended to
   *
   * @param bias added to scores
   * @param rowMask 0 for queries that attend to nothing, [batch · queries, 1]
   */
  attention(
    [query, keys, values]: readonly [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D],
    batch: number,
    bias: tf.Tensor,
    noise: DropoutNoise | null,
    rowMask?: tf.Tensor,
  ): tf.Tensor2D {
    const { width, heads } = this.#options;
    const depth = width / heads;
    const weight = this.#get("self_attn.in_proj_weight") as tf.Tensor2D;
    const biasOfAll = this.#get("self_attn.in_proj_bias") as tf.Tensor1D;
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
      (weights, part) => {
        const place = part === 0 ? "weights" : `weights.${part}`;
        return this.#drop(weights, "attention", noise, place);
      },
    );
    const rows = tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [-1, width]) as tf.Tensor2D;
    const seen = rowMask === undefined ? rows : tf.mul(rows, rowMask) as tf.Tensor2D;
    const output = this.#linear(seen, "self_attn.out_proj");
    return this.#drop(output, "residual", noise, "attention");
  }

  /** Lin(ReLU(Lin(LN x))): rows, which stay */
  feedForward(rows: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor2D {
    const normal = this.#norm(rows, "layer_norms.1");
    const hidden = tf.relu(this.#linear(normal, "fc1"));
    const kept = this.#drop(hidden, "relu", noise, "hidden");
    return this.#drop(this.#linear(kept, "fc2"), "residual", noise, "output");
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
    kind: keyof LayerDropout,
    noise: DropoutNoise | null,
    part: string,
  ): T {
    return dropout(x, this.#options.dropout[kind], noise, `${this.#name}.${part}`);
  }

  #get(part: string): tf.Tensor {
    return this.#weights.get(part)!;
  }
}
