/**
 * A BERT, or another text encoder, that learns with the rest of a network: from the tokens of a sentence to one vector, or to one
 * a token. And the settings of text that every network has.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { type EncoderInsert, encoderShapes, TextEncoder } from "../nn/text_encoder.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import type { Layers } from "../nn/layers.ts";
import type { PackedRows } from "../nn/packed_rows.ts";
import type { GivenBert, InputForm, Inputs, ParameterGroup } from "./network_types.ts";
import { count, flag, learningRate, oneOf, text, weightDecay } from "./setting.ts";

/** The settings of text, which every network has. */
export const TEXT_SETTINGS = {
  text: oneOf(["features", "bert"], "take the text's features, or train a BERT on its tokens"),
  bert: text("", "folder of the BERT that training starts from"),
  retokenize: flag(false, "make tokens from the raw text instead of taking the data's"),
  bertFrozenLayers: count(
    0,
    "layers of the BERT that are not trained; from 1 on its embeddings are not, either",
    { from: 0 },
  ),
  bertCheckpoint: flag(
    false,
    "compute the BERT's layers again in the backward pass: less memory, more time, same numbers",
  ),
  learningRateBert: learningRate(5e-5, "step size of the BERT"),
  weightDecayBert: weightDecay(0.01, "weight decay of the BERT's matrices"),
};

/** Equation (1) of Self-MM: the last state of [CLS], without the pooler; or those of all tokens. */
export class TrainedBert {
  /** Its parameters as the optimizer takes them. */
  readonly groups: readonly ParameterGroup[];
  /** Its parameters that are not trained. */
  readonly frozen: readonly string[];
  /** Whether it drops nothing in training. */
  readonly isStill: boolean;
  readonly #bert: TextEncoder;
  readonly #names: ReadonlySet<string>;

  /** Adds its parameters to `layers`, with `prefix` before their names. */
  constructor(given: GivenBert, { parameters }: Layers, prefix: string) {
    const { config, values, learningRate = 0, weightDecay = 0 } = given;
    this.isStill = given.isStill ?? false;
    const shapes = encoderShapes(config);
    for (const [name, shape] of shapes) {
      const size = shape.reduce((product, n) => product * n, 1);
      parameters.add(prefix + name, shape, values?.(name) ?? new Float32Array(size));
    }
    this.#names = new Set([...shapes.keys()].map((name) => prefix + name));
    this.#bert = new TextEncoder(
      config,
      (name) => parameters.get(prefix + name),
      prefix + "bert",
      {
        layers: given.frozenLayers,
        embeddings: given.frozenEmbeddings,
        isCheckpointed: given.isCheckpointed,
      },
    );
    const trained = this.#bert.trainedNames();
    const own = [...shapes.keys()];
    const names = own.filter((name) => trained.has(name)).map((name) => prefix + name);
    this.frozen = own.filter((name) => !trained.has(name)).map((name) => prefix + name);
    const isKept = (name: string) => /bias|layer_?norm/i.test(name);
    this.groups = [
      {
        name: "bert",
        learningRate,
        weightDecay,
        parameters: names.filter((name) => !isKept(name)),
      },
      {
        name: "bertNoDecay",
        learningRate,
        weightDecay: 0,
        parameters: names.filter(isKept),
      },
    ];
  }

  /** What most networks do not read: the pooler. */
  get idle(): string[] {
    return this.groups.flatMap(({ parameters }) => parameters)
      .filter((name) => /\bpooler\.dense\./.test(name));
  }

  /** Whether a parameter is one of its own. */
  owns(name: string): boolean {
    return this.#names.has(name);
  }

  /** Whether it has a pooler. */
  get hasPooler(): boolean {
    return this.#bert.hasPooler;
  }

  /** tanh(Lin(·)) of the last state of [CLS]: [batch, width] → the same shape */
  pooled(cls: tf.Tensor2D): tf.Tensor2D {
    return this.#bert.pooled(cls);
  }

  /**
   * The batch with `text` in the form that is wanted: [batch, width] of [CLS], or the states of all
   * tokens with `textLengths`.
   *
   * @param insert what the network adds inside
   */
  apply(
    inputs: Inputs,
    form: InputForm,
    noise: DropoutNoise | null,
    insert?: EncoderInsert,
  ): Inputs {
    const tokens = inputs.tokens!;
    const [batch, , places] = tokens.shape;
    // Places without a position hold no token: the data were checked for that.
    const used = Math.min(places, this.#bert.config.positions);
    const parts = tf.unstack(tf.slice3d(tokens, [0, 0, 0], [batch, 3, used]), 1) as tf.Tensor2D[];
    const [ids, mask, segments] = parts as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const sentences = { ids, mask, segments, packing: packingOf(inputs, ids) };
    const own = this.isStill ? null : noise;
    if (form === "first") return { ...inputs, text: this.#bert.cls(sentences, own, insert) };
    const states = this.#bert.states(sentences, own, insert).layers.at(-1)!;
    const text = form === "timeMajor" ? tf.transpose(states, [1, 0, 2]) : states;
    return { ...inputs, text, textLengths: tf.sum(mask, 1) as tf.Tensor1D };
  }
}

/** Which places are computed: all where they are not those of the packing. */
function packingOf(
  { tokenRows: rows, tokenPlaces: places }: Inputs,
  ids: tf.Tensor2D,
): PackedRows | undefined {
  if (rows === undefined || places === undefined || places.size !== ids.size) return undefined;
  return { rows, places };
}
