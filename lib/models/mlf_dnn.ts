/**
 * MLF-DNN: LF-DNN that also learns the labels which people gave to each modality by itself.
 *
 * Source: Yu, Xu, Meng, Zhu, Ma, Wu, Zou, Yang, "CH-SIMS: A Chinese Multimodal Sentiment Analysis
 * Dataset with Fine-grained Annotations of Modality", ACL 2020 (2020.acl-main.343), and thuiar/MMSA,
 * `models/multiTask/MLF_DNN.py`, whose names the parameters carry. METHODS 6.1.
 *
 * @module
 */

import { ConcatFusion } from "./fusion/concat_fusion.ts";
import {
  CH_SIMS,
  COMMON,
  FUSED,
  sims,
  startingAt,
  subnetTraining,
  UNIMODAL,
} from "./fusion/fusion_settings.ts";
import {
  fusedSettings,
  subnetOutputs,
  subnetSettings,
  unimodalSettings,
} from "./fusion/subnet_network.ts";
import type { NetworkDefinition, ParameterGroup } from "./model.ts";
import { count } from "./setting.ts";

const settings = {
  batchSize: count(sims(32, 64), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    textHiddenSize: sims(64, 128),
    visionHiddenSize: sims(64, 128),
    audioDropout: sims(0.3, 0.2),
    visionDropout: sims(0.3, 0.2),
    learningRate: sims(2e-3, 5e-3),
  }),
  ...startingAt(FUSED, { postFusionDim: sims(32, 64), fusionDropout: sims(0.4, 0.3) }),
  ...startingAt(UNIMODAL, {
    postTextDim: sims(16, 32),
    postAudioDim: 4,
    postVisionDim: sims(32, 64),
    postTextDropout: sims(0.4, 0.3),
    postAudioDropout: sims(0.4, 0.3),
    postVisionDropout: sims(0.4, 0.3),
    weightM: sims(0.6, 0.8),
    weightT: sims(0.2, 1),
    weightA: sims(0.8, 0.6),
    weightV: 0.8,
    textWeightDecay: sims(1e-4, 0),
    audioWeightDecay: sims(1e-3, 1e-5),
    visionWeightDecay: sims(1e-4, 1e-5),
    weightDecay: sims(0, 1e-4),
  }),
};

class MlfDnn extends ConcatFusion<typeof settings> {
  override get groups(): ParameterGroup[] {
    return this.taskGroups(this.settings.weightDecay);
  }
}

/** MLF-DNN, as `--model mlf-dnn`. */
export const mlfDnn: NetworkDefinition<typeof settings> = {
  name: "mlf-dnn",
  summary: "LF-DNN that also learns people's labels of each modality",
  kind: "network",
  year: 2020,
  needs: ["sequences", "humanLabels"],
  card: {
    source: CH_SIMS,
    reading: "Mode reference follows MMSA's code, whose means and last states count padding; the " +
      "best epoch is that of the weighted loss of all tasks. Mode robust takes true lengths and " +
      "the best epoch of the multimodal score",
    limits: "Needs labels of people for each modality by itself, which CH-SIMS has",
  },
  settings,
  training: subnetTraining,
  recorded: {
    kind: "mlf_dnn",
    settings: (hyper) => ({
      ...subnetSettings(hyper),
      ...unimodalSettings(hyper),
      ...fusedSettings(hyper),
    }),
    outputs: subnetOutputs,
  },
  create: (context) => new MlfDnn(context),
};
