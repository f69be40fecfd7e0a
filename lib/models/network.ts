/**
 * The base of every network: layers by their names, a BERT where the text is to be read by one, and a
 * default for everything but the score.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { MODALITIES, type Modality } from "../data/mod.ts";
import type { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { Layers } from "../nn/layers.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import type { EncoderInsert } from "../nn/text_encoder.ts";
import type {
  InputForm,
  Inputs,
  LabelGeneration,
  Loss,
  ModelContext,
  Outputs,
  ParameterGroup,
  StepsOf,
  Target,
} from "./network_types.ts";
import type { Config, SettingRules, ValuesOf } from "./setting.ts";
import { TrainedBert } from "./trained_bert.ts";

/** Before the names of a BERT's parameters. */
const BERT_PREFIX = "text_model.";

/**
 * A model that is trained by gradient descent. One of its own adds layers and says how they score a
 * batch; everything else has a default, or may be absent.
 *
 * @example A linear map of the mean of the text
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { maskedMean } from "../nn/mask.ts";
 * import type { Inputs } from "./model.ts";
 * import { Network } from "./network.ts";
 * import { assertEquals } from "@std/assert";
 * class TextMean extends Network {
 *   readonly #score = this.linear("score", this.widths.text!, 1);
 *   forward(inputs: Inputs) {
 *     const mean = maskedMean(inputs.text as tf.Tensor3D, inputs.textLengths!);
 *     return { prediction: tf.reshape(this.#score.apply(mean), [-1]) as tf.Tensor1D };
 *   }
 * }
 * await openEngine({ engine: "cpu" });
 * const network = new TextMean({
 *   settings: { learningRate: 1e-3 },
 *   protocol: "mosi",
 *   modalities: ["text"],
 *   widths: { text: 4 },
 *   trainLabels: Float32Array.of(1, -1),
 *   random: RandomStream.fromSeed(1111),
 * });
 * const text = tf.ones([2, 3, 4]), textLengths = tf.tensor1d([3, 1], "int32");
 * assertEquals(network.apply({ text, textLengths }, null).prediction.shape, [2]);
 * assertEquals(network.groups[0]!.parameters, ["score.weight", "score.bias"]);
 * network.dispose();
 * ```
 */
export abstract class Network<Rules extends SettingRules = SettingRules> extends Layers {
  /** Those to use, in the order text, audio, vision. */
  readonly modalities: readonly Modality[];
  /** How it wants each of them; all as sequences where it says nothing else. */
  readonly reads: Partial<Record<Modality, InputForm>>;
  /** Every setting that it declares, with its value. */
  readonly settings: ValuesOf<Rules>;
  /** Feature width of each modality; of text what a BERT gives, where there is one. */
  readonly widths: ModelContext["widths"];
  /** Number of stages, trained one after the other, each until early stopping; 1 where absent. */
  readonly stages?: number;
  /** Number of times that an epoch goes through the batches; 1 where absent. */
  readonly passes?: number;
  readonly #bert: TrainedBert | null;

  /** A network without layers but a BERT's. @param bertPrefix before the names of its parameters */
  constructor(context: ModelContext<Rules>, bertPrefix: string = BERT_PREFIX) {
    super(context.random);
    const { settings, modalities, widths, bert } = context;
    this.modalities = MODALITIES.filter((modality) => modalities.includes(modality));
    this.reads = Object.fromEntries(this.modalities.map((name) => [name, "sequence" as const]));
    this.settings = settings;
    const isRead = bert !== undefined && this.modalities.includes("text");
    this.#bert = isRead ? new TrainedBert(bert, this, bertPrefix) : null;
    this.widths = isRead ? { ...widths, text: bert.config.width } : widths;
  }

  /** Whether its text comes from a BERT that learns with it, and not from the data. */
  get hasBert(): boolean {
    return this.#bert !== null;
  }

  /** What is to be read of the data: as {@linkcode Network.reads}, or tokens for a BERT. */
  get dataForms(): Readonly<Partial<Record<Modality, InputForm | "tokens">>> {
    return this.hasBert ? { ...this.reads, text: "tokens" } : this.reads;
  }

  /**
   * Whether its scores depend on what lies beyond the true lengths: then it reads what the data have
   * there, and all tokens. No network should, but some are published so. Default: false; the states of a
   * BERT at padding then mean nothing, as they do where [CLS] alone is read, and a network of one's own
   * must not read them.
   */
  get seesPadding(): boolean {
    return false;
  }

  /**
   * Steps, padding included, of the modalities of which it reads no other number; of none by default.
   * Shorter samples are padded, longer ones refused.
   */
  get boundSteps(): Readonly<Partial<Record<Modality, number>>> {
    return {};
  }

  /** What training changes besides parameters and buffers, and a resume needs; nothing by default. */
  get memory(): ReadonlyMap<string, tf.Variable> {
    return new Map();
  }

