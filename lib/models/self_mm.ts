/**
 * Self-MM: one multimodal task and three unimodal ones, whose labels are generated during training.
 *
 * Source: Yu, Xu, Yuan, Wu, "Learning Modality-Specific Representations with Self-Supervised
 * Multi-Task Learning for Multimodal Sentiment Analysis", AAAI 2021, and its released code
 * (thuiar/MMSA, `models/multiTask/SELF_MM.py`). Parameters carry the code's names, so that a run's
 * weights load into it.
 *
 * @module
 */

import type { Modality, Split } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Layers } from "../nn/layers.ts";
import type { Linear } from "../nn/linear.ts";
import { meanAbsoluteError, weightedMeanAbsoluteError } from "../nn/losses/l1.ts";
import type { Lstm } from "../nn/lstm.ts";
import type {
  Inputs,
  LabelGeneration,
  Loss,
  ModelContext,
  NetworkDefinition,
  Outputs,
  ParameterGroup,
  Target,
} from "./model.ts";
import { Network } from "./network.ts";
import { SELF_MM_PRESETS, SELF_MM_SETTINGS } from "./self_mm_settings.ts";
import { pooledText, poolingForm, type TEXT_POOLINGS } from "./text_pooling.ts";
import { oneSignWarning, type Task, UnimodalLabels } from "./unimodal_labels.ts";
import {
  checkUnimodalTasks,
  humanLabelsOf,
  learnedModalities,
  unimodalTarget,
} from "./unimodal_tasks.ts";

/** The code's prefix of a modality's parameters. */
const CODE_NAME = { fusion: "fusion", text: "text", audio: "audio", vision: "video" } as const;

/** LSTM, its state at the true end, dropout, a linear map: equation (2). */
class SequenceEncoder {
  readonly #lstm: Lstm;
  readonly #linear: Linear;
  readonly #rate: number;
  readonly #place: string;

  constructor(
    layers: Layers,
    name: string,
    sizes: { inputs: number; hidden: number; outputs: number; dropout: number },
  ) {
    this.#rate = sizes.dropout;
    this.#place = `${name}.dropout`;
    this.#lstm = layers.lstm(`${name}.rnn`, sizes.inputs, sizes.hidden);
    this.#linear = layers.linear(`${name}.linear_1`, sizes.hidden, sizes.outputs);
  }

  /** [time, batch, in], [batch] → [batch, out] */
  apply(x: tf.Tensor3D, lengths: tf.Tensor1D, noise: DropoutNoise | null): tf.Tensor2D {
    const state = this.#lstm.final(x, lengths, false);
    return this.#linear.apply(dropout(state, this.#rate, noise, this.#place));
  }
}

/** F* = ReLU(Lin(Drop(F))), ŷ = Lin(ReLU(Lin(F*))): equations (3)–(6). */
class Head {
  readonly #layers: readonly [Linear, Linear, Linear];
  readonly #rate: number;
  readonly #place: string;

  constructor(
    layers: Layers,
    task: Task,
    sizes: { inputs: number; width: number; dropout: number },
  ) {
    const name = `post_${CODE_NAME[task]}`;
    const layer = (n: number, inputs: number, outputs: number) =>
      layers.linear(`${name}_layer_${n}`, inputs, outputs);
    this.#layers = [
      layer(1, sizes.inputs, sizes.width),
      layer(2, sizes.width, sizes.width),
      layer(3, sizes.width, 1),
    ];
    this.#rate = sizes.dropout;
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

/** One vector F_s for each modality, [batch, width]. */
export type Encoded = Readonly<Partial<Record<Modality, tf.Tensor2D>>>;

/** The network with its label generation. */
export class SelfMm extends Network<typeof SELF_MM_SETTINGS> {
  /** Width of F_s. */
  readonly encodedWidths: Readonly<Partial<Record<Modality, number>>>;
  readonly #encoders: Partial<Record<Modality, SequenceEncoder>> = {};
  readonly #heads: Partial<Record<Task, Head>> = {};
  /** Those with a task of their own. */
  readonly #learned: readonly Modality[];
  /** null where no label is generated. */
  readonly #labels: UnimodalLabels | null;

  constructor(context: ModelContext<typeof SELF_MM_SETTINGS>) {
    super(context, "text_model.model.");
    const { settings, modalities, widths } = this;
    const encoded: Partial<Record<Modality, number>> = {};
    for (const modality of modalities) {
      if (modality === "text") {
        this.reads.text = poolingForm(this.#textPooling);
        encoded.text = widths.text!;
        if (this.#textPooling !== "lstm") continue;
        const width = encoded.text = settings.textLstmHiddenSize;
        const sizes = { inputs: widths.text!, hidden: width, outputs: width, dropout: 0 };
        this.#encoders.text = new SequenceEncoder(this, "text_encoder", sizes);
        continue;
      }
      this.reads[modality] = "timeMajor";
      const outputs = encoded[modality] = settings[`${modality}Out`];
      this.#encoders[modality] = new SequenceEncoder(this, `${CODE_NAME[modality]}_model`, {
        inputs: widths[modality]!,
        hidden: settings[`${modality}LstmHiddenSize`],
        outputs,
        dropout: settings[`${modality}LstmDropout`],
      });
    }
    this.encodedWidths = encoded;
    const featureWidths: Partial<Record<Task, number>> = {};
    const addHead = (task: Task, inputs: number, width: number, rate: number) => {
      featureWidths[task] = width;
      this.#heads[task] = new Head(this, task, { inputs, width, dropout: rate });
    };
    const fused = modalities.reduce((sum, modality) => sum + encoded[modality]!, 0);
    addHead("fusion", fused, settings.postFusionDim, settings.postFusionDropout);
    const { postTextDim, postAudioDim, postVisionDim } = settings;
    const dims = { text: postTextDim, audio: postAudioDim, vision: postVisionDim };
    const rates = {
      text: settings.postTextDropout,
      audio: settings.postAudioDropout,
      vision: settings.postVisionDropout,
    };
    this.#learned = learnedModalities(settings, modalities);
    for (const modality of this.#learned) {
      addHead(modality, encoded[modality]!, dims[modality], rates[modality]);
    }
    const isGenerated = settings.unimodalLabels === "generated" && this.#learned.length > 0;
    this.#labels = isGenerated
      ? new UnimodalLabels(context.trainLabels, featureWidths, {
        labelRange: settings.H,
        excludeZero: settings.excludeZero,
        distance: settings.distance,
        bounded: settings.mode === "robust",
      })
      : null;
  }

