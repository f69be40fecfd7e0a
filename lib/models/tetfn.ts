/**
 * TETFN: the text takes part in every attention between modalities, beside unimodal tasks whose labels
 * are generated.
 *
 * Source: Wang, Guo, Tian, Liu, He, Luo, "TETFN: A text enhanced transformer fusion network for
 * multimodal sentiment analysis", Pattern Recognition 136 (2023), and its code in thuiar/MMSA,
 * `models/multiTask/TETFN.py`, whose names the parameters carry. METHODS 9.6.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { LABEL_RANGES, type Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Conv1d } from "../nn/conv.ts";
import { CrossModalEncoder } from "../nn/cross_modal_encoder.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { groupMeans, trueGroupMeans } from "../nn/group_mean.ts";
import { maskSteps } from "../nn/mask.ts";
import { convolved, lastOf, maximumOf, scoreBias, type Sequence } from "../nn/sequence.ts";
import type { StackedLstm } from "../nn/stacked_lstm.ts";
import { CODE_NAME, LETTER } from "./fusion/code_names.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs, ParameterGroup } from "./model.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import { MultiTask } from "./multi_task.ts";
import type { Target } from "./network_types.ts";
import { TETFN_RECORDED } from "./tetfn/tetfn_recorded.ts";
import { TETFN_SETTINGS } from "./tetfn/tetfn_settings.ts";
import { oneSignWarning } from "./unimodal_labels.ts";
import { GENERATED } from "./unimodal_tasks.ts";

/** Layers of every stack of attention, whatever the code is told. */
const LAYERS = 2;

/** How one sequence reads another: by itself, or with what that one has read of the text. */
interface Reading {
  readonly key: Modality;
  readonly name: string;
  /** The other modality reads the text; null where the text is one of the two, or not in use. */
  readonly lower: CrossModalEncoder | null;
  readonly upper: CrossModalEncoder;
}

class Tetfn extends MultiTask<typeof TETFN_SETTINGS> {
  readonly #recurrent: Partial<Record<Modality, StackedLstm>> = {};
  readonly #convolutions: Partial<Record<Modality, Conv1d>> = {};
  readonly #readings = new Map<Modality, readonly Reading[]>();
  readonly #memory = new Map<Modality, CrossModalEncoder>();
  readonly #isRobust = this.settings.mode === "robust";

  constructor(context: ModelContext<typeof TETFN_SETTINGS>) {
    super(context, "text_model.model.");
    const { settings, modalities } = this;
    const { modelDim } = settings;
    for (const modality of modalities) this.#addProjection(modality);
    const hasText = modalities.includes("text");
    for (const query of modalities) {
      const readings = modalities.filter((key) => key !== query).map((key): Reading => {
        const name = `${LETTER[query]}_with_${LETTER[key]}`, place = `trans_${name}`;
        if (query === "text" || key === "text") {
          const upper = this.#encoder(place, modelDim, LAYERS, { attention: this.#rateOf(key) });
          return { key, name, lower: null, upper };
        }
        const positions = true;
        return {
          key,
          name,
          lower: hasText ? this.#encoder(`${place}.lower_mha`, modelDim, 1, { positions }) : null,
          upper: this.#encoder(`${place}.upper_mha`, modelDim, LAYERS, { positions }),
        };
      });
      this.#readings.set(query, readings);
    }
    const width = Math.max(1, modalities.length - 1) * modelDim;
    for (const query of modalities) {
      this.#memory.set(query, this.#encoder(`trans_${LETTER[query]}_mem`, width, LAYERS));
    }
    const inputs = Object.fromEntries(modalities.map((modality) => [modality, modelDim]));
    const fused = { ...inputs, fusion: modalities.length * width };
    const { high } = LABEL_RANGES[context.protocol];
    this.addTasks(context.trainLabels, fused, {
      ...settings,
      ...GENERATED,
      labelRange: this.#isRobust ? Math.min(settings.H, high) : settings.H,
      distance: "euclidean",
      bounded: this.#isRobust,
    });
  }

