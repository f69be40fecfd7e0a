/**
 * Self-MM's settings, with their start values for each dataset.
 *
 * Sources: preset `mmsa` is MMSA's `config_regression.json`, preset `paper-repo` that of the
 * Self-MM repository. The authors say that the paper's own values are lost (Self-MM issue 2). Searches
 * look where the paper tuned (METHODS 1.5).
 *
 * @module
 */

import { LABEL_RANGES } from "../data/mod.ts";
import type { ModelDefinition } from "./model.ts";
import { count, flag, learningRate, number, oneOf, rate, weightDecay } from "./setting.ts";
import { textPooling } from "./text_pooling.ts";
import { UNIMODAL_TASKS } from "./unimodal_tasks.ts";

/** Declared once; the words of MMSA, in camelCase and with vision for its video. */
export const SELF_MM_SETTINGS = {
  batchSize: count({ mosi: 16, mosei: 32, sims: 32, simsv2: 16 }, "samples of a batch", {
    search: [16, 32],
  }),
  updateEpochs: count(4, "batches whose gradients are summed before each step of the optimizer"),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust bounds the label ratio, decouples weight decay and " +
      "applies the last incomplete group of batches",
  ),
  ...UNIMODAL_TASKS,
  distance: oneOf(["euclidean", "squared"], "to the class centres: of the code, or of the paper"),
  learningRateOther: learningRate(1e-3, "step size of all heads", { search: [1e-4, 1e-3] }),
  learningRateAudio: learningRate(
    { mosi: 5e-3, mosei: 5e-3, sims: 5e-3, simsv2: 1e-3 },
    "step size of audio's encoder",
    { search: [1e-4, 1e-3, 5e-3] },
  ),
  learningRateVision: learningRate(
    { mosi: 5e-3, mosei: 1e-4, sims: 5e-3, simsv2: 1e-3 },
    "step size of vision's encoder",
    { search: [1e-4, 1e-3, 5e-3] },
  ),
  weightDecayBert: weightDecay(
    { mosi: 1e-3, mosei: 1e-3, sims: 1e-3, simsv2: 1e-2 },
    "weight decay of the BERT's matrices",
  ),
  weightDecayAudio: weightDecay(
    { mosi: 1e-3, mosei: 0, sims: 1e-2, simsv2: 0 },
    "weight decay of audio's encoder",
    { search: [0, 0.001, 0.01] },
  ),
  weightDecayVision: weightDecay(
    { mosi: 1e-3, mosei: 0, sims: 1e-2, simsv2: 0 },
    "weight decay of vision's encoder",
    { search: [0, 0.001, 0.01] },
  ),
  weightDecayOther: weightDecay(
    { mosi: 1e-3, mosei: 1e-2, sims: 1e-3, simsv2: 1e-3 },
    "weight decay of all heads",
    { search: [0.001, 0.01] },
  ),
  textPooling,
  textLstmHiddenSize: count(64, "width of the text's LSTM, with textPooling lstm"),
  audioLstmHiddenSize: count(16, "width of audio's LSTM", { search: [16, 32] }),
  visionLstmHiddenSize: count({ mosi: 32, mosei: 32, sims: 64 }, "width of vision's LSTM", {
    search: [32, 64],
  }),
  audioLstmDropout: rate(0, "dropout on the last state of audio's LSTM"),
  visionLstmDropout: rate(0, "dropout on the last state of vision's LSTM"),
  audioOut: count(16, "width of F_a"),
  visionOut: count(32, "width of F_v"),
  postFusionDim: count(128, "width of F*_m", { search: [64, 128] }),
  postTextDim: count({ mosi: 32, mosei: 32, sims: 64 }, "width of F*_t", { search: [32, 64] }),
  postAudioDim: count({ mosi: 16, mosei: 16, sims: 16, simsv2: 32 }, "width of F*_a", {
    search: [16, 32],
  }),
  postVisionDim: count(32, "width of F*_v", { search: [16, 32] }),
  postFusionDropout: rate({ mosi: 0, mosei: 0.1, sims: 0 }, "dropout before F*_m", {
    search: [0, 0.1],
  }),
  postTextDropout: rate({ mosi: 0.1, mosei: 0, sims: 0.1, simsv2: 0 }, "dropout before F*_t", {
    search: [0, 0.1],
  }),
  postAudioDropout: rate({ mosi: 0.1, mosei: 0, sims: 0.1 }, "dropout before F*_a", {
    search: [0, 0.1],
  }),
  postVisionDropout: rate(0, "dropout before F*_v", { search: [0, 0.1] }),
  // MMSA has 3 for SIMSv2, but its labels lie in [-1, 1].
  H: number(
    {
      mosi: LABEL_RANGES.mosi.high,
      mosei: LABEL_RANGES.mosei.high,
      sims: LABEL_RANGES.sims.high,
    },
    "generated labels lie in [-H, H]",
    { above: 0 },
  ),
  excludeZero: flag(true, "whether zero labels belong to no class when centres are computed"),
};

/** The settings of the Self-MM repository: those of SIMS are MMSA's, but for zero labels. */
export const SELF_MM_PRESETS: NonNullable<ModelDefinition["presets"]> = {
  "paper-repo": {
    mosi: {
      excludeZero: false,
      batchSize: 32,
      learningRateAudio: 1e-3,
      learningRateVision: 1e-4,
      weightDecayAudio: 1e-2,
      audioLstmHiddenSize: 32,
      visionLstmHiddenSize: 64,
      postTextDim: 64,
      postFusionDropout: 0.1,
      postTextDropout: 0,
      postVisionDropout: 0.1,
    },
    mosei: {
      excludeZero: false,
      audioLstmHiddenSize: 32,
      postVisionDim: 16,
      postFusionDropout: 0,
      postTextDropout: 0.1,
      postVisionDropout: 0.1,
    },
    sims: { excludeZero: false },
    simsv2: { excludeZero: false },
  },
};