  override get memory(): ReadonlyMap<string, tf.Variable> {
    return this.#labels?.memory ?? new Map();
  }

  /** A BERT that learns with it gives [CLS]. */
  get #textPooling(): typeof TEXT_POOLINGS[number] {
    return this.hasBert ? "first" : this.settings.textPooling;
  }

  /** One group an encoder, one for all heads, biases included. */
  override get groups(): ParameterGroup[] {
    const { settings } = this;
    const group = (name: string, prefix: string, learningRate: number, weightDecay: number) => ({
      name,
      learningRate,
      weightDecay,
      parameters: this.ownNames(prefix),
    });
    return [
      group("audio", "audio_model.", settings.learningRateAudio, settings.weightDecayAudio),
      group("vision", "video_model.", settings.learningRateVision, settings.weightDecayVision),
      group("other", "post_", settings.learningRateOther, settings.weightDecayOther),
      ...(this.#encoders.text === undefined ? [] : [
        group("text", "text_encoder.", settings.learningRateOther, settings.weightDecayOther),
      ]),
    ];
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    return this.score(this.encode(inputs, noise), noise);
  }

  /** (1), (2) a batch → F_s */
  encode(inputs: Inputs, noise: DropoutNoise | null): Encoded {
    const encoded: Partial<Record<Modality, tf.Tensor2D>> = {};
    for (const modality of this.modalities) {
      const pooling = this.#textPooling;
      encoded[modality] = modality === "text" && pooling !== "lstm"
        ? pooledText(inputs, pooling)
        : this.#encoders[modality]!.apply(
          inputs[modality] as tf.Tensor3D,
          inputs[`${modality}Lengths`]!,
          noise,
        );
    }
    return encoded;
  }

  /** (3)–(6) F_s → features and scores of all tasks */
  score(encoded: Encoded, noise: DropoutNoise | null): Outputs {
    const parts = this.modalities.map((modality) => encoded[modality]!);
    const ofTask: Partial<Record<Task, tf.Tensor2D>> = { ...encoded, fusion: tf.concat(parts, 1) };
    const outputs: Record<string, tf.Tensor> = {};
    for (const task of this.#tasks()) {
      const { feature, score } = this.#heads[task]!.apply(ofTask[task]!, noise);
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
      const { labels, weights } = unimodalTarget(this.settings, modality, target, this.#labels);
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
    for (const task of this.#tasks()) features[task] = outputs[`feature.${task}`] as tf.Tensor2D;
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

  #tasks(): Task[] {
    return ["fusion", ...this.#learned];
  }
}

/** What Self-MM and its extensions ask of the trainer, and when their labels cannot be generated. */
export const SELF_MM_TRAINING = {
  training: ({ mode }) => mode === "robust" ? { applyTrailingGroup: true, decay: "decoupled" } : {},
  check: checkUnimodalTasks,
  humanLabelsOf,
  warnings: ({ unimodalLabels, tasks }, { labels }: Split) =>
    labels === null || unimodalLabels !== "generated" || tasks === "M"
      ? []
      : oneSignWarning(labels),
} satisfies Pick<
  NetworkDefinition<typeof SELF_MM_SETTINGS>,
  "training" | "check" | "humanLabelsOf" | "warnings"
>;

/** Self-MM, as `--model self-mm`. */
export const selfMm: NetworkDefinition<typeof SELF_MM_SETTINGS> = {
  name: "self-mm",
  summary: "one multimodal and three unimodal tasks with generated labels",
  kind: "network",
  year: 2021,
  needs: [],
  card: {
    source: "Yu, Xu, Yuan, Wu: Learning Modality-Specific Representations with Self-Supervised " +
      "Multi-Task Learning for Multimodal Sentiment Analysis, AAAI 2021; code thuiar/MMSA",
    reading:
      "Follows the released code where it differs from the paper. Mode robust bounds the label " +
      "ratio, decouples weight decay and applies the last incomplete group of batches",
    limits: "Generated unimodal labels are a means of training, not measurements: where the data " +
      "have labels of people, see how far they agree",
  },
  settings: SELF_MM_SETTINGS,
  presets: SELF_MM_PRESETS,
  ...SELF_MM_TRAINING,
  create: (context) => new SelfMm(context),
};