  override get groups(): ParameterGroup[] {
    const { settings } = this;
    const group = (
      name: "audio" | "vision" | "other",
      learningRate: number,
      weightDecay: number,
    ) => ({
      name,
      learningRate,
      weightDecay,
      parameters: this.ownNames().filter((parameter) => groupOf(parameter) === name),
    });
    return [
      group("audio", settings.learningRateAudio, settings.weightDecayAudio),
      group("vision", settings.learningRateVision, settings.weightDecayVision),
      group("other", settings.learningRateOther, settings.weightDecayOther),
    ];
  }

  override get seesPadding(): boolean {
    return !this.#isRobust;
  }

  /** The prediction's part alone. */
  override criterion({ prediction }: Outputs, { labels }: Target): tf.Scalar {
    return meanAbsoluteError(prediction, labels);
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const projected: Partial<Record<Modality, Sequence>> = {};
    for (const modality of this.modalities) {
      projected[modality] = this.#project(inputs, modality, noise);
    }
    const outputs: Record<string, tf.Tensor> = {};
    const encoded: Partial<Record<Modality | "fusion", tf.Tensor2D>> = {};
    const last: tf.Tensor2D[] = [];
    for (const [query, readings] of this.#readings) {
      const own = projected[query]!;
      // (67), (68) what the query reads of each other modality, side by side
      const seen = readings.map((reading) =>
        outputs[reading.name] = this.#read(reading, own, projected, noise)
      );
      // (69) h = E([…; …])
      const joined = seen.length === 0 ? own.x : tf.concat3d(seen as tf.Tensor3D[], 2);
      const x = this.#memory.get(query)!.apply(joined, null, this.#bias(own, own), noise);
      outputs[`${LETTER[query]}_mem`] = x;
      outputs[`projected.${query}`] = tf.clone(own.x);
      // (70) the last step of h, and the largest of what went into it
      last.push(lastOf({ x, lengths: own.lengths }, this.#isRobust));
      encoded[query] = maximumOf(own, this.#isRobust);
    }
    encoded.fusion = tf.concat2d(last, 1);
    return { ...this.scoreTasks(encoded, noise), ...outputs };
  }

  #addProjection(modality: Modality): void {
    const { settings, widths } = this;
    const kernels = {
      text: settings.textKernel,
      audio: settings.audioKernel,
      // The code gives vision the kernel of audio.
      vision: this.#isRobust ? settings.visionKernel : settings.audioKernel,
    };
    const sizes = { outputs: settings.modelDim, size: kernels[modality], bias: false };
    if (modality === "text") {
      const inputs = widths.text!;
      this.#convolutions.text = this.conv1d("proj_l", { inputs, ...sizes }, "valid");
      return;
    }
    this.reads[modality] = "timeMajor";
    const place = `${CODE_NAME[modality]}_model`, hidden = settings[`${modality}LstmHiddenSize`];
    const rnn = { inputs: widths[modality]!, hidden };
    this.#recurrent[modality] = this.stackedLstm(`${place}.rnn`, rnn);
    const inputs = hidden;
    this.#convolutions[modality] = this.conv1d(`${place}.conv`, { inputs, ...sizes }, "valid");
  }

  #encoder(
    name: string,
    width: number,
    layers: number,
    { positions = false, attention = this.settings.attentionDropout } = {},
  ): CrossModalEncoder {
    const { heads, embedDropout, residualDropout, reluDropout } = this.settings;
    const dropout = {
      embed: embedDropout,
      attention,
      residual: residualDropout,
      relu: reluDropout,
    };
    return new CrossModalEncoder(this, name, { width, heads, layers, positions, dropout });
  }

  /** Dropout of attention to a modality. */
  #rateOf(key: Modality): number {
    const { attentionDropout, audioAttentionDropout, visionAttentionDropout } = this.settings;
    return { text: attentionDropout, audio: audioAttentionDropout, vision: visionAttentionDropout }[
      key
    ];
  }

