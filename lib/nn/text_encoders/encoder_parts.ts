/**
 * What text encoders are made of, by the names of their weights, and the layer that all of them have.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { attend } from "../attention.ts";
import { dropout, type DropoutNoise } from "../dropout.ts";
import { gelu } from "../gelu.ts";
import { layerNorm } from "../layer_norm.ts";
import { affine } from "../linear.ts";
import { scaleGradient } from "../scale_gradient.ts";
import { constantOf } from "../stop_gradient.ts";
import type { WeightOf } from "../transformer.ts";
import type { Activation, TextEncoderConfig } from "./config.ts";
import { packed, type PackedRows, unpacked } from "../packed_rows.ts";

/** What a layer sees. */
export interface LayerInput {
  /** States of the tokens that are wanted: those of the keys, or the first ones, [batch, width] */
  readonly queries: tf.Tensor2D;
  /** States of all tokens: [batch · tokens, width], or [rows, width] by `packing` */
  readonly keys: tf.Tensor2D;
  /** Which places the keys are of; all where absent. */
  readonly packing?: PackedRows | undefined;
  /** float32 [batch, tokens], 1 for a token and 0 for padding */
  readonly mask: tf.Tensor2D;
  /** What hides padding when it is added to scores: [batch, 1, 1, tokens] */
  readonly bias: tf.Tensor4D;
}

/** Weights by their names, with the operations that read them. */
export class EncoderParts {
  /** A weight by its name. */
  readonly weight: WeightOf;
  readonly #epsilon: number;
  readonly #noise: DropoutNoise | null;
  readonly #place: string;

  /** @param place before the names of dropout masks; noise is null outside training */
  constructor(weight: WeightOf, epsilon: number, noise: DropoutNoise | null, place: string) {
    this.weight = weight;
    this.#epsilon = epsilon;
    this.#noise = noise;
    this.#place = place;
  }

