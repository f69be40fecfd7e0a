/**
 * TETFN's settings, with their start values for each dataset.
 *
 * Source: thuiar/MMSA, `config_regression.json` at a94e65d.
 *
 * @module
 */

import { each } from "../fusion/fusion_settings.ts";
import { count, flag, heads, learningRate, number, oneOf, rate, weightDecay } from "../setting.ts";

/** Declared once; the words of MMSA, in camelCase and with vision for its video. */
export const TETFN_SETTINGS = {
  batchSize: count(each(64, 32, 64, 64), "samples of a batch", { search: [16, 32, 64] }),
  updateEpochs: count(4, "batches whose gradients are summed before each step of the optimizer"),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust knows true lengths, uses vision's own kernel, bounds " +
      "labels by the protocol's range and their ratio, decouples weight decay and applies the last " +
      "incomplete group of batches",
  ),
  modelDim: count(50, "width of the encoders; a multiple of heads", { search: [30, 40, 50] }),
  heads: heads(5, "attention heads of every encoder"),
  audioLstmHiddenSize: count(each(16, 32, 16, 16), "width of audio's LSTM", { search: [16, 32] }),
  visionLstmHiddenSize: count(each(64, 32, 64, 32), "width of vision's LSTM", {
    search: [32, 64],
  }),
  textKernel: count(each(1, 1, 3, 5), "steps that the text's convolution spans"),
  audioKernel: count(
    each(1, 1, 5, 3),
    "steps that audio's convolution spans, and vision's in reference",
  ),
  visionKernel: count(each(3, 1, 1, 1), "steps that vision's convolution spans in mode robust"),
  attentionDropout: rate(each(0.1, 0.1, 0, 0.1), "dropout of attention to the text"),
  audioAttentionDropout: rate(each(0, 0, 0.1, 0), "dropout of attention to audio"),
  visionAttentionDropout: rate(each(0.1, 0.1, 0, 0.1), "dropout of attention to vision"),
  reluDropout: rate(each(0, 0.1, 0.1, 0), "dropout of the hidden units of layers"),
  embedDropout: rate(each(0, 0.1, 0, 0), "dropout of the steps that enter an encoder"),
  residualDropout: rate(each(0.1, 0, 0, 0.1), "dropout of both parts of a layer"),
  postFusionDim: count(each(64, 64, 64, 128), "width of F*_m", { search: [64, 128] }),
  postTextDim: count(each(32, 64, 64, 64), "width of F*_t", { search: [32, 64] }),
  postAudioDim: count(each(32, 32, 16, 16), "width of F*_a", { search: [16, 32] }),
  postVisionDim: count(each(16, 16, 32, 32), "width of F*_v", { search: [16, 32] }),
  postFusionDropout: rate(each(0, 0, 0.1, 0.1), "dropout before F*_m", { search: [0, 0.1] }),
  postTextDropout: rate(each(0, 0.1, 0, 0.1), "dropout before F*_t", { search: [0, 0.1] }),
  postAudioDropout: rate(0, "dropout before F*_a", { search: [0, 0.1] }),
  postVisionDropout: rate(each(0, 0.1, 0, 0), "dropout before F*_v", { search: [0, 0.1] }),
  learningRateBert: learningRate(each(3e-5, 3e-5, 3e-5, 5e-6), "step size of the BERT"),
  learningRateAudio: learningRate(
    each(5e-4, 1e-3, 3e-3, 5e-4),
    "step size of audio's LSTM and convolution",
  ),
  learningRateVision: learningRate(
    each(3e-4, 5e-3, 5e-4, 5e-3),
    "step size of vision's LSTM and convolution",
  ),
  learningRateOther: learningRate(each(3e-4, 1e-4, 3e-3, 3e-4), "step size of everything else", {
    search: { logUniform: [1e-4, 3e-3] },
  }),
  weightDecayBert: weightDecay(0.001, "weight decay of the BERT's matrices"),
  weightDecayAudio: weightDecay(each(0.01, 0, 0, 0.001), "weight decay of audio's encoder"),
  weightDecayVision: weightDecay(each(0, 0.001, 0.01, 0.001), "weight decay of vision's encoder"),
  weightDecayOther: weightDecay(each(0.01, 0.01, 0.001, 0.001), "weight decay of the rest"),
  H: number(3, "generated labels lie in [-H, H]; in mode robust no further than the protocol's", {
    above: 0,
  }),
  excludeZero: flag(true, "whether zero labels belong to no class when centres are computed"),
};
