/**
 * MLMF: LMF that also learns the labels which people gave to each modality by itself.
 *
 * Source: Yu, Xu, Meng, Zhu, Ma, Wu, Zou, Yang, "CH-SIMS: A Chinese Multimodal Sentiment Analysis
 * Dataset with Fine-grained Annotations of Modality", ACL 2020 (2020.acl-main.343), and thuiar/MMSA,
 * `models/multiTask/MLMF.py`, whose names the parameters carry. METHODS 6.1.
 *
 * @module
 */

import {
  CH_SIMS,
  COMMON,
  LOW_RANK,
  sims,
  startingAt,
  subnetTraining,
  UNIMODAL,
} from "./fusion/fusion_settings.ts";
import { LowRankFusion } from "./fusion/low_rank_fusion.ts";
import { subnetOutputs, subnetSettings, unimodalSettings } from "./fusion/subnet_network.ts";
import type { NetworkDefinition, ParameterGroup } from "./model.ts";
import { count } from "./setting.ts";

const settings = {
  batchSize: count(sims(128, 64), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    textHiddenSize: sims(256, 64),
    audioHiddenSize: sims(32, 16),
    visionHiddenSize: sims(256, 64),
    audioDropout: 0.3,
    visionDropout: 0.3,
    learningRate: sims(1e-3, 5e-3),
  }),
  ...startingAt(LOW_RANK, { rank: sims(3, 6), factorLearningRate: sims(1e-3, 5e-4) }),
  ...startingAt(UNIMODAL, {
    postTextDim: sims(8, 16),
    postAudioDim: sims(4, 5),
    postVisionDim: sims(32, 16),
    weightM: sims(0.2, 0.4),
    weightT: sims(1, 0),
    weightA: 0.4,
    weightV: sims(0.8, 1),
    textWeightDecay: sims(1e-4, 0),
    audioWeightDecay: sims(0, 1e-5),
    visionWeightDecay: sims(1e-4, 1e-5),
    weightDecay: sims(5e-3, 1e-3),
  }),
};

class Mlmf extends LowRankFusion<typeof settings> {
  override get groups(): ParameterGroup[] {
    const { factorLearningRate: learningRate, weightDecay } = this.settings;
    const parameters = this.factorNames;
    return [
      ...this.taskGroups(weightDecay),
      { name: "factors", learningRate, weightDecay, parameters },
    ];
  }
}

/** MLMF, as `--model mlmf`. */
export const mlmf: NetworkDefinition<typeof settings> = {
  name: "mlmf",
  summary: "LMF that also learns people's labels of each modality",
  kind: "network",
  year: 2020,
  needs: ["sequences", "humanLabels"],
  card: {
    source: CH_SIMS,
    reading: "Mode reference follows MMSA's code, whose mix of ranks stays as it was drawn and " +
      "whose means and last states count padding. Mode robust trains the mix, takes true lengths " +
      "and the best epoch of the multimodal score",
    limits: "Needs labels of people for each modality by itself, which CH-SIMS has",
  },
  settings,
  training: subnetTraining,
  recorded: {
    kind: "mlmf",
    settings: (hyper) => ({
      ...subnetSettings(hyper),
      ...unimodalSettings(hyper),
      rank: hyper["rank"],
      factorLearningRate: hyper["factor_lr"],
    }),
    outputs: subnetOutputs,
  },
  create: (context) => new Mlmf(context),
};