  /** The same operations on other weights. */
  withWeights(weight: WeightOf): EncoderParts {
    return new EncoderParts(weight, this.#epsilon, this.#noise, this.#place);
  }

  /** [n, inputs] → [n, outputs], by `name.weight` and, where there is one, `name.bias` */
  linear(name: string, x: tf.Tensor2D, hasBias = true): tf.Tensor2D {
    const weight = this.weight(`${name}.weight`) as tf.Tensor2D;
    if (!hasBias) return tf.matMul(x, weight, false, true);
    return affine(x, weight, this.weight(`${name}.bias`) as tf.Tensor1D);
  }

  /** Layer normalization by `name.weight` and `name.bias`: any shape, which stays */
  norm<T extends tf.Tensor>(name: string, x: T): T {
    return layerNorm(x, this.weight(`${name}.weight`), this.weight(`${name}.bias`), this.#epsilon);
  }

  /** Dropout at a place of the encoder: any shape, which stays */
  drop<T extends tf.Tensor>(x: T, rate: number, place: string): T {
    return dropout(x, rate, this.#noise, `${this.#place}.${place}`);
  }

  /**
   * Rows of the table `name.weight` by an index of any shape: [size of the index, width].
   *
   * @param padding the row that is read, and that no gradient reaches: PyTorch's `padding_idx`
   */
  rows(name: string, index: tf.Tensor, padding: number | null = null): tf.Tensor2D {
    const flat = tf.reshape(index, [-1]);
    const rows = tf.gather(this.weight(`${name}.weight`) as tf.Tensor2D, flat);
    if (padding === null) return rows;
    const learns = constantOf(() => tf.cast(tf.notEqual(flat, padding), "float32"));
    return scaleGradient(rows, tf.reshape(learns, [-1, 1]));
  }

  /** Rows of the table `name.weight` from `start` on, one a place, to add to [batch, time, width]. */
  places(name: string, time: number, start = 0): tf.Tensor2D {
    const table = this.weight(`${name}.weight`) as tf.Tensor2D;
    return tf.slice2d(table, [start, 0], [time, table.shape[1]]);
  }
}

/** [n, width] → [n, width] */
export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  return activation === "relu" ? tf.relu(x) : gelu(x, activation);
}

/** The names of a layer's weights. */
export interface LayerNames {
  /** Linear maps of the attention, the last one of its result. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly attended: string;
  readonly attendedNorm: string;
  /** The two linear maps after the attention. */
  readonly inner: string;
  readonly outer: string;
  readonly outerNorm: string;
  /** Places of dropout: of the attention's weights, of its result, of the layer's. */
  readonly drops: {
    readonly weights: string;
    readonly attended: string | null;
    readonly outer: string;
  };
}

/** As BERT names them. @param projection after `query`, `key` and `value` */
export function bertNames(i: number, projection = ""): LayerNames {
  const layer = `encoder.layer.${i}`, self = `${layer}.attention.self`;
  return {
    query: `${self}.query${projection}`,
    key: `${self}.key${projection}`,
    value: `${self}.value${projection}`,
    attended: `${layer}.attention.output.dense`,
    attendedNorm: `${layer}.attention.output.LayerNorm`,
    inner: `${layer}.intermediate.dense`,
    outer: `${layer}.output.dense`,
    outerNorm: `${layer}.output.LayerNorm`,
    drops: { weights: self, attended: `${layer}.attention.output`, outer: `${layer}.output` },
  };
}

/** How queries, keys and values, [batch · n or tokens, width], become what was attended to. */
export type Attention = (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) => tf.Tensor2D;

/** Attention, then two linear maps, each added to its input and normalized. */
export function postNormLayer(
  names: LayerNames,
  input: LayerInput,
  config: TextEncoderConfig,
  parts: EncoderParts,
  attention: Attention = plainAttention(names, input, config, parts),
): tf.Tensor2D {
  const { queries, keys, packing } = input, { drops } = names;
  const context = withPlaces(attention, packing, queries === keys)(
    parts.linear(names.query, queries),
    parts.linear(names.key, keys),
    parts.linear(names.value, keys),
  );
  const attended = parts.linear(names.attended, context);
  const dropped = drops.attended === null
    ? attended
    : parts.drop(attended, config.hiddenDropout, drops.attended);
  const middle = parts.norm(names.attendedNorm, tf.add(dropped, queries) as tf.Tensor2D);
  const hidden = activate(parts.linear(names.inner, middle), config.activation);
  const output = parts.drop(parts.linear(names.outer, hidden), config.hiddenDropout, drops.outer);
  return parts.norm(names.outerNorm, tf.add(output, middle) as tf.Tensor2D);
}

/** An attention among all places for rows that are packed. @param isAll whether the queries are, too */
function withPlaces(
  attention: Attention,
  packing: PackedRows | undefined,
  isAll: boolean,
): Attention {
  if (packing === undefined) return attention;
  return (q, k, v) => {
    const context = attention(
      isAll ? unpacked(q, packing) : q,
      unpacked(k, packing),
      unpacked(v, packing),
    );
    return isAll ? packed(context, packing) : context;
  };
}

/** Scaled products alone, with `bias` added to them. */
export function plainAttention(
  { drops }: LayerNames,
  { bias }: Pick<LayerInput, "bias">,
  { heads, attentionDropout }: TextEncoderConfig,
  parts: EncoderParts,
): Attention {
  const drop = (weights: tf.Tensor4D) => parts.drop(weights, attentionDropout, drops.weights);
  return (q, k, v) => attend(q, k, v, bias, { batch: bias.shape[0], heads }, drop).context;
}

/** Adds the shapes of a linear map, with a bias. */
export function addLinear(
  shapes: Map<string, number[]>,
  name: string,
  outputs: number,
  inputs: number,
): void {
  shapes.set(`${name}.weight`, [outputs, inputs]).set(`${name}.bias`, [outputs]);
}

/** Adds the shapes of a layer normalization. */
export function addNorm(shapes: Map<string, number[]>, name: string, width: number): void {
  shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
}

/** Adds the shapes of a layer, in the order in which `transformers` has them. */
export function addLayer(
  shapes: Map<string, number[]>,
  names: LayerNames,
  { width, intermediate }: TextEncoderConfig,
): void {
  for (const name of [names.query, names.key, names.value, names.attended]) {
    addLinear(shapes, name, width, width);
  }
  addNorm(shapes, names.attendedNorm, width);
  addLinear(shapes, names.inner, intermediate, width);
  addLinear(shapes, names.outer, width, intermediate);
  addNorm(shapes, names.outerNorm, width);
}
