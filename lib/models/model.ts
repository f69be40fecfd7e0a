/**
 * What a model is: a network that the trainer trains step by step, or a regressor that fits at
 * once. Models know no engine, no files and no loop.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import type { Dataset, Modality, ProtocolName, Split } from "../data/mod.ts";
import type { tf } from "../engine/mod.ts";
import type { ClassPredictions } from "../evaluation/mod.ts";
import type { BertConfig } from "../nn/bert_config.ts";
import type { Network } from "./network.ts";
import type { RateSchedule } from "./rate_schedule.ts";
import type { DefaultsFor, Setting, SettingRules, ValuesOf } from "./setting.ts";

/**
 * How a network wants a modality: its first step, [batch, width]; the mean of its steps, [batch,
 * width]; all, [batch, time, width]; or all with time first, [time, batch, width], which recurrent
 * layers run without a transposition.
 */
export type InputForm = "first" | "mean" | "sequence" | "timeMajor";

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
  /** What people labelled for a modality by itself, float32 [batch]; absent where the data lack it. */
  readonly labelsOf: Readonly<Partial<Record<Modality, tf.Tensor1D>>>;
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
  /**
   * The first epoch that trains them, from which on Adam counts their steps, as PyTorch does for
   * parameters whose gradient first comes later. Default: 1.
   */
  readonly fromEpoch?: number;
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

/** A BERT that a network is made with, and trains. */
export interface GivenBert {
  /** Its sizes. */
  readonly config: BertConfig;
  /** Start values by name; null where they are assigned later. */
  readonly values: ((name: string) => Float32Array) | null;
  /** How many of its layers are not trained; from 1 on its embeddings are not, either. Default: 0. */
  readonly frozenLayers?: number;
  /** Step size of its parameters. Default: 0, for who predicts or has groups of its own. */
  readonly learningRate?: number;
  /** Weight decay of its matrices. Default: 0. */
  readonly weightDecay?: number;
}

/** What a model may know when it is made. */
export interface ModelContext<Rules extends SettingRules = SettingRules> {
  /** Every setting that the model declares, with its value. */
  readonly settings: ValuesOf<Rules>;
  /** Protocol of the data, which tells the range of the labels. */
  readonly protocol: ProtocolName;
  /** Those to use. */
  readonly modalities: readonly Modality[];
  /** Feature width of each modality. */
  readonly widths: Readonly<Partial<Record<Modality, number>>>;
  /** Number of steps of each modality, padding included; absent where nobody knows. */
  readonly steps?: Readonly<Partial<Record<Modality, number>>>;
  /** Labels of the train split; empty when the model is made to predict only. */
  readonly trainLabels: Float32Array;
  /** Start weights are drawn from it. */
  readonly random: RandomStream;
  /** The text encoder of a network, where the setting `text` is `bert`. */
  readonly bert?: GivenBert;
}

/** What there is to know of a model before its numbers are believed. */
export interface ModelCard {
  /** Where the method is from. */
  readonly source: string;
  /** What was published and what we had to choose. */
  readonly reading: string;
  /** What it is not made for. */
  readonly limits: string;
}

/** How a network wants to be trained, besides its settings of batches and epochs. */
export interface TrainingRules {
  /** Whether an incomplete last group of batches steps too; the reference drops it. Default: false. */
  readonly applyTrailingGroup: boolean;
  /** `l2` adds the decay to the gradient (PyTorch's `Adam`), `decoupled` shrinks the weight (`AdamW`). Default: `l2`. */
  readonly decay: "l2" | "decoupled";
  /** Longest gradient, all parameters as one vector; 0, the default, clips nothing. */
  readonly clipNorm: number;
  /** Largest size of an entry of a gradient; 0, the default, clips nothing. */
  readonly clipValue: number;
  /** Whether a gradient is clipped before the optimizer's step, or the running sum after each batch. Default: `step`. */
  readonly clipAt: "step" | "sum";
  /** How the learning rates change. Default: they do not. */
  readonly schedule: RateSchedule;
  /**
   * What the best epoch has the smallest of on the valid split: the mean absolute error of all scores,
   * or the network's criterion, averaged over batches and rounded to 4 decimals as the reference does.
   * Default: `mae`.
   */
  readonly monitor: "mae" | "criterion";
}

