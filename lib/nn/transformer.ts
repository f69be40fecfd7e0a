/**
 * The transformer's encoder layer, with PyTorch's parameters.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import { paddingBias, selfAttention } from "./attention.ts";
import { dropout, type DropoutNoise } from "./dropout.ts";
import { gelu } from "./gelu.ts";
import { layerNorm } from "./layer_norm.ts";
import { affine } from "./linear.ts";
import type { Parameters } from "./parameters.ts";

/** What an encoder layer is. */
export interface EncoderLayerOptions {
  /** Number of attention heads. */
  readonly heads: number;
  /** Whether each part normalizes its input (pre-LN), instead of its sum with it (post-LN). */
  readonly normFirst: boolean;
  /** Between the two linear maps. */
  readonly activation: "relu" | "gelu";
  /** Added to variances; default 1e-5. */
  readonly epsilon?: number;
  /** Dropout of attention weights, of the hidden layer and of both parts; default 0. */
  readonly dropout?: number;
}

/** A parameter of the layer by the name it has in PyTorch, for example `self_attn.in_proj_bias`. */
export type WeightOf = (name: string) => tf.Tensor;

/**
 * [batch, time, width] → the same: self-attention and a two-layer network, each added to its input
 * and normalized, as PyTorch's `nn.TransformerEncoderLayer(batch_first=True)`.
 *
 * @param mask [batch, time], 1 for a step and 0 for padding, which no step sees
 * @param noise null outside training
 * @param place name of the layer, for its dropout masks
 * @throws {RangeError} when `heads` does not divide the width.
 */
export function encoderLayer(
  x: tf.Tensor3D,
  mask: tf.Tensor2D,
  weight: WeightOf,
  options: EncoderLayerOptions,
  noise: DropoutNoise | null = null,
  place = "encoder",
): tf.Tensor3D {
  const { heads, normFirst, epsilon = 1e-5, dropout: rate = 0 } = options;
  const [batch, , width] = x.shape;
  const matrix = (name: string) => weight(name) as tf.Tensor2D;
  const vector = (name: string) => weight(name) as tf.Tensor1D;
  const drop = <T extends tf.Tensor>(y: T, part: string) =>
    dropout(y, rate, noise, `${place}.${part}`);
  const attention = {
    inWeight: matrix("self_attn.in_proj_weight"),
    inBias: vector("self_attn.in_proj_bias"),
    outWeight: matrix("self_attn.out_proj.weight"),
    outBias: vector("self_attn.out_proj.bias"),
  };
  const bias = paddingBias(mask);
  const norm = (y: tf.Tensor2D, n: number) =>
    layerNorm(y, weight(`norm${n}.weight`), weight(`norm${n}.bias`), epsilon);
  const attend = (y: tf.Tensor2D) => {
    const { output } = selfAttention(
      y,
      bias,
      attention,
      { batch, heads },
      (w) => drop(w, "weights"),
    );
    return drop(output, "attention");
  };
  const feedForward = (y: tf.Tensor2D) => {
    const hidden = affine(y, matrix("linear1.weight"), vector("linear1.bias"));
    const active = options.activation === "relu" ? tf.relu(hidden) : gelu(hidden);
    const wide = drop(active, "hidden");
    return drop(affine(wide, matrix("linear2.weight"), vector("linear2.bias")), "output");
  };
  let rows = tf.reshape(x, [-1, width]) as tf.Tensor2D;
  for (const [n, part] of [[1, attend], [2, feedForward]] as const) {
    rows = normFirst ? tf.add(rows, part(norm(rows, n))) : norm(tf.add(rows, part(rows)), n);
  }
  return tf.reshape(rows, x.shape);
}

/**
 * An encoder layer with parameters of its own, which start as in PyTorch: `in_proj_weight` from
 * Xavier's uniform distribution, biases of the attention and of the norms 0, the rest as `nn.Linear`.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Parameters } from "./parameters.ts";
 * import { TransformerEncoderLayer } from "./transformer.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const layer = new TransformerEncoderLayer(
 *   new Parameters(),
 *   "fusion",
 *   { width: 8, hidden: 16 },
 *   { heads: 4, normFirst: true, activation: "gelu" },
 *   RandomStream.fromSeed(1111),
 * );
 * assertEquals(layer.apply(tf.ones([2, 3, 8]), tf.ones([2, 3]), null).shape, [2, 3, 8]);
 * ```
 */
export class TransformerEncoderLayer {
  readonly #parameters: Parameters;
  readonly #name: string;
  readonly #options: EncoderLayerOptions;

  /**
   * Adds its twelve parameters, `name.self_attn.in_proj_weight` and so on.
   *
   * @param random parent of the streams that the start values are drawn from, one a parameter
   * @throws {Error} when a name is taken.
   */
  constructor(
    parameters: Parameters,
    name: string,
    { width, hidden }: { readonly width: number; readonly hidden: number },
    options: EncoderLayerOptions,
    random: RandomStream,
  ) {
    this.#parameters = parameters;
    this.#name = name;
    this.#options = options;
    const add = (part: string, shape: number[], bound: number) => {
      const path = `${name}.${part}`;
      const count = shape.reduce((product, n) => product * n, 1);
      parameters.add(path, shape, random.split(path).uniformArray(count, -bound, bound));
    };
    const addNorm = (part: string) => {
      parameters.add(`${name}.${part}.weight`, [width], new Float32Array(width).fill(1));
      parameters.add(`${name}.${part}.bias`, [width], new Float32Array(width));
    };
    add("self_attn.in_proj_weight", [3 * width, width], Math.sqrt(6 / (4 * width)));
    add("self_attn.in_proj_bias", [3 * width], 0);
    add("self_attn.out_proj.weight", [width, width], 1 / Math.sqrt(width));
    add("self_attn.out_proj.bias", [width], 0);
    add("linear1.weight", [hidden, width], 1 / Math.sqrt(width));
    add("linear1.bias", [hidden], 1 / Math.sqrt(width));
    add("linear2.weight", [width, hidden], 1 / Math.sqrt(hidden));
    add("linear2.bias", [width], 1 / Math.sqrt(hidden));
    addNorm("norm1");
    addNorm("norm2");
  }

  /** [batch, time, width], mask [batch, time] → [batch, time, width]; see {@linkcode encoderLayer} */
  apply(x: tf.Tensor3D, mask: tf.Tensor2D, noise: DropoutNoise | null): tf.Tensor3D {
    const weight = (name: string) => this.#parameters.get(`${this.#name}.${name}`);
    return encoderLayer(x, mask, weight, this.#options, noise, this.#name);
  }
}
