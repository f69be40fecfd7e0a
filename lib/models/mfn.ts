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
import { each, MODE, subnetTraining } from "./fusion/fusion_settings.ts";
import { delayed, GatedMemory, lastStep, ModalityLstms, TwoLayers } from "./fusion/memory.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { Network } from "./network.ts";
import { count, learningRate, oneOf, rate, weightDecay } from "./setting.ts";

const settings = {
  batchSize: count(each(128, 64, 32, 64), "samples of a batch", { search: [32, 64, 128] }),
  mode: MODE,
  steps: oneOf(
    ["mode", "means", "sequences"],
    "audio and vision as one mean step, repeated, or as sequences; reference has means",
  ),
  textHiddenSize: count(each(256, 128, 64, 128), "width of the text's LSTM"),
  audioHiddenSize: count(each(32, 32, 16, 16), "width of audio's LSTM"),
  visionHiddenSize: count(each(256, 128, 64, 128), "width of vision's LSTM"),
  memorySize: count(each(400, 128, 64, 400), "width of the memory", { search: [64, 128, 256] }),
  attentionDim: count(each(32, 128, 128, 32), "hidden width of the attention"),
  attentionDropout: rate(each(0.2, 0.2, 0.2, 0.2), "dropout of the attention"),
  proposalDim: count(each(64, 128, 128, 128), "hidden width of what is written to the memory"),
  proposalDropout: rate(each(0, 0.5, 0, 0.5), "dropout of what is written to the memory"),
  gamma1Dim: count(each(256, 256, 64, 32), "hidden width of the gate that keeps"),
  gamma1Dropout: rate(each(0.7, 0.7, 0.2, 0.5), "dropout of the gate that keeps"),
  gamma2Dim: count(each(32, 256, 64, 32), "hidden width of the gate that writes"),
  gamma2Dropout: rate(each(0.5, 0, 0.7, 0.2), "dropout of the gate that writes"),
  outDim: count(each(128, 128, 64, 64), "hidden width of the score"),
  outDropout: rate(each(0, 0.5, 0.7, 0.2), "dropout of the score"),
  learningRate: learningRate(each(2e-3, 5e-4, 1e-3, 1e-3), undefined, {
    search: { logUniform: [1e-4, 1e-2] },
  }),
  weightDecay: weightDecay(each(0, 1e-4, 0, 0)),
};

class Mfn extends Network<typeof settings> {
  readonly #lstms: ModalityLstms;
  readonly #attention: TwoLayers;
  readonly #memory: GatedMemory;
  readonly #out: TwoLayers;
  readonly #isRobust = this.settings.mode === "robust";

  constructor(context: ModelContext<typeof settings>) {
    super(context);
    const { settings, modalities } = this;
    const isMeans = settings.steps === "means" || (settings.steps === "mode" && !this.#isRobust);
    for (const modality of modalities) {
      this.reads[modality] = isMeans && modality !== "text" ? "mean" : "timeMajor";
    }
    const hidden = {
      text: settings.textHiddenSize,
      audio: settings.audioHiddenSize,
      vision: settings.visionHiddenSize,
    };
    const all = modalities.reduce((sum, name) => sum + hidden[name], 0);
    const part = (name: "attention" | "proposal" | "gamma1" | "gamma2" | "out") => ({
      width: settings[`${name}Dim`],
      dropout: settings[`${name}Dropout`],
    });
    this.#lstms = new ModalityLstms(this, this.widths, hidden, modalities);
    this.#attention = new TwoLayers(this, "att1", 2 * all, part("attention"), 2 * all);
    this.#memory = new GatedMemory(this, 2 * all, settings.memorySize, {
      proposal: part("proposal"),
      gamma1: part("gamma1"),
      gamma2: part("gamma2"),
    });
    this.#out = new TwoLayers(this, "out", all + settings.memorySize, part("out"), 1);
  }

  override get seesPadding(): boolean {
    return !this.#isRobust;
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const aligned = align(inputs, this.#isRobust);
    const states = this.#lstms.apply(aligned);
    const each = this.modalities.map((modality) => states[modality]!);
    // (53) c*_t = [c_{t−1}; c_t], (54) ĉ*_t = softmax(…) ⊙ c*_t
    const cells = tf.concat3d(each.map(({ cell }) => cell), 2);
    const pairs = tf.concat3d([delayed(cells), cells], 2);
    const [steps, batch, width] = pairs.shape;
    const rows = tf.reshape(pairs, [steps * batch, width]) as tf.Tensor2D;
    const attended = tf.mul(tf.softmax(this.#attention.apply(rows, noise)), rows);
    const summary = tf.reshape(attended, [steps, batch, width]) as tf.Tensor3D;
    const memory = this.#memory.apply(summary, aligned, this.#isRobust, noise);
    const last = each.map(({ hidden }) => lastStep(hidden, aligned.lengths));
    const fused = tf.concat2d([...last, memory], 1);
    const score = this.#out.apply(fused, noise);
    return {
      prediction: tf.reshape(score, [-1]),
      "feature.fusion": fused,
      ...alignedOutputs(aligned),
    };
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
    settings: (hyper) => {
      const [textHiddenSize, audioHiddenSize, visionHiddenSize] = hyper["hidden_dims"];
      return {
        steps: hyper["need_normalized"] ? "means" : "sequences",
        textHiddenSize,
        audioHiddenSize,
        visionHiddenSize,
        memorySize: hyper["memsize"],
        attentionDim: hyper["NN1Config"].shapes,
        proposalDim: hyper["NN2Config"].shapes,
        gamma1Dim: hyper["gamma1Config"].shapes,
        gamma2Dim: hyper["gamma2Config"].shapes,
        outDim: hyper["outConfig"].shapes,
        attentionDropout: hyper["NN1Config"].drop,
        proposalDropout: hyper["NN2Config"].drop,
        gamma1Dropout: hyper["gamma1Config"].drop,
        gamma2Dropout: hyper["gamma2Config"].drop,
        outDropout: hyper["outConfig"].drop,
        learningRate: hyper["learning_rate"],
        weightDecay: hyper["weight_decay"],
      };
    },
    outputs: (outputs) => ({ ...recordedAligned(outputs), L: outputs["feature.fusion"]! }),
  },
  create: (context) => new Mfn(context),
};
