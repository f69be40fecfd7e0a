/**
 * MLF-DNN: LF-DNN that also learns the labels which people gave to each modality by itself.
 *
 * Source: Yu, Xu, Meng, Zhu, Ma, Wu, Zou, Yang, "CH-SIMS: A Chinese Multimodal Sentiment Analysis
 * Dataset with Fine-grained Annotations of Modality", ACL 2020 (2020.acl-main.343), and thuiar/MMSA,
 * `models/multiTask/MLF_DNN.py`, whose names the parameters carry. METHODS 6.1.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { COMMON, sims, startingAt, subnetTraining, UNIMODAL } from "./fusion/fusion_settings.ts";
import {
  SubnetNetwork,
  subnetOutputs,
  subnetSettings,
  unimodalSettings,
} from "./fusion/subnet_network.ts";
import { type Encoded, Head } from "./fusion/subnets.ts";
import type { ModelContext, NetworkDefinition, ParameterGroup } from "./model.ts";
import { count, rate } from "./setting.ts";

const settings = {
  batchSize: count(sims(32, 64), "samples of a batch", { search: [32, 64, 128] }),
  ...startingAt(COMMON, {
    textHiddenSize: sims(64, 128),
    visionHiddenSize: sims(64, 128),
    audioDropout: sims(0.3, 0.2),
    visionDropout: sims(0.3, 0.2),
    learningRate: sims(2e-3, 5e-3),
  }),
  textOut: count(32, "width of the text's vector"),
  postFusionDim: count(sims(32, 64), "width of the last layers"),
  fusionDropout: rate(sims(0.4, 0.3), "dropout of the vectors side by side"),
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

class MlfDnn extends SubnetNetwork<typeof settings> {
  readonly #head: Head;

  constructor(context: ModelContext<typeof settings>) {
    super(context, context.settings.textOut);
    const { postFusionDim, fusionDropout } = this.settings;
    const width = this.fusionOrder.reduce((sum, name) => sum + this.encodedWidths[name]!, 0);
    this.#head = new Head(this, "fusion", width, postFusionDim, fusionDropout);
  }

  override get groups(): ParameterGroup[] {
    const { learningRate, weightDecay } = this.settings;
    const parameters = this.ownNames("post_");
    return [...this.subnetGroups(), { name: "heads", learningRate, weightDecay, parameters }];
  }

  /** (45) f = [a; v; t] */
  fuse(encoded: Encoded, noise: DropoutNoise | null) {
    const fused = tf.concat2d(this.fusionOrder.map((name) => encoded[name]!), 1);
    return { prediction: this.#head.apply(fused, noise), fused };
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
    source:
      "Yu, Xu, Meng, Zhu, Ma, Wu, Zou, Yang: CH-SIMS: A Chinese Multimodal Sentiment Analysis " +
      "Dataset with Fine-grained Annotations of Modality, ACL 2020; code thuiar/MMSA",
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
      textOut: hyper["text_out"],
      postFusionDim: hyper["post_fusion_dim"],
      fusionDropout: hyper["post_dropouts"][3],
    }),
    outputs: subnetOutputs,
  },
  create: (context) => new MlfDnn(context),
};