  /** (66) a convolution over the text, and over LSTMs of audio and vision with a step for each token */
  #project(inputs: Inputs, modality: Modality, noise: DropoutNoise | null): Sequence {
    const convolution = this.#convolutions[modality]!;
    if (modality === "text") {
      const x = inputs.text as tf.Tensor3D, lengths = inputs.textLengths!;
      return convolved({ x: this.#isRobust ? maskSteps(x, lengths) : x, lengths }, convolution);
    }
    const { x, lengths } = this.#align(inputs, modality);
    // The code runs on, over the padding.
    const [time, batch] = x.shape;
    const read = this.#isRobust ? lengths : tf.fill([batch], time, "int32") as tf.Tensor1D;
    const states = this.#recurrent[modality]!.apply(x, read, "sequence", noise, false);
    return convolved({ x: tf.transpose(states, [1, 0, 2]), lengths }, convolution);
  }

  /** As many steps as the text has: [steps, batch, width] */
  #align(
    inputs: Inputs,
    modality: "audio" | "vision",
  ): { x: tf.Tensor3D; lengths: tf.Tensor1D } {
    const x = inputs[modality] as tf.Tensor3D, lengths = inputs[`${modality}Lengths`]!;
    const { text, textLengths } = inputs;
    if (text === undefined) return { x, lengths };
    const steps = text.shape[1]!;
    return this.#isRobust
      ? { x: trueGroupMeans(x, lengths, steps, textLengths!), lengths: textLengths! }
      : { x: groupMeans(x, steps), lengths };
  }

  #read(
    { key, lower, upper }: Reading,
    own: Sequence,
    projected: Readonly<Partial<Record<Modality, Sequence>>>,
    noise: DropoutNoise | null,
  ): tf.Tensor3D {
    const other = projected[key]!;
    const { text } = projected;
    const keys = lower === null
      ? other.x
      : lower.apply(other.x, text!.x, this.#bias(other, text!), noise);
    return upper.apply(own.x, keys, this.#bias(own, other), noise);
  }

  #bias(query: Sequence, key: Sequence): tf.Tensor {
    return scoreBias(query, key, { isTrue: this.#isRobust, isBand: true });
  }
}

/** The group that a parameter learns in: those of encoders of audio and vision apart. */
function groupOf(name: string): "audio" | "vision" | "other" {
  if (name.startsWith("audio_model.")) return "audio";
  return name.startsWith("video_model.") ? "vision" : "other";
}

/** TETFN, as `--model tetfn`. */
export const tetfn: NetworkDefinition<typeof TETFN_SETTINGS> = {
  name: "tetfn",
  summary: "attention between modalities in which the text takes part",
  kind: "network",
  card: {
    source:
      "Wang, Guo, Tian, Liu, He, Luo: TETFN: A text enhanced transformer fusion network for " +
      "multimodal sentiment analysis, Pattern Recognition 136, 2023; code thuiar/MMSA",
    reading:
      "Follows the code of MMSA: it reads padding, its last step is the last of the padded " +
      "sequence, and vision is convolved with audio's kernel. Mode robust knows true lengths, bounds " +
      "labels by the protocol's range, and applies the last incomplete group of batches",
    limits:
      "Made for aligned data; other data are brought to the text's number of steps. Generated " +
      "unimodal labels are a means of training, not measurements",
  },
  year: 2023,
  needs: ["sequences"],
  settings: TETFN_SETTINGS,
  check({ modelDim, heads }) {
    if (modelDim % heads === 0 && modelDim >= 4) return;
    throw new UsageError(
      `Cannot set modelDim to ${modelDim}: expected a multiple of the ${heads} heads, 4 or more`,
    );
  },
  training: ({ mode }) =>
    mode === "robust" ? { applyTrailingGroup: true, decay: "decoupled" } : { monitor: "criterion" },
  warnings: (_, { labels }) => labels === null ? [] : oneSignWarning(labels),
  recorded: TETFN_RECORDED,
  create: (context) => new Tetfn(context),
};
