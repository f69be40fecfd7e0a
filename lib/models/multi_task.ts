/**
 * The base of networks that score each modality beside the fusion, by labels that are generated while
 * they train: heads, losses, and when labels change.
 *
 * Source: Yu et al., AAAI 2021 (METHODS 1.2 and 1.3), and its released code, whose names the heads
 * carry.
 *
 * @module
 */

import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Layers } from "../nn/layers.ts";
import type { Linear } from "../nn/linear.ts";
import { meanAbsoluteError, weightedMeanAbsoluteError } from "../nn/losses/l1.ts";
import { CODE_NAME } from "./fusion/code_names.ts";
import type { LabelGeneration, Loss, Outputs, Target, Task } from "./model.ts";
import { Network } from "./network.ts";
import type { SettingRules } from "./setting.ts";
import { type UnimodalLabelOptions, UnimodalLabels } from "./unimodal_labels.ts";
import {
  GENERATED,
  learnedModalities,
  type UnimodalSettings,
  unimodalTarget,
} from "./unimodal_tasks.ts";

/** Words of the settings of a task's head. */
const WORD = { fusion: "Fusion", text: "Text", audio: "Audio", vision: "Vision" } as const;

/** How tasks are learned: widths and dropouts of heads, which tasks, and how labels are generated. */
export type TaskOptions =
  & Readonly<Record<`post${typeof WORD[Task]}${"Dim" | "Dropout"}`, number>>
  & UnimodalSettings
  & UnimodalLabelOptions;

/** F* = ReLU(Lin(Drop(F))), ŷ = Lin(ReLU(Lin(F*))): equations (3)–(6). */
class Head {
  readonly #layers: readonly [Linear, Linear, Linear];
  readonly #rate: number;
  readonly #place: string;

  constructor(
    layers: Layers,
    task: Task,
    sizes: { readonly inputs: number; readonly width: number; readonly dropout: number },
  ) {
    const { inputs, width, dropout } = sizes;
    const name = `post_${task === "fusion" ? task : CODE_NAME[task]}`;
    const layer = (n: number, inputs: number, outputs: number) =>
      layers.linear(`${name}_layer_${n}`, inputs, outputs);
    this.#layers = [layer(1, inputs, width), layer(2, width, width), layer(3, width, 1)];
    this.#rate = dropout;
    this.#place = `${name}_dropout`;
  }

  /** [batch, in] → feature F* [batch, width] and score [batch] */
  apply(x: tf.Tensor2D, noise: DropoutNoise | null): { feature: tf.Tensor2D; score: tf.Tensor1D } {
    const [first, second, third] = this.#layers;
    const feature = tf.relu(first.apply(dropout(x, this.#rate, noise, this.#place)));
    const score = third.apply(tf.relu(second.apply(feature)));
    return { feature, score: tf.reshape(score, [-1]) };
  }
}

/** A network with a task for the fusion and one for each modality that is learned by itself. */
export abstract class MultiTask<Rules extends SettingRules> extends Network<Rules> {
  readonly #heads = new Map<Task, Head>();
  #options: UnimodalSettings = GENERATED;
  /** null where no label is generated. */
  #labels: UnimodalLabels | null = null;

  /**
   * Adds the heads, after the encoders.
   *
   * @param labels of the train split
   * @param inputs width of what each task's head reads
   */
  addTasks(
    labels: Float32Array,
    inputs: Readonly<Partial<Record<Task, number>>>,
    options: TaskOptions,
  ): void {
    const widths: Partial<Record<Task, number>> = {};
    for (const task of ["fusion", ...learnedModalities(options, this.modalities)] as const) {
      const width = widths[task] = options[`post${WORD[task]}Dim`];
      const sizes = { inputs: inputs[task]!, width, dropout: options[`post${WORD[task]}Dropout`] };
      this.#heads.set(task, new Head(this, task, sizes));
    }
    this.#options = options;
    const isGenerated = options.unimodalLabels === "generated" && this.#learned.length > 0;
    this.#labels = isGenerated ? new UnimodalLabels(labels, widths, options) : null;
  }

  override get memory(): ReadonlyMap<string, tf.Variable> {
    return this.#labels?.memory ?? new Map();
  }

  /** (3)–(6) what each task reads, [batch, width] → features and scores of all tasks */
  scoreTasks(
    encoded: Readonly<Partial<Record<Task, tf.Tensor2D>>>,
    noise: DropoutNoise | null,
  ): Outputs {
    const outputs: Record<string, tf.Tensor> = {};
    for (const [task, head] of this.#heads) {
      const { feature, score } = head.apply(encoded[task]!, noise);
      outputs[`feature.${task}`] = feature;
      outputs[`score.${task}`] = score;
    }
    return { prediction: outputs["score.fusion"] as tf.Tensor1D, ...outputs };
  }

  /** (16) L = mean |ŷ_m − y_m| + Σ_s mean W_s |ŷ_s − Y_s|, with W_s and Y_s as constants */
  override loss(outputs: Outputs, target: Target): Loss {
    const parts: Record<string, tf.Scalar> = {
      fusion: meanAbsoluteError(outputs.prediction, target.labels),
    };
    let total = parts["fusion"]!;
    for (const modality of this.#learned) {
      const { labels, weights } = unimodalTarget(this.#options, modality, target, this.#labels);
      const part = parts[modality] = weightedMeanAbsoluteError(
        outputs[`score.${modality}`] as tf.Tensor1D,
        labels,
        weights,
      );
      total = tf.add(total, part);
    }
    return { total, parts };
  }

  override afterGradient(outputs: Outputs, target: Target): void {
    if (this.#labels === null) return;
    const features: Partial<Record<Task, tf.Tensor2D>> = {};
    for (const task of this.#heads.keys()) {
      features[task] = outputs[`feature.${task}`] as tf.Tensor2D;
    }
    this.#labels.relabel(features, target.index, target.epoch);
    this.#labels.remember(features, target.index);
  }

  override startEpoch(): void {
    this.#labels?.recount();
  }

  override async labelGeneration(): Promise<Partial<Record<Modality, LabelGeneration>>> {
    const labels = this.#labels;
    if (labels === null) return {};
    const generations = await Promise.all(
      this.#learned.map((modality) => labels.generation(modality)),
    );
    return Object.fromEntries(this.#learned.map((modality, i) => [modality, generations[i]!]));
  }

  override unimodalLabels(): Partial<Record<Modality, tf.Tensor1D>> {
    const labels = this.#labels;
    if (labels === null) return {};
    return Object.fromEntries(
      this.#learned.map((modality) => [modality, labels.labels(modality)]),
    );
  }

  override dispose(): void {
    super.dispose();
    this.#labels?.dispose();
  }

  /** Those with a task of their own. */
  get #learned(): Modality[] {
    return [...this.#heads.keys()].filter((task) => task !== "fusion");
  }
}
