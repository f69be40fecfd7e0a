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
import type { Lstm } from "../nn/lstm.ts";
import { CODE_NAME } from "./fusion/code_names.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs, ParameterGroup } from "./model.ts";
import { MultiTask } from "./multi_task.ts";
import { SELF_MM_PRESETS, SELF_MM_SETTINGS } from "./self_mm_settings.ts";
import { pooledText, poolingForm, type TEXT_POOLINGS } from "./text_pooling.ts";
import { oneSignWarning } from "./unimodal_labels.ts";
import { checkUnimodalTasks, humanLabelsOf } from "./unimodal_tasks.ts";

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

/** One vector F_s for each modality, [batch, width]. */
export type Encoded = Readonly<Partial<Record<Modality, tf.Tensor2D>>>;

/** The network with its label generation. */
export class SelfMm extends MultiTask<typeof SELF_MM_SETTINGS> {
  /** Width of F_s. */
  readonly encodedWidths: Readonly<Partial<Record<Modality, number>>>;
  readonly #encoders: Partial<Record<Modality, SequenceEncoder>> = {};

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
    const fused = modalities.reduce((sum, modality) => sum + encoded[modality]!, 0);
    this.addTasks(context.trainLabels, { ...encoded, fusion: fused }, {
      ...settings,
      labelRange: settings.H,
      bounded: settings.mode === "robust",
    });
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
    return this.scoreTasks({ ...encoded, fusion: tf.concat(parts, 1) }, noise);
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
