/**
 * The Memory Fusion Network: an LSTM for each modality, attention over two steps of their cells, a
 * gated memory.
 *
 * Source: Zadeh, Liang, Mazumder, Poria, Cambria, Morency, "Memory Fusion Network for Multi-view
 * Sequential Learning", AAAI 2018 (arXiv 1802.00927), and thuiar/MMSA, `models/singleTask/MFN.py`,
 * whose names the parameters carry. METHODS 6.2.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { align, alignedOutputs, recordedAligned } from "./fusion/aligned.ts";
import { each, MEMORY, startingAt, subnetTraining } from "./fusion/fusion_settings.ts";
import { delayed, TwoLayers } from "./fusion/memory.ts";
import { MemoryNetwork, memorySettings, twoLayers } from "./fusion/memory_network.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { count, oneOf, rate } from "./setting.ts";

const settings = {
  batchSize: count(each(128, 64, 32, 64), "samples of a batch", { search: [32, 64, 128] }),
  steps: oneOf(
    ["mode", "means", "sequences"],
    "audio and vision as one mean step, repeated, or as sequences; reference has means",
  ),
  attentionDim: count(each(32, 128, 128, 32), "hidden width of the attention"),
  attentionDropout: rate(each(0.2, 0.2, 0.2, 0.2), "dropout of the attention"),
  ...startingAt(MEMORY, {
    textHiddenSize: each(256, 128, 64, 128),
    audioHiddenSize: each(32, 32, 16, 16),
    visionHiddenSize: each(256, 128, 64, 128),
    memorySize: each(400, 128, 64, 400),
    proposalDim: each(64, 128, 128, 128),
    proposalDropout: each(0, 0.5, 0, 0.5),
    gamma1Dim: each(256, 256, 64, 32),
    gamma1Dropout: each(0.7, 0.7, 0.2, 0.5),
    gamma2Dim: each(32, 256, 64, 32),
    gamma2Dropout: each(0.5, 0, 0.7, 0.2),
    outDim: each(128, 128, 64, 64),
    outDropout: each(0, 0.5, 0.7, 0.2),
    learningRate: each(2e-3, 5e-4, 1e-3, 1e-3),
    weightDecay: each(0, 1e-4, 0, 0),
  }),
};

class Mfn extends MemoryNetwork<typeof settings> {
  readonly #attention: TwoLayers;

  constructor(context: ModelContext<typeof settings>) {
    super(context, (hiddenOfAll) => 2 * hiddenOfAll);
    const { steps, attentionDim, attentionDropout } = this.settings;
    const isMeans = steps === "means" || (steps === "mode" && !this.isRobust);
    for (const modality of this.modalities) {
      if (isMeans && modality !== "text") this.reads[modality] = "mean";
    }
    const hidden = { width: attentionDim, dropout: attentionDropout }, pair = 2 * this.hiddenOfAll;
    this.#attention = new TwoLayers(this, "att1", pair, hidden, pair);
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const aligned = align(inputs, this.isRobust);
    const states = this.lstms.apply(aligned, this.hasBert);
    const each = this.modalities.map((modality) => states[modality]!);
    // (53) c*_t = [c_{t−1}; c_t], (54) ĉ*_t = softmax(…) ⊙ c*_t
    const cells = tf.concat3d(each.map(({ cell }) => cell), 2);
    const pairs = tf.concat3d([delayed(cells), cells], 2);
    const [steps, batch, width] = pairs.shape;
    const rows = tf.reshape(pairs, [steps * batch, width]) as tf.Tensor2D;
    const attended = tf.mul(tf.softmax(this.#attention.apply(rows, noise)), rows);
    const summary = tf.reshape(attended, [steps, batch, width]) as tf.Tensor3D;
    const hiddens = each.map(({ hidden }) => hidden);
    const { prediction, fused } = this.scored(hiddens, summary, aligned, noise);
    return { prediction, "feature.fusion": fused, ...alignedOutputs(aligned) };
  }
}

/** MFN, as `--model mfn`. */
export const mfn: NetworkDefinition<typeof settings> = {
  name: "mfn",
  summary: "an LSTM for each modality, attention over two steps of cells, a memory",
  kind: "network",
  year: 2018,
  needs: ["sequences"],
  card: {
    source: "Zadeh, Liang, Mazumder, Poria, Cambria, Morency: Memory Fusion Network for " +
      "Multi-view Sequential Learning, AAAI 2018; code thuiar/MMSA",
    reading:
      "Mode reference follows MMSA's code, which averages audio and vision to one step and " +
      "repeats it; steps sequences gives the paper's reading. Mode robust has sequences, and " +
      "states that stay beyond the true length",
    limits: "Modalities of other steps than the text's are averaged to them in groups",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: {
        textHiddenSize: 128,
        visionHiddenSize: 128,
        attentionDim: 128,
        proposalDropout: 0.7,
        gamma1Dim: 64,
        gamma1Dropout: 0,
        gamma2Dim: 256,
        gamma2Dropout: 0,
        outDim: 256,
        outDropout: 0.2,
        batchSize: 64,
        learningRate: 1e-3,
      },
      mosei: {
        audioHiddenSize: 16,
        memorySize: 256,
        attentionDim: 32,
        attentionDropout: 0.7,
        proposalDim: 256,
        proposalDropout: 0.2,
        gamma1Dropout: 0.2,
        gamma2Dim: 256,
        gamma2Dropout: 0,
        outDim: 128,
        outDropout: 0,
        batchSize: 32,
        learningRate: 2e-3,
        weightDecay: 0,
      },
      sims: {},
      simsv2: {},
    },
  },
  training: subnetTraining,
  recorded: {
    kind: "mfn",
    settings: (hyper) => ({
      ...memorySettings(hyper),
      steps: hyper["need_normalized"] ? "means" : "sequences",
      ...twoLayers("attention", hyper["NN1Config"]),
      ...twoLayers("proposal", hyper["NN2Config"]),
    }),
    outputs: (outputs) => ({ ...recordedAligned(outputs), L: outputs["feature.fusion"]! }),
  },
  create: (context) => new Mfn(context),
};
