/**
 * MTFN: TFN that also learns the labels which people gave to each modality by itself.
 *
 * Source: Yu, Xu, Meng, Zhu, Ma, Wu, Zou, Yang, "CH-SIMS: A Chinese Multimodal Sentiment Analysis
 * Dataset with Fine-grained Annotations of Modality", ACL 2020 (2020.acl-main.343), and thuiar/MMSA,
 * `models/multiTask/MTFN.py`, whose names the parameters carry. METHODS 6.1.
 *
 * @module
 */

import {
  CH_SIMS,
  COMMON,
  FUSED,
  sims,
  startingAt,
  subnetTraining,
  UNIMODAL,
} from "./fusion/fusion_settings.ts";
import { fusedSettings, subnetSettings, unimodalSettings } from "./fusion/subnet_network.ts";
import { TensorFusion, tensorOutputs } from "./fusion/tensor_fusion.ts";
import type { NetworkDefinition, ParameterGroup } from "./model.ts";
import { count } from "./setting.ts";

const settings = {
  batchSize: count(sims(64, 32), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    textHiddenSize: sims(256, 64),
    audioHiddenSize: sims(32, 16),
    visionHiddenSize: sims(256, 64),
    audioDropout: sims(0.2, 0.3),
    visionDropout: sims(0.2, 0.3),
    learningRate: sims(5e-3, 5e-4),
  }),
  ...startingAt(FUSED, {
    textOut: sims(256, 32),
    postFusionDim: 64,
    fusionDropout: sims(0.2, 0.5),
  }),
  ...startingAt(UNIMODAL, {
    postTextDim: sims(64, 16),
    postAudioDim: sims(4, 5),
    postVisionDim: sims(8, 64),
    postTextDropout: sims(0.2, 0.5),
    postAudioDropout: sims(0.2, 0.5),
    postVisionDropout: sims(0.2, 0.5),
    weightM: sims(0.6, 1),
    weightT: 0.4,
    weightA: sims(0, 0.4),
    weightV: sims(1, 0.8),
    textWeightDecay: sims(1e-3, 1e-5),
    audioWeightDecay: 1e-4,
    visionWeightDecay: sims(1e-5, 1e-4),
    weightDecay: sims(5e-3, 1e-2),
  }),
};

class Mtfn extends TensorFusion<typeof settings> {
  /** The code never reads the weight decay of its heads. */
  override get groups(): ParameterGroup[] {
    const { mode, weightDecay } = this.settings;
    return this.taskGroups(mode === "robust" ? weightDecay : 0);
  }
}

/** MTFN, as `--model mtfn`. */
export const mtfn: NetworkDefinition<typeof settings> = {
  name: "mtfn",
  summary: "TFN that also learns people's labels of each modality",
  kind: "network",
  year: 2020,
  needs: ["sequences", "humanLabels"],
  card: {
    source: CH_SIMS,
    reading:
      "Mode reference follows MMSA's code: scores in ±3, padding in means and last states, " +
      "no weight decay of the heads. Mode robust takes the protocol's range, true lengths, the " +
      "decay, and the best epoch of the multimodal score",
    limits: "Needs labels of people for each modality by itself; with the settings for SIMS its " +
      "first dense layer has 139.5 million weights",
  },
  settings,
  training: subnetTraining,
  recorded: {
    kind: "mtfn",
    settings: (hyper) => ({
      ...subnetSettings(hyper),
      ...unimodalSettings(hyper),
      ...fusedSettings(hyper),
    }),
    outputs: tensorOutputs,
  },
  create: (context) => new Mtfn(context),
};