  /** What is saved as the trained network: parameters and buffers, by name. */
  *weights(): Generator<[string, tf.Variable]> {
    yield* this.parameters;
    yield* this.buffers;
  }

  /** Names of the parameters that are not a BERT's, those that start with `prefix`. */
  ownNames(prefix = ""): string[] {
    return this.parameters.names().filter((name) =>
      name.startsWith(prefix) && !this.#bert?.owns(name)
    );
  }

  /**
   * Which parameters besides a BERT's are trained, and how fast: all of them with the settings
   * `learningRate` and `weightDecay` (0 where there is none) by default. Each is in one group at most;
   * one that is in none stays as it is.
   *
   * @throws {UsageError} by default, without a setting `learningRate`.
   */
  get groups(): readonly ParameterGroup[] {
    const { learningRate, weightDecay = 0 } = this.settings as Config;
    if (typeof learningRate !== "number") {
      throw new UsageError(
        "Cannot train the model: it has no setting learningRate, expected one, or groups of its own",
      );
    }
    return [{
      name: "all",
      learningRate,
      weightDecay: Number(weightDecay),
      parameters: this.ownNames(),
    }];
  }

  /** The same of a BERT: those with weight decay, and biases and norms without; none by default. */
  get bertGroups(): readonly ParameterGroup[] {
    return this.#bert?.groups ?? [];
  }

  /** Parameters of the BERT that are not trained. */
  get frozen(): readonly string[] {
    return this.#bert?.frozen ?? [];
  }

  /** All groups that are trained. */
  get trainedGroups(): readonly ParameterGroup[] {
    return [...this.bertGroups, ...this.groups].filter(({ parameters }) => parameters.length > 0);
  }

  /**
   * Scores a batch as it is read from the data.
   *
   * @param noise source of dropout masks; null outside training
   */
  apply(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    return this.forward(this.readText(inputs, noise), noise);
  }

  /**
   * Whether training does not change what its BERT makes of a sentence: none of it is trained, it drops
   * nothing, and the network changes nothing inside it. A batch may then have states in place of tokens.
   */
  get hasFixedText(): boolean {
    const isPlain = this.insert === undefined && this.readText === Network.prototype.readText;
    return isPlain && !this.seesPadding && (this.#bert?.isStill ?? false);
  }

  /** The batch with its text as its BERT reads it; as it is without one, or without tokens. */
  readText(inputs: Inputs, noise: DropoutNoise | null): Inputs {
    if (this.hasFixedText && inputs.tokens === undefined) return inputs;
    const insert = this.insert?.(inputs, noise);
    return this.#bert?.apply(inputs, this.reads.text!, noise, insert) ?? inputs;
  }

  /** What it adds inside its BERT, for a batch as it is read from the data; nothing by default. */
  insert?(inputs: Inputs, noise: DropoutNoise | null): EncoderInsert;

  /** Whether its BERT has a pooler. */
  get hasPooler(): boolean {
    return this.#bert?.hasPooler ?? false;
  }

  /** tanh(Lin(·)) of the last state of [CLS], as its BERT was trained: [batch, width] → the same. */
  pooled(cls: tf.Tensor2D): tf.Tensor2D {
    if (this.#bert === null) throw new Error("Cannot pool the state of [CLS]: there is no BERT");
    return this.#bert.pooled(cls);
  }

  /**
   * Scores a batch whose modalities are as {@linkcode Network.reads} says.
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
   * What a validation averages over its batches, where the training rules have `monitor`
   * `criterion`: the loss by default.
   */
  criterion(outputs: Outputs, target: Target): tf.Scalar {
    return this.loss(outputs, target).total;
  }

  /** Parameters that are known to have no gradient, of which training need not warn: a BERT's pooler. */
  get idle(): readonly string[] {
    return this.#bert?.idle ?? [];
  }

  /**
   * Called before a stage, from 1, is trained: from then on forward, loss and groups are that
   * stage's. A network that was never told is in its last stage, as one that predicts.
   */
  enterStage?(stage: number): void;
  /**
   * Called before a pass, from 1, of an epoch: from then on the loss is that pass's. A network that was
   * never told is in its last pass.
   */
  enterPass?(pass: number): void;
  /**
   * Which steps of a labelled sample it is shown, 1 or 0, of a network that learns from data that lack
   * some, always the same; all by default.
   */
  keptSteps?(of: StepsOf): Float32Array;
  /** How many of an epoch's batches a pass sees, from the first on; all by default. */
  batchesOfPass?(pass: number, batches: number): number;
  /** Called after the gradient of each batch, with that batch's outputs. */
  afterGradient?(outputs: Outputs, target: Target): void;
  /** Called before the first batch of each epoch. */
  startEpoch?(): void;
  /** How it generates unimodal labels at the moment, for the record of an epoch. */
  labelGeneration?(): Promise<Partial<Record<Modality, LabelGeneration>>>;
  /** The unimodal labels that training generated, in the order of the train split. */
  unimodalLabels?(): Partial<Record<Modality, tf.Tensor1D>>;
}
