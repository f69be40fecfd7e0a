/**
 * What a model is: a network that the trainer trains step by step, or a regressor that fits at
 * once. Models know no engine, no files and no loop.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { RandomStream } from "../core/random.ts";
import {
  type Dataset,
  MODALITIES,
  type Modality,
  type ProtocolName,
  type Split,
} from "../data/mod.ts";
import type { tf } from "../engine/mod.ts";
import type { ClassPredictions } from "../evaluation/mod.ts";
import type { BertConfig } from "../nn/bert_config.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import { Parameters } from "../nn/parameters.ts";

/** A value of a configuration. */
export type Setting = number | string | boolean;

/** All settings of a training, every default included. */
export type Config = Readonly<Record<string, Setting>>;

/** The datasets for which models have defaults of their own: the protocols, and one more. */
export type DefaultsFor = ProtocolName | "simsv2";

/**
 * How a network wants a modality: its first step, [batch, width]; all, [batch, time, width]; or all
 * with time first, [time, batch, width], which recurrent layers run without a transposition; or, of
 * text, its tokens.
 */
export type Reading = "first" | "sequence" | "timeMajor" | "tokens";

/** One batch as tensors; what a network did not ask for, or the data lack, is absent. */
export interface Inputs {
  /** [batch, width], [batch, time, width] or [time, batch, width], as the network reads it */
  readonly text?: tf.Tensor;
  /** As text. */
  readonly audio?: tf.Tensor;
  /** As text. */
  readonly vision?: tf.Tensor;
  /** True lengths, int32 [batch], 1 to time; of modalities that are read as sequences. */
  readonly textLengths?: tf.Tensor1D;
  /** As those of text. */
  readonly audioLengths?: tf.Tensor1D;
  /** As those of text. */
  readonly visionLengths?: tf.Tensor1D;
  /** Ids, mask and segments of text that is read as tokens, int32 [batch, 3, tokens]. */
  readonly tokens?: tf.Tensor3D;
}

/** What the loss is measured against. */
export interface Target {
  /** float32 [batch] */
  readonly labels: tf.Tensor1D;
  /** Positions in the train split, int32 [batch]. */
  readonly index: tf.Tensor1D;
  /** The epoch's number, from 1, as a float32 scalar: a step is compiled once for all epochs. */
  readonly epoch: tf.Scalar;
}

/**
 * What a forward pass gives: the score, and what loss and update need besides. Those named `score.`
 * and a task, [batch], are recorded as the scores of that task.
 */
export interface Outputs {
  /** The score, [batch]. */
  readonly prediction: tf.Tensor1D;
  /** Of any shape. */
  readonly [name: string]: tf.Tensor;
}

/** The loss, a scalar, and its named parts for the record. */
export interface Loss {
  /** What is minimised, a scalar. */
  readonly total: tf.Scalar;
  /** By name, scalars. */
  readonly parts: Readonly<Record<string, tf.Scalar>>;
}

/** Parameters that share a learning rate and a weight decay. */
export interface ParameterGroup {
  /** For the record. */
  readonly name: string;
  /** Step size of Adam, above 0. */
  readonly learningRate: number;
  /** λ of the weight decay, 0 or more; whether it is L2's or decoupled is the optimizer's matter. */
  readonly weightDecay: number;
  /** Their names. */
  readonly parameters: readonly string[];
}

/** The labels that a network generates for a modality, and what generates them. */
export interface LabelGeneration {
  /** In the order of the train split. */
  readonly labels: Float32Array;
  /** They lie in [-range, range]. */
  readonly range: number;
  /** Distance between the centres of the positive and the negative class. */
  readonly centerDistance: number;
  /** Counts of what is out of the ordinary, by name. */
  readonly events: Readonly<Record<string, number>>;
}

/**
 * A model that is trained by gradient descent. One of its own adds layers to `parameters` and says
 * how they score a batch; everything else has a default, or may be absent.
 *
 * @example A linear map of the mean of the text
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Linear } from "../nn/linear.ts";
 * import { maskedMean } from "../nn/mask.ts";
 * import { type Inputs, Network } from "./model.ts";
 * import { assertEquals } from "@std/assert";
 * class TextMean extends Network {
 *   readonly #score = new Linear(this.parameters, "score", this.widths.text!, 1, this.random);
 *   forward(inputs: Inputs) {
 *     const mean = maskedMean(inputs.text as tf.Tensor3D, inputs.textLengths!);
 *     return { prediction: tf.reshape(this.#score.apply(mean), [-1]) as tf.Tensor1D };
 *   }
 * }
 * await openEngine({ engine: "cpu" });
 * const network = new TextMean({
 *   config: { learningRate: 1e-3 },
 *   protocol: "mosi",
 *   modalities: ["text"],
 *   widths: { text: 4 },
 *   trainLabels: Float32Array.of(1, -1),
 *   random: RandomStream.fromSeed(1111),
 * });
 * const text = tf.ones([2, 3, 4]), textLengths = tf.tensor1d([3, 1], "int32");
 * assertEquals(network.forward({ text, textLengths }).prediction.shape, [2]);
 * assertEquals(network.groups[0]!.parameters, ["score.weight", "score.bias"]);
 * network.dispose();
 * ```
 */
export abstract class Network {
  /** What gradient descent changes. */
  readonly parameters: Parameters = new Parameters();
  /** Those to use, in the order text, audio, vision. */
  readonly modalities: readonly Modality[];
  /** How it wants each of them; all as sequences where it says nothing else. */
  readonly reads: Partial<Record<Modality, Reading>>;
  /** Every setting with its value. */
  readonly config: Config;
  /** Feature width of each modality. */
  readonly widths: ModelContext["widths"];
  /** Start weights are drawn from it. */
  readonly random: RandomStream;
  /** Number of stages, trained one after the other, each until early stopping; 1 where absent. */
  readonly stages?: number;

