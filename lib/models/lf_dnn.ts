/**
 * LF-DNN: a vector for each modality, side by side, and three dense layers.
 *
 * Source: Cambria, Hazarika, Poria, Subramanyam, "Benchmarking Multimodal Sentiment Analysis",
 * CICLing 2017, as thuiar/MMSA cites it; its code `models/singleTask/LF_DNN.py`, whose names the
 * parameters carry. METHODS 6.1.
 *
 * @module
 */

import { ConcatFusion } from "./fusion/concat_fusion.ts";
import { COMMON, each, FUSED, startingAt, subnetTraining } from "./fusion/fusion_settings.ts";
import { fusedSettings, subnetOutputs, subnetSettings } from "./fusion/subnet_network.ts";
import type { NetworkDefinition } from "./model.ts";
import { count, weightDecay } from "./setting.ts";

const settings = {
  batchSize: count(each(128, 64, 128, 128), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    textHiddenSize: each(128, 128, 128, 64),
    audioHiddenSize: each(16, 32, 32, 32),
    visionHiddenSize: each(128, 128, 128, 64),
    audioDropout: each(0.2, 0.2, 0.3, 0.4),
    visionDropout: each(0.2, 0.2, 0.3, 0.4),
    learningRate: each(1e-3, 2e-3, 5e-3, 5e-3),
  }),
  ...startingAt(FUSED, {
    textOut: each(256, 128, 256, 256),
    postFusionDim: each(128, 128, 32, 32),
    fusionDropout: each(0.2, 0.2, 0.5, 0.4),
  }),
  weightDecay: weightDecay(each(0.01, 1e-3, 5e-3, 0)),
};

/** LF-DNN, as `--model lf-dnn`. */
export const lfDnn: NetworkDefinition<typeof settings> = {
  name: "lf-dnn",
  summary: "late fusion: a vector for each modality, side by side, and dense layers",
  kind: "network",
  year: 2017,
  needs: ["sequences"],
  card: {
    source: "Cambria, Hazarika, Poria, Subramanyam: Benchmarking Multimodal Sentiment Analysis, " +
      "CICLing 2017, as MMSA cites it; code thuiar/MMSA",
    reading:
      "Mode reference follows MMSA's code, whose means and last states count padding. Mode " +
      "robust takes true lengths",
    limits: "Audio and vision are one mean step: their order in time is lost",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: {
        textHiddenSize: 64,
        audioHiddenSize: 16,
        visionHiddenSize: 64,
        postFusionDim: 16,
        audioDropout: 0.4,
        visionDropout: 0.4,
        fusionDropout: 0.4,
      },
      mosei: {
        textHiddenSize: 64,
        audioHiddenSize: 32,
        visionHiddenSize: 64,
        textOut: 256,
        postFusionDim: 16,
        audioDropout: 0.4,
        visionDropout: 0.4,
        fusionDropout: 0.4,
        batchSize: 32,
        learningRate: 5e-4,
        weightDecay: 0.01,
      },
      sims: {},
      simsv2: {},
    },
  },
  training: subnetTraining,
  recorded: {
    kind: "lf_dnn",
    settings: (hyper) => ({
      ...subnetSettings(hyper),
      ...fusedSettings(hyper),
      weightDecay: hyper["weight_decay"],
    }),
    outputs: subnetOutputs,
  },
  create: (context) => new ConcatFusion(context),
};
