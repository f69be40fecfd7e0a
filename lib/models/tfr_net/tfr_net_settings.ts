/**
 * TFR-Net's settings, with their start values for each dataset.
 *
 * Source: thuiar/MMSA, `config_regression.json` at a94e65d, which has none of CH-SIMS v2.
 *
 * @module
 */

import type { PerDataset } from "../setting.ts";
import { count, depth, heads, learningRate, number, oneOf, rate, weightDecay } from "../setting.ts";

function each(mosi: number, mosei: number, sims: number): PerDataset<number> {
  return { mosi, mosei, sims };
}

/** Declared once; the words of MMSA, in camelCase. */
export const TFR_NET_SETTINGS = {
  batchSize: count(each(24, 24, 16), "samples of a batch", { search: [16, 24, 32] }),
  updateEpochs: count(4, "batches after which the sum of gradients starts anew"),
  earlyStop: count(6, "epochs without improvement on valid after which training stops"),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust knows true lengths, lets other steps be missing in each " +
      "epoch and none outside training, and rebuilds a sample from itself alone",
  ),
  missingRate: rate(0.2, "share of steps and words that are missing", { search: [0.1, 0.2, 0.4] }),
  missingSeed: count(1111, "seed of what is missing in mode reference", { from: 0 }),
  unknownToken: count(100, "id of [UNK], which stands for a missing word", { from: 0 }),
  modelDim: count(30, "width of the encoders; a multiple of heads", { search: [30, 40] }),
  heads: heads(6, "attention heads of the encoders"),
  levels: depth(each(3, 3, 2), "layers of the cross-modal encoders", { search: [2, 3, 4] }),
  temporalHeads: heads(
    25,
    "most attention heads of what rebuilds in mode reference; they divide the number of steps",
  ),
  textKernel: count(1, "steps that the text's convolution spans, an odd number"),
  audioKernel: count(5, "steps that audio's convolution spans, an odd number"),
  visionKernel: count(3, "steps that vision's convolution spans, an odd number"),
  gruLayers: depth(3, "layers of recurrent units"),
  textHiddenSize: count(36, "width of the text's vector, and of its recurrent units each way"),
  audioHiddenSize: count(20, "width of audio's vector, and of its recurrent units each way"),
  visionHiddenSize: count(48, "width of vision's vector, and of its recurrent units each way"),
  classifierDim: count(128, "width of the last hidden layer", { search: [64, 128] }),
  textDropout: rate(0.2, "dropout of the text's features"),
  attentionDropout: rate(0.2, "dropout of attention to the text"),
  audioAttentionDropout: rate(0.1, "dropout of attention to audio"),
  visionAttentionDropout: rate(0, "dropout of attention to vision"),
  reluDropout: rate(each(0.2, 0.2, 0), "dropout of the hidden units of layers"),
  embedDropout: rate(each(0.2, 0.2, 0.1), "dropout of the steps that enter an encoder"),
  residualDropout: rate(0.2, "dropout of both parts of a layer"),
  fusionDropout: rate(0.2, "dropout of the modalities' vectors"),
  classifierDropout: rate(each(0, 0, 0.1), "dropout of the last hidden layer"),
  textGeneration: number(each(5, 5e-6, 1), "weight of rebuilding the text", { from: 0 }),
  audioGeneration: number(each(2, 2e-6, 0.01), "weight of rebuilding audio", { from: 0 }),
  visionGeneration: number(each(20, 2e-5, 1e-4), "weight of rebuilding vision", { from: 0 }),
  similarity: number(5, "weight of central moments in what is rebuilt", { from: 0 }),
  gradClip: number(0.8, "largest entry of a gradient; 0 is off", { from: 0 }),
  patience: count(each(5, 5, 10), "epochs without a better loss before the rate falls to a tenth", {
    from: 0,
  }),
  learningRate: learningRate(each(1e-3, 2e-3, 2e-3), "step size of all but the BERT", {
    search: { logUniform: [3e-4, 3e-3] },
  }),
  learningRateBert: learningRate(each(2e-6, 1e-5, 1e-5), "step size of the BERT"),
  weightDecay: weightDecay(1e-3, "weight decay of all but the BERT"),
  weightDecayBert: weightDecay(1e-4, "weight decay of the BERT's matrices"),
};
