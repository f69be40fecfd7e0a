/**
 * Settings that LF-DNN, TFN, LMF and their multi-task forms share, and those of MFN and Graph-MFN.
 *
 * Start values are those of MMSA's `config_regression.json`.
 *
 * @module
 */

import type { TrainingRules } from "../model.ts";
import {
  count,
  learningRate,
  number,
  oneOf,
  type PerDataset,
  rate,
  type SettingRule,
  type Start,
  weightDecay,
} from "../setting.ts";

/** What the two modes are. */
export const MODE: SettingRule<"reference" | "robust"> = oneOf(
  ["reference", "robust"],
  "reference is the published code, which counts padding as data; robust knows true lengths",
) as SettingRule<"reference" | "robust">;

/** Declarations without start values of their own, for the types of those that have. */
export const COMMON = {
  mode: MODE,
  textHiddenSize: count(128, "width of the text's LSTM", { search: [32, 64, 128] }),
  audioHiddenSize: count(32, "width of audio's subnet", { search: [16, 32] }),
  visionHiddenSize: count(128, "width of vision's subnet", { search: [32, 64, 128] }),
  audioDropout: rate(0.2, "dropout of audio's features", { search: { uniform: [0, 0.5] } }),
  visionDropout: rate(0.2, "dropout of vision's features", { search: { uniform: [0, 0.5] } }),
  learningRate: learningRate(1e-3, undefined, { search: { logUniform: [1e-4, 1e-2] } }),
};

/** Those of LF-DNN, TFN and their multi-task forms besides. */
export const FUSED = {
  textOut: count(32, "width of the text's vector"),
  postFusionDim: count(64, "width of the last layers"),
  fusionDropout: rate(0.3, "dropout of the fused vectors"),
};

/** Those of LMF and its multi-task form besides. */
export const LOW_RANK = {
  rank: count(4, "ranks of the product"),
  factorLearningRate: learningRate(1e-3, "step size of the factors of the product"),
  weightDecay: weightDecay(1e-3),
};

/** Those of the multi-task forms besides, as {@linkcode COMMON}. */
export const UNIMODAL = {
  postTextDim: count(32, "width of the text's head"),
  postAudioDim: count(16, "width of audio's head"),
  postVisionDim: count(32, "width of vision's head"),
  postTextDropout: rate(0.4, "dropout before the text's head"),
  postAudioDropout: rate(0.4, "dropout before audio's head"),
  postVisionDropout: rate(0.4, "dropout before vision's head"),
  weightM: number(1, "weight of the multimodal task in the loss", { from: 0 }),
  weightT: number(1, "weight of the text's task in the loss", { from: 0 }),
  weightA: number(1, "weight of audio's task in the loss", { from: 0 }),
  weightV: number(1, "weight of vision's task in the loss", { from: 0 }),
  textWeightDecay: weightDecay(0, "weight decay of the text's subnet"),
  audioWeightDecay: weightDecay(0, "weight decay of audio's subnet"),
  visionWeightDecay: weightDecay(0, "weight decay of vision's subnet"),
  weightDecay: weightDecay(0, "weight decay of all heads"),
};

/** Those of MFN and Graph-MFN, as {@linkcode COMMON}. */
export const MEMORY = {
  mode: MODE,
  textHiddenSize: count(128, "width of the text's LSTM"),
  audioHiddenSize: count(16, "width of audio's LSTM"),
  visionHiddenSize: count(128, "width of vision's LSTM"),
  memorySize: count(128, "width of the memory", { search: [64, 128, 256] }),
  proposalDim: count(64, "hidden width of what is written to the memory"),
  proposalDropout: rate(0.5, "dropout of what is written to the memory"),
  gamma1Dim: count(64, "hidden width of the gate that keeps"),
  gamma1Dropout: rate(0.5, "dropout of the gate that keeps"),
  gamma2Dim: count(64, "hidden width of the gate that writes"),
  gamma2Dropout: rate(0.5, "dropout of the gate that writes"),
  outDim: count(64, "hidden width of the score"),
  outDropout: rate(0.5, "dropout of the score"),
  learningRate: learningRate(1e-3, undefined, { search: { logUniform: [1e-4, 1e-2] } }),
  weightDecay: weightDecay(0),
};

/** Where the multi-task forms are from, for their cards. */
export const CH_SIMS =
  "Yu, Xu, Meng, Zhu, Ma, Wu, Zou, Yang: CH-SIMS: A Chinese Multimodal Sentiment Analysis Dataset " +
  "with Fine-grained Annotations of Modality, ACL 2020; code thuiar/MMSA";

/** One start value for each of MOSI, MOSEI, SIMS and SIMS v2. */
export function each<T extends number>(mosi: T, mosei: T, sims: T, simsv2: T): PerDataset<number> {
  return { mosi, mosei, sims, simsv2 };
}

/** Those of a model that needs human unimodal labels, which SIMS and SIMS v2 have. */
export function sims(first: number, second: number): PerDataset<number> {
  return { mosi: first, mosei: first, sims: first, simsv2: second };
}

/** Declarations with other start values. */
export function startingAt<Rules extends Readonly<Record<string, SettingRule>>>(
  rules: Rules,
  starts: { readonly [Name in keyof Rules]?: Start<number> },
): Rules {
  return Object.fromEntries(
    Object.entries(rules).map(([name, rule]) => {
      const start = starts[name];
      return [name, start === undefined ? rule : { ...rule, start }];
    }),
  ) as unknown as Rules;
}

/**
 * How MMSA trains these models, and how it should: decay in the gradient of Adam pulls small weights as
 * hard as large ones, which shrinks EF-LSTM with MMSA's settings for MOSI to a constant.
 */
export function subnetTraining({ mode }: { readonly mode: string }): Partial<TrainingRules> {
  return mode === "reference"
    ? { monitor: "criterion" }
    : { applyTrailingGroup: true, decay: "decoupled" };
}
