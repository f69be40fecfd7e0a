/**
 * The parts of ALMT: blocks of attention whose heads are 64 wide whatever the model's width is, tokens
 * that sum up a sequence, and the layers in which the text guides audio and vision.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { attend, paddingBias } from "../../nn/attention.ts";
import { gelu } from "../../nn/gelu.ts";
import type { LayerNorm } from "../../nn/layer_norm.ts";
import type { Layers } from "../../nn/layers.ts";
import type { Linear } from "../../nn/linear.ts";

/** Width of a head. */
const HEAD = 64;

/** Sizes of a block. */
export interface BlockSizes {
  readonly width: number;
  /** Width of the hidden layer after the attention. */
  readonly hidden: number;
  readonly heads: number;
}

/** x Wᵀ, without bias: [rows, in] → [rows, out] */
type Map = (x: tf.Tensor2D) => tf.Tensor2D;

/** A map without bias, which starts as `nn.Linear`. */
function mapWithoutBias(layers: Layers, name: string, inputs: number, outputs: number): Map {
  const bound = 1 / Math.sqrt(inputs);
  const stream = layers.random.split(`${name}.weight`);
  const draw = stream.uniformArray(inputs * outputs, -bound, bound);
  const weight = layers.parameter<tf.Tensor2D>(`${name}.weight`, [outputs, inputs], draw);
  return (x) => tf.matMul(x, weight as tf.Tensor2D, false, true);
}

function rowsOf(x: tf.Tensor3D): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape[2]]);
}

/** What hides nothing, in the place of a mask. */
export function noBias(): tf.Tensor4D {
  return tf.zeros([1, 1, 1, 1]);
}

/** x ← x + W_o MHA(LN x, LN k, LN k), then x ← x + Lin GELU Lin LN x: pre-norm, three norms. */
export class Block {
  readonly #norms: readonly [LayerNorm, LayerNorm, LayerNorm];
  readonly #maps: readonly [Map, Map, Map];
  readonly #out: Linear;
  readonly #norm: LayerNorm;
  readonly #hidden: readonly [Linear, Linear];
  readonly #heads: number;

