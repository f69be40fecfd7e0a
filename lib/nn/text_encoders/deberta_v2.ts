/**
 * DeBERTa, versions 2 and 3: attention by content and by distance, each apart.
 *
 * Source: He et al., "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", 2021; He et al.,
 * "DeBERTaV3: Improving DeBERTa using ELECTRA-Style Pre-Training", 2023; Hugging Face's
 * `DebertaV2Model`.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { conv1d } from "../conv.ts";
import { bertShapes } from "./bert.ts";
import { type Activation, type ConfigFields, readSizes, type TextEncoderConfig } from "./config.ts";
import {
  activate,
  addLinear,
  addNorm,
  bertNames,
  type EncoderParts,
  type LayerInput,
  plainAttention,
  postNormLayer,
} from "./encoder_parts.ts";
import type { TextEncoderType, Tokens } from "./encoder_type.ts";
import { packed, unpacked } from "../packed_rows.ts";
import { distanceRow, type DistanceTable, shiftRows } from "./relative_positions.ts";

/** Added to scores that do not count. */
const HIDDEN = -1e9;

interface DebertaConfig extends TextEncoderConfig {
  /** Width of the tables of words, places and segments. */
  readonly embedding: number;
  /** Whether places have embeddings, too. */
  readonly hasPlaces: boolean;
  /** Rows of distances; null where attention does not see them. */
  readonly distances: DistanceTable | null;
  /** Whether the table of distances is normalized. */
  readonly isNormalized: boolean;
  /** Whether distances are read by the maps of the content. */
  readonly isShared: boolean;
  /** Scores: of a word with a distance, of a distance with a word. */
  readonly scores: readonly ("c2p" | "p2c")[];
  /** The convolution beside the first layer. */
  readonly conv:
    | { readonly size: number; readonly activation: Activation | "tanh function" }
    | null;
}

/** DeBERTa v2 and v3. */
export const DEBERTA_V2: TextEncoderType<DebertaConfig> = {
  modelTypes: ["deberta-v2"],
  prefix: "deberta.",
  readsBertTokens: false,
  read: readDeberta,
  shapes: shapesOf,
  sharedWeights: (i, config) =>
    [...shapesOf(config).keys()].filter((name) =>
      /^encoder\.(?!layer\.)/.test(name) && (i === 0 || !name.startsWith("encoder.conv."))
    ),
  embed,
  layer: (i, input, config, parts) => {
    const names = bertNames(i, "_proj");
    const output = postNormLayer(
      names,
      input,
      config,
      parts,
      (q, k, v) => disentangled(i, { q, k, v }, input, config, parts),
    );
    if (i !== 0 || config.conv === null) return output;
    const { keys, mask, packing } = input;
    if (packing === undefined) return convolve(output, input, config, parts);
    // A convolution is of places.
    const isAll = input.queries === keys;
    const places = isAll ? unpacked(output, packing) : output;
    const made = convolve(places, { keys: unpacked(keys, packing), mask }, config, parts);
    return isAll ? packed(made, packing) : made;
  },
};

function readDeberta(fields: ConfigFields): DebertaConfig {
  const sizes = readSizes(fields, fields.count("type_vocab_size", 0, 0));
  fields.require("attention_head_size", sizes.width / sizes.heads);
  fields.require("conv_groups", 1);
  const given = fields.value("pos_att_type", []);
  const scores = (Array.isArray(given) ? given : String(given).toLowerCase().split("|"))
    .map((name: unknown) => String(name).trim());
  if (!scores.every((name) => name === "c2p" || name === "p2c")) {
    fields.refuse("pos_att_type", "c2p, p2c or both");
  }
  const norms = String(fields.value("norm_rel_ebd", "none")).toLowerCase().split("|");
  const size = fields.count("conv_kernel_size", 0, 0);
  const activation = String(fields.value("conv_act", "tanh"));
  return {
    ...sizes,
    epsilon: fields.rate("layer_norm_eps", 1e-7),
    embedding: fields.count("embedding_size", sizes.width),
    hasPlaces: fields.flag("position_biased_input", true),
    distances: fields.flag("relative_attention", false)
      ? distancesOf(fields, sizes.positions)
      : null,
    isNormalized: norms.some((name) => name.trim() === "layer_norm"),
    isShared: fields.flag("share_att_key", false),
    scores: scores as DebertaConfig["scores"],
    conv: size === 0 ? null : {
      size,
      activation: activation === "tanh" ? "tanh function" : fields.activation("conv_act"),
    },
  };
}

