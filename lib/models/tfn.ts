/**
 * The Tensor Fusion Network: the outer product of a vector of each modality.
 *
 * Source: Zadeh, Chen, Poria, Cambria, Morency, "Tensor Fusion Network for Multimodal Sentiment
 * Analysis", EMNLP 2017 (D17-1115), and thuiar/MMSA, `models/singleTask/TFN.py`, whose names the
 * parameters carry. METHODS 6.1.
 *
 * @module
 */

import { COMMON, each, FUSED, startingAt, subnetTraining } from "./fusion/fusion_settings.ts";
import { fusedSettings, subnetSettings } from "./fusion/subnet_network.ts";
import { TensorFusion, tensorOutputs } from "./fusion/tensor_fusion.ts";
import type { NetworkDefinition } from "./model.ts";
import { count } from "./setting.ts";

const settings = {
  batchSize: count(each(32, 128, 32, 128), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    audioHiddenSize: each(32, 16, 32, 32),
    audioDropout: each(0.3, 0.4, 0.4, 0.3),
    visionDropout: each(0.3, 0.4, 0.4, 0.3),
    learningRate: each(1e-3, 5e-3, 5e-4, 2e-3),
  }),
  ...startingAt(FUSED, {
    textOut: each(32, 128, 256, 128),
    postFusionDim: each(64, 16, 32, 32),
    fusionDropout: each(0.5, 0.4, 0.4, 0.5),
  }),
};

/** TFN, as `--model tfn`. */
export const tfn: NetworkDefinition<typeof settings> = {
  name: "tfn",
  summary: "the outer product of a vector of each modality",
  kind: "network",
  year: 2017,
  needs: ["sequences"],
  card: {
    source:
      "Zadeh, Chen, Poria, Cambria, Morency: Tensor Fusion Network for Multimodal Sentiment " +
      "Analysis, EMNLP 2017; code thuiar/MMSA",
    reading:
      "Mode reference follows MMSA's code: scores in ±3 on every dataset, padding in means " +
      "and last states. Mode robust takes the protocol's range and true lengths",
    limits: "The first dense layer has a weight for each product of three entries: 9 of 9.5 " +
      "million on MOSI, 35 million on SIMS",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: {
        audioHiddenSize: 16,
        textOut: 128,
        postFusionDim: 32,
        audioDropout: 0.2,
        visionDropout: 0.2,
        fusionDropout: 0.2,
        learningRate: 5e-4,
      },
      mosei: {
        textOut: 64,
        postFusionDim: 32,
        audioDropout: 0.3,
        visionDropout: 0.3,
        fusionDropout: 0.5,
        batchSize: 64,
        learningRate: 1e-3,
      },
      sims: {},
      simsv2: {},
    },
  },
  training: subnetTraining,
  recorded: {
    kind: "tfn",
    settings: (hyper) => ({
      ...subnetSettings(hyper),
      ...fusedSettings(hyper),
    }),
    outputs: tensorOutputs,
  },
  create: (context) => new TensorFusion(context),
};