  constructor(layers: Layers, name: string, { width, hidden, heads }: BlockSizes) {
    this.#heads = heads;
    const norm = (part: string) => layers.layerNorm(`${name}.${part}`, width);
    const map = (part: string) =>
      mapWithoutBias(layers, `${name}.0.fn.to_${part}`, width, heads * HEAD);
    this.#norms = [norm("0.norm_q"), norm("0.norm_k"), norm("0.norm_v")];
    this.#maps = [map("q"), map("k"), map("v")];
    this.#out = layers.linear(`${name}.0.fn.to_out.0`, heads * HEAD, width);
    this.#norm = norm("1.norm");
    this.#hidden = [
      layers.linear(`${name}.1.fn.net.0`, width, hidden),
      layers.linear(`${name}.1.fn.net.3`, hidden, width),
    ];
  }

  /**
   * [batch, queries, width], [batch, keys, width] → [batch, queries, width]
   *
   * @param bias of `paddingBias`, of the keys
   */
  apply(x: tf.Tensor3D, keys: tf.Tensor3D, bias: tf.Tensor4D): tf.Tensor3D {
    const [query, key, value] = this.#norms, [toQuery, toKey, toValue] = this.#maps;
    const rows = rowsOf(x), k = rowsOf(keys);
    const { context } = attend(
      toQuery(query.apply(rows)),
      toKey(key.apply(k)),
      toValue(value.apply(k)),
      bias,
      { batch: x.shape[0], heads: this.#heads },
    );
    const attended = tf.add(rows, this.#out.apply(context)) as tf.Tensor2D;
    const hidden = gelu(this.#hidden[0].apply(this.#norm.apply(attended)));
    return tf.reshape(tf.add(attended, this.#hidden[1].apply(hidden)), x.shape);
  }
}

/** Sizes of what sums up a sequence. */
export interface SummarySizes extends BlockSizes {
  /** Features of a step. */
  readonly inputs: number;
  /** Rows of the table of positions, less the tokens. */
  readonly steps: number;
  /** Blocks. */
  readonly depth: number;
  /** Tokens. */
  readonly tokens: number;
}

/** The states of some tokens that have read a sequence: h = first rows of Blocks([tokens; Lin x]). */
export class Summary {
  readonly #sizes: SummarySizes;
  readonly #map: Linear;
  readonly #positions: tf.Variable3D;
  readonly #tokens: tf.Variable3D;
  readonly #blocks: readonly Block[];

  constructor(layers: Layers, name: string, sizes: SummarySizes) {
    const { inputs, width, steps, tokens, depth } = this.#sizes = sizes;
    this.#map = layers.linear(`${name}.0`, inputs, width);
    const positions = `${name}.1.pos_embedding`, rows = steps + tokens;
    const draw = layers.random.split(positions).normalArray(rows * width, 1);
    this.#positions = layers.parameter(positions, [1, rows, width], draw);
    const zeros = new Float32Array(tokens * width);
    this.#tokens = layers.parameter(`${name}.1.extra_token`, [1, tokens, width], zeros);
    this.#blocks = Array.from(
      { length: depth },
      (_, i) => new Block(layers, `${name}.1.encoder.layers.${i}`, sizes),
    );
  }

  /** Number of steps that have a position of their own. */
  get steps(): number {
    return this.#sizes.steps;
  }

  /**
   * [batch, time, inputs] → [batch, tokens, width]. Steps beyond the table share its last position.
   *
   * @param mask [batch, time], 1 for the steps that are seen; null for all
   */
  apply(x: tf.Tensor3D, mask: tf.Tensor2D | null): tf.Tensor3D {
    const { tokens, width, steps } = this.#sizes;
    const [batch, time] = x.shape;
    const mapped = tf.reshape(this.#map.apply(rowsOf(x)), [batch, time, width]) as tf.Tensor3D;
    const extra = tf.tile(this.#tokens as tf.Tensor3D, [batch, 1, 1]);
    const place = Int32Array.from(
      { length: tokens + time },
      (_, i) => Math.min(i, tokens + steps - 1),
    );
    const positions = time > steps
      ? tf.gather(this.#positions as tf.Tensor3D, tf.tensor1d(place, "int32"), 1)
      : tf.slice3d(this.#positions as tf.Tensor3D, [0, 0, 0], [1, tokens + time, width]);
    let state = tf.add(tf.concat3d([extra, mapped], 1), positions) as tf.Tensor3D;
    const bias = mask === null
      ? noBias()
      : paddingBias(tf.concat2d([tf.ones([batch, tokens]), mask], 1));
    this.#blocks.forEach((block, i) => {
      // Of the last block the tokens alone are read.
      const isLast = i === this.#blocks.length - 1;
      const queries = isLast ? tf.slice3d(state, [0, 0, 0], [batch, tokens, width]) : state;
      state = block.apply(queries, state, bias);
    });
    return state;
  }
}

/** The code's letters of maps and numbers of norms, of the modalities that are guided. */
const GUIDED = {
  audio: { letters: "ta", number: 2 },
  vision: { letters: "tv", number: 3 },
} as const;

/** A modality that the text guides. */
export type Guided = keyof typeof GUIDED;

/** What the text's scale reads of a modality. */
interface GuidedPart {
  readonly norm: LayerNorm;
  readonly key: Map;
  readonly value: Map;
}

/** H ← LN4 H + W_o Σ softmax(q k_sᵀ/√d) v_s, with q of the text's scale, k_s and v_s of audio and vision. */
export class HyperLayer {
  readonly #textNorm: LayerNorm;
  readonly #hyperNorm: LayerNorm;
  readonly #query: Map;
  readonly #parts: ReadonlyMap<Guided, GuidedPart>;
  readonly #out: Linear;
  readonly #heads: number;

  constructor(
    layers: Layers,
    name: string,
    { width, heads, guided }: { width: number; heads: number; guided: readonly Guided[] },
  ) {
    this.#heads = heads;
    const norm = (n: number) => layers.layerNorm(`${name}.norm${n}`, width);
    this.#textNorm = norm(1);
    const map = (part: string) => mapWithoutBias(layers, `${name}.fn.to_${part}`, width, width);
    this.#query = map("q");
    this.#parts = new Map(guided.map((modality) => {
      const { letters, number } = GUIDED[modality];
      const part = { norm: norm(number), key: map(`k_${letters}`), value: map(`v_${letters}`) };
      return [modality, part];
    }));
    this.#hyperNorm = norm(4);
    this.#out = layers.linear(`${name}.fn.to_out.0`, width, width);
  }

  /** text and others [batch, tokens, width], H [batch, tokens, width] → H */
  apply(
    text: tf.Tensor3D,
    others: Readonly<Partial<Record<Guided, tf.Tensor3D>>>,
    hyper: tf.Tensor3D,
  ): tf.Tensor3D {
    const q = this.#query(this.#textNorm.apply(rowsOf(text)));
    const contexts = [...this.#parts].map(([modality, { norm, key, value }]) => {
      const x = norm.apply(rowsOf(others[modality]!));
      const sizes = { batch: text.shape[0], heads: this.#heads };
      return attend(q, key(x), value(x), noBias(), sizes).context;
    });
    const guided = this.#out.apply(tf.addN(contexts) as tf.Tensor2D);
    // The code adds in place to the normalized state, which is what goes on.
    return tf.add(this.#hyperNorm.apply(hyper), tf.reshape(guided, hyper.shape));
  }
}