function distancesOf(fields: ConfigFields, positions: number): DistanceTable {
  const whole = (key: string) => {
    const value = fields.value(key, -1);
    return Number.isSafeInteger(value) ? Number(value) : fields.refuse(key, "a whole number");
  };
  const given = whole("max_relative_positions"), buckets = whole("position_buckets");
  const farthest = given < 1 ? positions : given;
  return {
    span: buckets > 0 ? buckets : farthest,
    farthest,
    isLogarithmic: buckets > 0,
  };
}

function shapesOf(config: DebertaConfig): Map<string, number[]> {
  const { width, embedding, distances } = config;
  const shapes = bertShapes(config, config.positions, embedding, "_proj");
  if (!config.hasPlaces) shapes.delete("embeddings.position_embeddings.weight");
  if (config.segments === 0) shapes.delete("embeddings.token_type_embeddings.weight");
  if (embedding !== width) shapes.set("embeddings.embed_proj.weight", [width, embedding]);
  addNorm(shapes, "embeddings.LayerNorm", width);
  if (distances !== null) {
    shapes.set("encoder.rel_embeddings.weight", [2 * distances.span, width]);
    for (let i = 0; i < config.layers && !config.isShared; i++) {
      const self = `encoder.layer.${i}.attention.self`;
      if (config.scores.includes("c2p")) addLinear(shapes, `${self}.pos_key_proj`, width, width);
      if (config.scores.includes("p2c")) addLinear(shapes, `${self}.pos_query_proj`, width, width);
    }
  }
  if (config.isNormalized) addNorm(shapes, "encoder.LayerNorm", width);
  if (config.conv !== null) {
    shapes.set("encoder.conv.conv.weight", [width, width, config.conv.size]);
    shapes.set("encoder.conv.conv.bias", [width]);
    addNorm(shapes, "encoder.conv.LayerNorm", width);
  }
  return shapes;
}

/** Embeddings, 0 where there is padding: [batch · tokens, width] */
function embed(tokens: Tokens, config: DebertaConfig, parts: EncoderParts): tf.Tensor2D {
  const [batch, time] = tokens.ids.shape;
  let sum = parts.rows("embeddings.word_embeddings", tokens.ids, config.padding);
  if (config.hasPlaces) {
    const places = parts.places("embeddings.position_embeddings", time);
    sum = tf.reshape(tf.add(tf.reshape(sum, [batch, time, -1]), places), sum.shape) as tf.Tensor2D;
  }
  if (config.segments > 0) {
    sum = tf.add(sum, parts.rows("embeddings.token_type_embeddings", tokens.segments));
  }
  if (config.embedding !== config.width) sum = parts.linear("embeddings.embed_proj", sum, false);
  const isToken = tf.reshape(tf.cast(tokens.mask, "float32"), [batch * time, 1]);
  const rows = tf.mul(parts.norm("embeddings.LayerNorm", sum), isToken) as tf.Tensor2D;
  return parts.drop(rows, config.hiddenDropout, "embeddings");
}

/**
 * softmax((q kᵀ + q pₖᵀ + k p_qᵀ) / √(s d)) v with p the embeddings of the distances and s the number
 * of terms. Padding attends to all places alike, and teaches nothing by it.
 */
function disentangled(
  i: number,
  { q, k, v }: { readonly q: tf.Tensor2D; readonly k: tf.Tensor2D; readonly v: tf.Tensor2D },
  input: LayerInput,
  config: DebertaConfig,
  parts: EncoderParts,
): tf.Tensor2D {
  const [batch, time] = input.mask.shape;
  const n = q.shape[0] / batch;
  const names = bertNames(i, "_proj");
  const share = 1 / Math.sqrt(1 + config.scores.length);
  const asks = tf.slice2d(input.mask, [0, 0], [batch, n]);
  const asked = tf.mul(tf.mul(q, share), tf.reshape(asks, [batch * n, 1])) as tf.Tensor2D;
  let bias = input.bias;
  if (config.distances !== null) {
    const known = tf.mul(k, share) as tf.Tensor2D;
    bias = tf.add(bias, distanceScores(i, asked, known, [batch, n, time], config, parts));
  }
  const isAsked = tf.reshape(asks, [batch, 1, n, 1]);
  const hidden = tf.mul(tf.sub(1, isAsked), HIDDEN);
  bias = tf.add(tf.mul(bias, isAsked), hidden);
  return plainAttention(names, { bias }, config, parts)(asked, k, v);
}

