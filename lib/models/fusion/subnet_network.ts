/**
 * What LF-DNN, TFN, LMF and their multi-task forms have in common: a subnet for each modality, and,
 * of the multi-task forms, a head and a loss for each.
 *
 * @module
 */

import type { Modality } from "../../data/mod.ts";
import { tf } from "../../engine/mod.ts";
import type { DropoutNoise } from "../../nn/dropout.ts";
import { meanAbsoluteError } from "../../nn/losses/l1.ts";
import type {
  Hyper,
  Inputs,
  Loss,
  ModelContext,
  Outputs,
  ParameterGroup,
  Target,
} from "../model.ts";
import { Network } from "../network.ts";
import { UsageError } from "../../core/errors.ts";
import type { Setting, SettingRules, ValuesOf } from "../setting.ts";
import type { COMMON, UNIMODAL } from "./fusion_settings.ts";
import { CODE_NAME } from "./code_names.ts";
import { type Encoded, type Fused, Head, MeanSubnet, TextSubnet } from "./subnets.ts";

/** Order in which vectors are put together: the code's. */
export const FUSION_ORDER = ["audio", "vision", "text"] as const;
/** Short names of recorded outputs. */
const SHORT = { text: "t", audio: "a", vision: "v" } as const;
const TASK = { text: "T", audio: "A", vision: "V" } as const;

/** The settings that all of them declare. */
export type SubnetRules = SettingRules & typeof COMMON;

/** A network of subnets, whose fusion is left to the model. */
export abstract class SubnetNetwork<Rules extends SubnetRules> extends Network<Rules> {
  /** Width of the vector of each modality. */
  readonly encodedWidths: Readonly<Partial<Record<Modality, number>>>;
  readonly #subnets: Partial<Record<"audio" | "vision", MeanSubnet>> = {};
  readonly #text: TextSubnet | null = null;
  readonly #heads: Partial<Record<Modality, Head>> = {};

  /** @param textOut width of the text's vector */
  constructor(context: ModelContext<Rules>, textOut: number) {
    super(context);
    const settings = this.settings as ValuesOf<typeof COMMON & Partial<typeof UNIMODAL>>;
    const widths: Partial<Record<Modality, number>> = {};
    for (const modality of this.modalities) {
      const name = `${CODE_NAME[modality]}_subnet`, inputs = this.widths[modality]!;
      if (modality === "text") {
        this.reads.text = "timeMajor";
        const sizes = { inputs, hidden: settings.textHiddenSize, outputs: textOut };
        this.#text = new TextSubnet(this, name, sizes, settings.mode === "robust");
        widths.text = textOut;
        continue;
      }
      this.reads[modality] = "mean";
      const hidden = widths[modality] = settings[`${modality}HiddenSize`];
      const rate = settings[`${modality}Dropout`];
      this.#subnets[modality] = new MeanSubnet(this, name, inputs, hidden, rate);
    }
    this.encodedWidths = widths;
    // A multi-task form has the settings of unimodal heads.
    const { postTextDim, postAudioDim, postVisionDim } = settings;
    if (postTextDim === undefined) return;
    const dims = { text: postTextDim, audio: postAudioDim!, vision: postVisionDim! };
    const rates = {
      text: settings.postTextDropout!,
      audio: settings.postAudioDropout!,
      vision: settings.postVisionDropout!,
    };
    for (const modality of this.modalities) {
      const name = CODE_NAME[modality];
      const width = widths[modality]!;
      this.#heads[modality] = new Head(this, name, width, dims[modality], rates[modality]);
    }
  }

  override get seesPadding(): boolean {
    return (this.settings as ValuesOf<typeof COMMON>).mode === "reference";
  }

  /** The modalities in the order in which the code puts their vectors together. */
  get fusionOrder(): readonly Modality[] {
    return FUSION_ORDER.filter((modality) => this.modalities.includes(modality));
  }

  /** Groups of a multi-task form: each subnet with a decay of its own, and all heads. */
  taskGroups(weightDecay: number): ParameterGroup[] {
    const settings = this.settings as unknown as ValuesOf<typeof COMMON & typeof UNIMODAL>;
    const { learningRate } = settings;
    const subnets = this.modalities.map((modality) => ({
      name: modality,
      learningRate,
      weightDecay: settings[`${modality}WeightDecay`],
      parameters: this.ownNames(`${CODE_NAME[modality]}_subnet.`),
    }));
    const parameters = this.ownNames("post_");
    return [...subnets, { name: "heads", learningRate, weightDecay, parameters }];
  }

