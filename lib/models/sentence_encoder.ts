/**
 * From a sentence to one vector or to one a token: features of the file as they are, or a BERT that
 * learns with the rest of the model.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { tf } from "../engine/mod.ts";
import { Bert } from "../nn/bert.ts";
import { bertShapes } from "../nn/bert_config.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import type { Parameters } from "../nn/parameters.ts";
import type { Inputs, ModelContext, ParameterGroup, Reading } from "./model.ts";

/** Settings of the text, which every model that takes text may have. */
export interface TextSettings {
  /** `features` takes the first step of the file's, `bert` the [CLS] of a BERT that is trained. */
  readonly text: "features" | "bert";
  /** The folder of the BERT that training starts from. */
  readonly bert: string;
  /** Whether tokens are made from the raw text, and not taken from the file. */
  readonly retokenize: boolean;
  /**
   * How much of the BERT is not trained: 0, nothing; N, its embeddings and its first N layers. Their
   * dropout stays on.
   */
  readonly bertFrozenLayers: number;
  readonly learningRateBert: number;
  readonly weightDecayBert: number;
}

/** The settings of a model that takes its text as features. */
export const TEXT_DEFAULTS = {
  text: "features",
  bert: "",
  retokenize: false,
  bertFrozenLayers: 0,
} as const;

/** Gives the text as a model wants it: one vector a sentence, or one a token. */
export interface SentenceEncoder {
  /** What it reads. */
  readonly reading: Reading;
  /** Width of its vectors. */
  readonly width: number;
  /** Its parameters as the optimizer takes them. */
  readonly groups: readonly ParameterGroup[];
  /**
   * A batch with `text` as features: [batch, width], or [batch, time, width] with `textLengths`, as
   * the model wants it.
   */
  apply(inputs: Inputs, noise: DropoutNoise | null): Inputs;
}

/**
 * The encoder that the setting `text` asks for.
 *
 * @param prefix of its parameters' names
 * @param wanted what a model takes: the `first` step, which is [CLS] where features are BERT's, or
 * the `sequence`
 * @throws {UsageError} when it is a BERT and none was given.
 */
export function createSentenceEncoder(
  context: ModelContext,
  settings: TextSettings,
  parameters: Parameters,
  prefix: string,
  wanted: "first" | "sequence" = "first",
): SentenceEncoder {
  if (settings.text === "bert") {
    return new TrainedBert(context, settings, parameters, prefix, wanted);
  }
  return {
    reading: wanted,
    width: context.widths.text!,
    groups: [],
    apply: (inputs) => inputs,
  };
}

/** Equation (1) of Self-MM: the last state of [CLS], without the pooler; or those of all tokens. */
class TrainedBert implements SentenceEncoder {
  readonly reading = "tokens";
  readonly width: number;
  readonly groups: readonly ParameterGroup[];
  readonly #bert: Bert;
  readonly #wanted: "first" | "sequence";

  constructor(
    context: ModelContext,
    settings: TextSettings,
    parameters: Parameters,
    prefix: string,
    wanted: "first" | "sequence",
  ) {
    if (context.bert === undefined) {
      throw new UsageError('Cannot use text "bert": no BERT is given, expected its folder');
    }
    const { config, values } = context.bert;
    for (const [name, shape] of bertShapes(config)) {
      const count = shape.reduce((product, n) => product * n, 1);
      parameters.add(prefix + name, shape, values?.(name) ?? new Float32Array(count));
    }
    this.width = config.width;
    this.#wanted = wanted;
    this.#bert = new Bert(
      config,
      (name) => parameters.get(prefix + name),
      prefix + "bert",
      settings.bertFrozenLayers,
    );
    const trained = this.#bert.trainedNames();
    const names = [...bertShapes(config).keys()].filter((name) => trained.has(name))
      .map((name) => prefix + name);
    const isKept = (name: string) => /bias|LayerNorm/.test(name);
    const learningRate = settings.learningRateBert;
    this.groups = [
      {
        name: "bert",
        learningRate,
        weightDecay: settings.weightDecayBert,
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

  apply(inputs: Inputs, noise: DropoutNoise | null): Inputs {
    const tokens = inputs.tokens!;
    const [batch, , places] = tokens.shape;
    // Places without a position hold no token: the data were checked for that.
    const used = Math.min(places, this.#bert.config.positions);
    const parts = tf.unstack(tf.slice3d(tokens, [0, 0, 0], [batch, 3, used]), 1) as tf.Tensor2D[];
    const [ids, mask, segments] = parts as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const sentences = { ids, mask, segments };
    if (this.#wanted === "first") return { ...inputs, text: this.#bert.cls(sentences, noise) };
    const text = this.#bert.states(sentences, noise).layers.at(-1)!;
    return { ...inputs, text, textLengths: tf.sum(mask, 1) as tf.Tensor1D };
  }
}