/** (q pₖᵀ + k p_qᵀ) / √d, [batch, heads, n, time] */
function distanceScores(
  i: number,
  q: tf.Tensor2D,
  k: tf.Tensor2D,
  [batch, n, time]: readonly [number, number, number],
  config: DebertaConfig,
  parts: EncoderParts,
): tf.Tensor {
  const { heads, width } = config, depth = width / heads;
  const names = bertNames(i, "_proj"), self = names.drops.weights;
  let table = parts.weight("encoder.rel_embeddings.weight") as tf.Tensor2D;
  if (config.isNormalized) table = parts.norm("encoder.LayerNorm", table);
  table = parts.drop(table, config.hiddenDropout, `${self}.distances`);
  /** x · the distances of `distanceOf`, a column each, mapped: [batch · heads, rows, n + time − 1] */
  const meet = (x: tf.Tensor2D, map: string, distanceOf: (column: number) => number) => {
    const columns = Array.from({ length: n + time - 1 }, (_, column) => distanceOf(column));
    const rows = columns.map((distance) => distanceRow(distance, config.distances!));
    const seen = parts.linear(map, tf.gather(table, tf.tensor1d(rows, "int32")));
    const count = x.shape[0] / batch;
    const words = tf.transpose(tf.reshape(x, [batch, count, heads, depth]), [0, 2, 1, 3]);
    const turned = tf.transpose(tf.reshape(seen, [rows.length, heads, depth]), [1, 2, 0]);
    // [heads, batch · count, depth] × [heads, depth, rows]
    const byHead = tf.reshape(tf.transpose(words, [1, 0, 2, 3]), [heads, batch * count, depth]);
    const product = tf.reshape(tf.matMul(byHead, turned), [heads, batch, count, rows.length]);
    return tf.reshape(tf.transpose(product, [1, 0, 2, 3]), [batch * heads, count, rows.length]);
  };
  const scores = config.scores.map((kind) => {
    if (kind === "c2p") {
      const map = config.isShared ? names.key : `${self}.pos_key_proj`;
      return shiftRows(meet(q, map, (column) => n - 1 - column) as tf.Tensor3D, time);
    }
    const map = config.isShared ? names.query : `${self}.pos_query_proj`;
    const byKey = shiftRows(meet(k, map, (column) => column - time + 1) as tf.Tensor3D, n);
    return tf.transpose(byKey, [0, 2, 1]);
  });
  const sum = scores.length === 0 ? tf.scalar(0) : tf.addN(scores);
  const scaled = tf.mul(sum, 1 / Math.sqrt(depth));
  return scores.length === 0 ? scaled : tf.reshape(scaled, [batch, heads, n, time]);
}

/** LayerNorm(output + act(Drop(Conv(what entered the layer)))), 0 where there is padding */
function convolve(
  output: tf.Tensor2D,
  { keys, mask }: Pick<LayerInput, "keys" | "mask">,
  config: DebertaConfig,
  parts: EncoderParts,
): tf.Tensor2D {
  const [batch, time] = mask.shape, { width } = config;
  const [weight, bias] = ["weight", "bias"].map((part) =>
    parts.weight(`encoder.conv.conv.${part}`)
  );
  const states = tf.reshape(keys, [batch, time, width]) as tf.Tensor3D;
  const all = conv1d(states, weight as tf.Tensor3D, bias as tf.Tensor1D, "same");
  const n = output.shape[0] / batch;
  const made = tf.reshape(tf.slice3d(all, [0, 0, 0], [batch, n, width]), [batch * n, width]);
  const isToken = tf.reshape(tf.slice2d(mask, [0, 0], [batch, n]), [batch * n, 1]);
  const kept = parts.drop(tf.mul(made, isToken), config.hiddenDropout, "encoder.conv");
  const { activation } = config.conv!;
  const active = activation === "tanh function" ? tf.tanh(kept) : activate(kept, activation);
  const sum = parts.norm("encoder.conv.LayerNorm", tf.add(output, active) as tf.Tensor2D);
  return tf.mul(sum, isToken);
}