/**
 * What a model cannot do without: the same steps in all modalities, text as a sequence, a BERT, labels
 * of people for each modality by itself.
 */
export type Need = "aligned" | "sequences" | "bert" | "humanLabels";

/** What every model says of itself. */
interface CommonDefinition<Rules extends SettingRules> {
  /** As in `--model`, run folders and tables. */
  readonly name: string;
  /** One sentence for lists and help texts. */
  readonly summary: string;
  /** When its method was published; absent for one that never was. */
  readonly year?: number;
  /** What of the data it cannot do without, besides features and labels. Default: nothing. */
  readonly needs?: readonly Need[];
  /** For reports. */
  readonly card?: ModelCard;
  /** Its settings, besides those that every network has; one of the same name stands over theirs. */
  readonly settings: Rules;
  /** Start values of settings that `preset` chooses, by preset, for every dataset; `mmsa` is the declared ones. */
  readonly presets?: Readonly<
    Record<string, Readonly<Record<DefaultsFor, Readonly<Record<string, Setting>>>>>
  >;
  /** Refuses settings that do not fit together. @throws {UsageError} */
  check?(settings: ValuesOf<Rules>): void;
  /** What is odd about training it on a split, one sentence each. */
  warnings?(settings: ValuesOf<Rules>, train: Split): string[];
}

/** The reference's own settings. */
// deno-lint-ignore no-explicit-any -- they differ by model; each definition knows its own
export type Hyper = Readonly<Record<string, any>>;

/** The recordings that a network can be held against. */
export interface Recorded {
  /** Kind of the cases; whole trainings are of kind `KIND_steps`. */
  readonly kind: string;
  /** Our settings, those of the loop too, from theirs. */
  settings(hyper: Hyper): Readonly<Record<string, Setting>>;
  /** Their outputs, by name, from ours; what is not among them is not compared. */
  outputs(outputs: Outputs, inputs: Inputs): Readonly<Record<string, tf.Tensor>>;
  /** Their name of a parameter or buffer. Default: ours. */
  weightName?(name: string): string;
}

/** A network by its name. */
export interface NetworkDefinition<Rules extends SettingRules = SettingRules>
  extends CommonDefinition<Rules> {
  /** It is trained step by step. */
  readonly kind: "network";
  /** The recordings of its reference that it can be held against. */
  readonly recorded?: Recorded;
  /** Where it is to be trained otherwise than the defaults of {@linkcode TrainingRules}. */
  training?(settings: ValuesOf<Rules>): Partial<TrainingRules>;
  /** Makes one. */
  create(context: ModelContext<Rules>): Network;
}

/** A regressor by its name. */
export interface RegressorDefinition<Rules extends SettingRules = SettingRules>
  extends CommonDefinition<Rules> {
  /** It is fitted at once. */
  readonly kind: "regressor";
  /** Makes one. */
  create(context: ModelContext<Rules>): Regressor;
}

/** A model by its name: its settings, and how it is made. `MODELS` are those that there are. */
export type ModelDefinition<Rules extends SettingRules = SettingRules> =
  | NetworkDefinition<Rules>
  | RegressorDefinition<Rules>;

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

/**
 * Numbers of steps of the chosen modalities of a dataset, padding included; of text that is read as
 * tokens, where `text` is `bert`, their number.
 */
export function featureSteps(
  dataset: Dataset,
  modalities: readonly Modality[],
  text: "features" | "bert" = "features",
): Partial<Record<Modality, number>> {
  const split = dataset.splits.train ?? dataset.splits.valid ?? dataset.splits.test;
  const steps: Partial<Record<Modality, number>> = {};
  for (const modality of modalities) {
    const isTokens = modality === "text" && text === "bert";
    const count = isTokens ? split?.textBert?.shape[2] : split?.features[modality]?.steps;
    if (count !== undefined) steps[modality] = count;
  }
  return steps;
}