  /** Scores of the fused vectors, and the vector they were fused to. */
  abstract fuse(encoded: Encoded, noise: DropoutNoise | null): Fused;

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const encoded: Partial<Record<Modality, tf.Tensor2D>> = {};
    const outputs: Record<string, tf.Tensor> = {};
    for (const modality of this.modalities) {
      const made = encoded[modality] = modality === "text"
        ? this.#text!.apply(inputs.text as tf.Tensor3D, inputs.textLengths!, this.hasBert)
        : this.#subnets[modality]!.apply(inputs[modality] as tf.Tensor2D, noise);
      outputs[`feature.${modality}`] = made;
      const head = this.#heads[modality];
      if (head !== undefined) outputs[`score.${modality}`] = head.apply(made, noise);
    }
    const { prediction, fused } = this.fuse(encoded, noise);
    return { prediction, ...(fused === undefined ? {} : { "feature.fusion": fused }), ...outputs };
  }

  /** (50) Σ w_m mean |ŷ_m − y_m| of a multi-task form; else the mean absolute error */
  override loss(outputs: Outputs, target: Target): Loss {
    if (Object.keys(this.#heads).length === 0) return super.loss(outputs, target);
    const { weightM, weightT, weightA, weightV } = this
      .settings as unknown as ValuesOf<typeof UNIMODAL>;
    const weights = { text: weightT, audio: weightA, vision: weightV };
    const fusion = meanAbsoluteError(outputs.prediction, target.labels);
    const parts: Record<string, tf.Scalar> = { fusion };
    let total = tf.mul(fusion, weightM) as tf.Scalar;
    for (const modality of this.modalities) {
      const labels = target.labelsOf[modality];
      if (labels === undefined) {
        throw new UsageError(
          `Cannot train on unimodal labels: the data have none of people for ${modality}, ` +
            "expected one a sample for each modality in use",
        );
      }
      const part = meanAbsoluteError(outputs[`score.${modality}`] as tf.Tensor1D, labels);
      parts[modality] = part;
      total = tf.add(total, tf.mul(part, weights[modality]));
    }
    return { total, parts };
  }
}

/** Recorded outputs of all of them. */
export function subnetOutputs(outputs: Outputs, inputs: Inputs): Record<string, tf.Tensor> {
  const named: Record<string, tf.Tensor> = { M: outputs.prediction };
  const fused = outputs["feature.fusion"];
  if (fused !== undefined) named["Feature_f"] = fused;
  for (const modality of FUSION_ORDER) {
    const feature = outputs[`feature.${modality}`], score = outputs[`score.${modality}`];
    if (feature !== undefined) named[`Feature_${SHORT[modality]}`] = feature;
    if (score !== undefined) named[TASK[modality]] = score;
    if (modality !== "text" && inputs[modality]) named[`${modality}_in`] = inputs[modality]!;
  }
  return named;
}

/** Recorded settings of all of them. */
export function subnetSettings(hyper: Hyper): Record<string, Setting> {
  const [textHiddenSize, audioHiddenSize, visionHiddenSize] = hyper["hidden_dims"];
  const [audioDropout, visionDropout] = hyper["dropouts"];
  return {
    textHiddenSize,
    audioHiddenSize,
    visionHiddenSize,
    audioDropout,
    visionDropout,
    learningRate: hyper["learning_rate"],
  };
}

/** Recorded settings of those that have {@linkcode FUSED} besides. */
export function fusedSettings(hyper: Hyper): Record<string, Setting> {
  return {
    textOut: hyper["text_out"],
    postFusionDim: hyper["post_fusion_dim"],
    fusionDropout: (hyper["post_dropouts"] ?? hyper["dropouts"])[3],
  };
}

/** Recorded settings of the multi-task forms besides. */
export function unimodalSettings(hyper: Hyper): Record<string, Setting> {
  const [postTextDropout, postAudioDropout, postVisionDropout] = hyper["post_dropouts"];
  return {
    postTextDim: hyper["post_text_dim"],
    postAudioDim: hyper["post_audio_dim"],
    postVisionDim: hyper["post_video_dim"],
    postTextDropout,
    postAudioDropout,
    postVisionDropout,
    weightM: hyper["M"],
    weightT: hyper["T"],
    weightA: hyper["A"],
    weightV: hyper["V"],
    textWeightDecay: hyper["text_weight_decay"],
    audioWeightDecay: hyper["audio_weight_decay"],
    visionWeightDecay: hyper["video_weight_decay"],
    weightDecay: hyper["weight_decay"],
  };
}
