/**
 * Low-rank Multimodal Fusion: the outer product of all modalities in few ranks.
 *
 * Source: Liu, Shen, Lakshminarasimhan, Liang, Zadeh, Morency, "Efficient Low-rank Multimodal Fusion
 * with Modality-Specific Factors", ACL 2018 (P18-1209), and thuiar/MMSA,
 * `models/singleTask/LMF.py`, whose names the parameters carry. METHODS 6.1.
 *
 * @module
 */

import { COMMON, each, LOW_RANK, startingAt, subnetTraining } from "./fusion/fusion_settings.ts";
import { LowRankFusion } from "./fusion/low_rank_fusion.ts";
import { subnetOutputs, subnetSettings } from "./fusion/subnet_network.ts";
import type { NetworkDefinition, ParameterGroup } from "./model.ts";
import { count } from "./setting.ts";

const settings = {
  batchSize: count(each(64, 32, 64, 32), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    textHiddenSize: each(128, 128, 64, 64),
    audioHiddenSize: each(16, 16, 16, 32),
    visionHiddenSize: each(128, 128, 64, 64),
    audioDropout: each(0.3, 0.2, 0.2, 0.3),
    visionDropout: each(0.3, 0.2, 0.2, 0.3),
    learningRate: each(1e-3, 1e-3, 2e-3, 2e-3),
  }),
  ...startingAt(LOW_RANK, {
    rank: each(3, 4, 4, 4),
    factorLearningRate: each(1e-3, 1e-3, 5e-4, 5e-4),
    weightDecay: each(5e-3, 1e-3, 5e-3, 1e-4),
  }),
};

class Lmf extends LowRankFusion<typeof settings> {
  override get groups(): ParameterGroup[] {
    const { learningRate, factorLearningRate, weightDecay } = this.settings;
    const parameters = this.factorNames;
    const others = this.ownNames().filter((name) => !parameters.includes(name));
    return [
      { name: "factors", learningRate: factorLearningRate, weightDecay, parameters },
      { name: "other", learningRate, weightDecay, parameters: others },
    ];
  }
}

/** LMF, as `--model lmf`. */
export const lmf: NetworkDefinition<typeof settings> = {
  name: "lmf",
  summary: "the outer product of all modalities in few ranks",
  kind: "network",
  year: 2018,
  needs: ["sequences"],
  card: {
    source: "Liu, Shen, Lakshminarasimhan, Liang, Zadeh, Morency: Efficient Low-rank Multimodal " +
      "Fusion with Modality-Specific Factors, ACL 2018; code thuiar/MMSA",
    reading:
      "Mode reference follows the code, whose mix of ranks stays as it was drawn and whose " +
      "means and last states count padding. Mode robust trains the mix and takes true lengths",
    limits: "A score is a sum of few products: what is in no rank is not seen",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: {
        textHiddenSize: 256,
        audioHiddenSize: 32,
        visionHiddenSize: 256,
        rank: 4,
        batchSize: 32,
        weightDecay: 1e-4,
      },
      mosei: {
        audioDropout: 0.4,
        visionDropout: 0.4,
        rank: 5,
        batchSize: 64,
        learningRate: 5e-4,
        factorLearningRate: 1e-4,
        weightDecay: 5e-3,
      },
      sims: {
        textHiddenSize: 256,
        audioHiddenSize: 32,
        visionHiddenSize: 256,
        rank: 3,
        batchSize: 32,
        factorLearningRate: 1e-3,
      },
      simsv2: {},
    },
  },
  training: subnetTraining,
  recorded: {
    kind: "lmf",
    settings: (hyper) => ({
      ...subnetSettings(hyper),
      rank: hyper["rank"],
      factorLearningRate: hyper["factor_lr"],
      weightDecay: hyper["weight_decay"],
    }),
    outputs: subnetOutputs,
  },
  create: (context) => new Lmf(context),
};