  /** A network without layers. */
  constructor({ config, modalities, widths, random }: ModelContext) {
    this.modalities = MODALITIES.filter((modality) => modalities.includes(modality));
    this.reads = Object.fromEntries(this.modalities.map((name) => [name, "sequence" as const]));
    this.config = config;
    this.widths = widths;
    this.random = random;
  }

  /** What training changes besides the parameters, and a resume needs; nothing by default. */
  get memory(): ReadonlyMap<string, tf.Variable> {
    return new Map();
  }

  /**
   * Which parameters are trained, and how fast: all of them with the settings `learningRate` and
   * `weightDecay` (0 where there is none) by default. Each is in one group at most; one that is in
   * none stays as it is.
   *
   * @throws {UsageError} by default, without a setting `learningRate`.
   */
  get groups(): readonly ParameterGroup[] {
    const { learningRate, weightDecay = 0 } = this.config;
    if (typeof learningRate !== "number") {
      throw new UsageError(
        "Cannot train the model: it has no setting learningRate, expected one, or groups of its own",
      );
    }
    const parameters = this.parameters.names();
    return [{ name: "all", learningRate, weightDecay: Number(weightDecay), parameters }];
  }

  /**
   * Scores a batch.
   *
   * @param noise source of dropout masks; null outside training
   */
  abstract forward(inputs: Inputs, noise: DropoutNoise | null): Outputs;

  /**
   * The loss of a batch, the mean absolute error by default. Its gradient is taken with respect to
   * all parameters in groups.
   */
  loss(outputs: Outputs, target: Target): Loss {
    const total = meanAbsoluteError(outputs.prediction, target.labels);
    return { total, parts: { fusion: total } };
  }

  /**
   * Called before a stage, from 1, is trained: from then on forward, loss and groups are that
   * stage's. A network that was never told is in its last stage, as one that predicts.
   */
  enterStage?(stage: number): void;
  /** Called after the gradient of each batch, with that batch's outputs. */
  afterGradient?(outputs: Outputs, target: Target): void;
  /** Called before the first batch of each epoch. */
  startEpoch?(): void;
  /** How it generates unimodal labels at the moment, for the record of an epoch. */
  labelGeneration?(): Promise<Partial<Record<Modality, LabelGeneration>>>;
  /** The unimodal labels that training generated, in the order of the train split. */
  unimodalLabels?(): Partial<Record<Modality, tf.Tensor1D>>;

  /** Frees all tensors. */
  dispose(): void {
    this.parameters.dispose();
  }
}

/** What a fitted regressor is saved as. */
export type FittedTensors = ReadonlyMap<string, Float32Array>;

/** A model that is fitted in one go. */
export interface Regressor {
  /** Fits to train; valid may choose between fits. */
  fit(train: Split, valid: Split): FittedTensors | Promise<FittedTensors>;
  /** [samples] scores of a split */
  predict(fitted: FittedTensors, split: Split): Float32Array;
  /** Classes of a split by class task, for models that predict them beside the score. */
  classify?(fitted: FittedTensors, split: Split): ClassPredictions;
}

/** A BERT that a model is made with. */
export interface GivenBert {
  /** Its sizes. */
  readonly config: BertConfig;
  /** Start values by name; null where they are assigned later. */
  readonly values: ((name: string) => Float32Array) | null;
}

/** What a model may know when it is made. */
export interface ModelContext {
  /** Every setting with its value. */
  readonly config: Config;
  /** Protocol of the data, which tells the range of the labels. */
  readonly protocol: ProtocolName;
  /** Those to use. */
  readonly modalities: readonly Modality[];
  /** Feature width of each modality. */
  readonly widths: Readonly<Partial<Record<Modality, number>>>;
  /** Labels of the train split; empty when the model is made to predict only. */
  readonly trainLabels: Float32Array;
  /** Start weights are drawn from it. */
  readonly random: RandomStream;
  /** The text encoder, where the setting `text` is `bert`. */
  readonly bert?: GivenBert;
}

/** A model by its name: its settings, and how it is made. `MODELS` are those that there are. */
export type ModelDefinition =
  & {
    /** As in `--model`, run folders and tables. */
    readonly name: string;
    /** One sentence for lists and help texts. */
    readonly summary: string;
    /** Every setting with its default for a dataset. @param preset `mmsa`, or another that it knows */
    defaults(dataset: DefaultsFor, preset: string): Config;
  }
  & (
    | { readonly kind: "network"; create(context: ModelContext): Network }
    | { readonly kind: "regressor"; create(context: ModelContext): Regressor }
  );

/**
 * Feature widths of the chosen modalities of a dataset; one that the data lack is absent.
 *
 * @example
 * ```ts
 * import { makeSynthetic } from "../data/mod.ts";
 * import { featureWidths } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const dataset = makeSynthetic({ n: 8, text: 16, audio: 6 });
 * assertEquals(featureWidths(dataset, ["text", "audio"]), { text: 16, audio: 6 });
 * ```
 */
export function featureWidths(
  dataset: Dataset,
  modalities: readonly Modality[],
): Partial<Record<Modality, number>> {
  const split = dataset.splits.train ?? dataset.splits.valid ?? dataset.splits.test;
  const widths: Partial<Record<Modality, number>> = {};
  for (const modality of modalities) {
    const column = split?.features[modality];
    if (column !== undefined) widths[modality] = column.width;
  }
  return widths;
}
