/**
 * From a sentence to one vector: features of the file as they are, or a BERT that learns with the
 * rest of the model.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../core/errors.ts";
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
  readonly learningRateBert: number;
  readonly weightDecayBert: number;
}

/** The settings of a model that takes its text as features. */
export const TEXT_DEFAULTS = { text: "features", bert: "", retokenize: false } as const;

/** Makes one vector a sentence. */
export interface SentenceEncoder {
  /** What it reads. */
  readonly reading: Reading;
  /** Width of its vectors. */
  readonly width: number;
  /** Its parameters as the optimizer takes them. */
  readonly groups: readonly ParameterGroup[];
  /** A batch → [batch, width] */
  apply(inputs: Inputs, noise: DropoutNoise | null): tf.Tensor2D;
}

/**
 * The encoder that the setting `text` asks for.
 *
 * @param prefix of its parameters' names
 * @throws {UsageError} when it is a BERT and none was given.
 */
export function createSentenceEncoder(
  context: ModelContext,
  settings: TextSettings,
  parameters: Parameters,
  prefix: string,
): SentenceEncoder {
  return settings.text === "bert"
    ? new TrainedBert(context, settings, parameters, prefix)
    : new GivenFeatures(context.widths.text!);
}

/** The first step of the features, which is [CLS] where they are BERT's. */
class GivenFeatures implements SentenceEncoder {
  readonly reading = "first";
  readonly groups: readonly ParameterGroup[] = [];
  readonly width: number;

  constructor(width: number) {
    this.width = width;
  }

  apply(inputs: Inputs): tf.Tensor2D {
    return inputs.text as tf.Tensor2D;
  }
}

/** Equation (1) of Self-MM: the last state of [CLS], without the pooler. */
class TrainedBert implements SentenceEncoder {
  readonly reading = "tokens";
  readonly width: number;
  readonly groups: readonly ParameterGroup[];
  readonly #bert: Bert;

  constructor(
    context: ModelContext,
    settings: TextSettings,
    parameters: Parameters,
    prefix: string,
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
    this.#bert = new Bert(config, (name) => parameters.get(prefix + name), prefix + "bert");
    const names = parameters.names().filter((name) => name.startsWith(prefix));
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

  apply(inputs: Inputs, noise: DropoutNoise | null): tf.Tensor2D {
    const tokens = inputs.tokens!;
    const [batch, , places] = tokens.shape;
    // Places without a position hold no token: the data were checked for that.
    const used = Math.min(places, this.#bert.config.positions);
    const parts = tf.unstack(tf.slice3d(tokens, [0, 0, 0], [batch, 3, used]), 1) as tf.Tensor2D[];
    const [ids, mask, segments] = parts as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    return this.#bert.cls({ ids, mask, segments }, noise);
  }
}
