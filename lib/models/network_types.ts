/**
 * What a network is given and what it gives: batches, scores, losses, groups of parameters.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import type { Modality, ProtocolName } from "../data/mod.ts";
import type { tf } from "../engine/mod.ts";
import type { TextEncoderConfig } from "../nn/text_encoder.ts";
import type { RateSchedule } from "./rate_schedule.ts";
import type { SettingRules, ValuesOf } from "./setting.ts";

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
  /** The place of each row that a text encoder computes, where that is not all: int32 [rows] */
  readonly tokenRows?: tf.Tensor1D;
  /** The row of each place: int32 [batch · tokens] */
  readonly tokenPlaces?: tf.Tensor1D;
  /**
   * 1 for the steps, or tokens, that a network is shown of data that lack some, [batch, time]; of networks
   * that have `keptSteps`.
   */
  readonly textKept?: tf.Tensor2D;
  /** As those of text. */
  readonly audioKept?: tf.Tensor2D;
  /** As those of text. */
  readonly visionKept?: tf.Tensor2D;
  /** What a network is shown of a modality, where that is not the modality at its kept steps. */
  readonly textShown?: tf.Tensor;
  /** As that of text. */
  readonly audioShown?: tf.Tensor;
  /** As that of text. */
  readonly visionShown?: tf.Tensor;
}

/** A sample of a split that a network is to be shown without some of its steps. */
export interface StepsOf {
  /** Name of the split. */
  readonly split: string;
  /** Whose steps. */
  readonly modality: Modality;
  /** Its position in the split. */
  readonly sample: number;
  /** Number of its true steps, or tokens. */
  readonly length: number;
  /** Number of all, padding included. */
  readonly steps: number;
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

/** What is scored: a modality by itself, or all of them together. */
export type Task = "fusion" | Modality;

/**
 * What a forward pass gives: the score, and what loss and update need besides. Those named `score.`
 * and a {@linkcode Task}, [batch], are recorded as the scores of that task. Those named `feature.` and
 * a task, [batch, width], are the network's representations: what it makes of a modality, or of all
 * together, before it scores them; `represent` gives them of a split.
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
  /** The pass of an epoch that trains them, of a network that has several. Default: all. */
  readonly pass?: number;
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

/** A BERT that a network is made with, and trains. */
export interface GivenBert {
  /** Its sizes. */
  readonly config: TextEncoderConfig;
  /** Start values by name; null where they are assigned later. */
  readonly values: ((name: string) => Float32Array) | null;
  /** How many of its first layers are not trained. Default: 0. */
  readonly frozenLayers?: number;
  /** Whether its embeddings are not trained. Default: where a layer is not. */
  readonly frozenEmbeddings?: boolean;
  /** Whether it drops nothing in training, of one that is not trained. Default: no. */
  readonly isStill?: boolean;
  /** Whether its layers keep nothing for the backward pass, and compute it again. Default: no. */
  readonly isCheckpointed?: boolean;
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
  /** Names of the classes whose numbers the labels are; absent where labels are scores. */
  readonly classes?: readonly string[];
  /** Start weights are drawn from it. */
  readonly random: RandomStream;
  /** The text encoder of a network, where the setting `text` is `bert`. */
  readonly bert?: GivenBert;
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
  /**
   * Whether the optimizer also steps after each batch, by the sum so far, which stays until the group
   * ends. Default: false.
   */
  readonly stepsWithin: boolean;
  /** How the learning rates change. Default: they do not. */
  readonly schedule: RateSchedule;
  /**
   * What the best epoch has the smallest of on the valid split: the mean absolute error of all scores,
   * or the network's criterion, averaged over batches and rounded to 4 decimals as the reference does.
   * Default: `mae`.
   */
  readonly monitor: "mae" | "criterion";
  /** ε of Adam. Default: 1e-8. */
  readonly epsilon: number;
}
