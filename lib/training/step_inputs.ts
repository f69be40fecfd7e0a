/** What goes into a step, and what comes out of it. @module */

import type { Modality, Split } from "../data/mod.ts";
import { type NamedTensors, tf } from "../engine/mod.ts";
import type { Inputs, Target } from "../models/mod.ts";
import { readUnimodalLabels, takeUnimodalLabels } from "./inputs.ts";

/** Where a step stands. */
export interface StepPlace {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Number of the batch in the epoch, from 1. */
  readonly batch: number;
  /** Whether its gradient starts a new sum (true) or is added to the last ones. */
  readonly startsGroup: boolean;
  /** Whether the optimizer steps after it. */
  readonly endsGroup: boolean;
  /** Whether it steps before that, by the sum so far. Default: false. */
  readonly stepsWithin?: boolean;
  /** What all learning rates are multiplied with; always or never in a training. Default: nothing. */
  readonly rate?: number;
}

/** What a split scored, batch by batch. */
export interface Validation {
  /** In the order of the batches. */
  readonly predictions: Float32Array;
  /** The network's criterion of each batch; empty where it was not asked for. */
  readonly criteria: readonly number[];
}

/** What a step returns, read back from the engine. */
export interface StepResult {
  /** Loss of the batch. */
  loss: number;
  /** Losses by name, for the record. */
  readonly parts: Record<string, number>;
  /** Scores of the batch by task: the outputs named `score.*`. */
  readonly scores: Record<string, Float32Array>;
}

/** A batch with labels, and where it stands: what may change from step to step; the rest is state. */
export interface StepInputs extends NamedTensors {
  /** Labels, float32 [batch]. */
  readonly labels: tf.Tensor1D;
  /** Positions in the split, int32 [batch]. */
  readonly index: tf.Tensor1D;
  readonly epoch: tf.Scalar;
  /** Counter of the dropout masks, int32 [4]. */
  readonly counter: tf.Tensor1D;
}

/** Puts labels and the place of a step beside the features of its samples. */
export function stepInputs(
  features: Inputs,
  modalities: readonly Modality[],
  split: Split,
  indices: ArrayLike<number>,
  { epoch, batch }: { readonly epoch: number; readonly batch: number },
): StepInputs {
  return {
    ...features,
    labels: tf.tensor1d(Float32Array.from(indices, (i) => split.labels![i]!)),
    index: tf.tensor1d(Int32Array.from(indices), "int32"),
    epoch: tf.scalar(epoch),
    counter: tf.tensor1d(Int32Array.of(0, 0, batch, epoch), "int32"),
    ...readUnimodalLabels(modalities, split, indices),
  };
}

/** The way back: what the network reads, what its loss is measured against, and the counter. */
export function splitStepInputs({ labels, index, epoch, counter, ...features }: StepInputs): {
  features: Inputs;
  target: Target;
  counter: tf.Tensor1D;
} {
  const labelsOf = takeUnimodalLabels(features);
  return { features: features as Inputs, target: { labels, labelsOf, index, epoch }, counter };
}
