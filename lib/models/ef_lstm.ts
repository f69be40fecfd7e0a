/**
 * EF-LSTM: all modalities side by side at each step, through layers of an LSTM.
 *
 * Source: Williams, Kleinegesse, Comanescu, Radu, "Recognizing Emotions in Video Using Multimodal DNN
 * Feature Fusion", Challenge-HML 2018 (W18-3302), as thuiar/MMSA cites it; its code
 * `models/singleTask/EF_LSTM.py`, whose names the parameters carry. METHODS 6.2.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { BatchNorm } from "../nn/batch_norm.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import type { StackedLstm } from "../nn/stacked_lstm.ts";
import { align, alignedOutputs, recordedAligned } from "./fusion/aligned.ts";
import { each, MODE, subnetTraining } from "./fusion/fusion_settings.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { Network } from "./network.ts";
import { count, depth, learningRate, rate, weightDecay } from "./setting.ts";

const settings = {
  batchSize: count(each(32, 128, 128, 32), "samples of a batch", { search: [32, 64, 128] }),
  mode: MODE,
  hiddenSize: count(each(128, 256, 32, 128), "width of the LSTM", { search: [64, 128, 256] }),
  layers: depth(each(4, 2, 3, 3), "layers of the LSTM", { search: [1, 2, 3, 4] }),
  dropout: rate(each(0.5, 0.4, 0.5, 0.2), "dropout between layers and in the head", {
    search: { uniform: [0.1, 0.6] },
  }),
  learningRate: learningRate(each(1e-3, 5e-3, 5e-4, 5e-4), undefined, {
    search: { logUniform: [1e-4, 1e-2] },
  }),
  weightDecay: weightDecay(each(5e-3, 1e-4, 1e-3, 0)),
};

class EfLstm extends Network<typeof settings> {
  readonly #norm: BatchNorm;
  readonly #lstm: StackedLstm;
  readonly #head: readonly [Linear, Linear];
  /** Of the modality to which the others are brought. */
  readonly #steps: number | undefined;
  readonly #isRobust = this.settings.mode === "robust";

  constructor(context: ModelContext<typeof settings>) {
    super(context);
    const { hiddenSize, layers, dropout } = this.settings;
    for (const modality of this.modalities) this.reads[modality] = "timeMajor";
    const inputs = this.modalities.reduce((sum, name) => sum + this.widths[name]!, 0);
    this.#steps = context.steps?.[this.modalities[0]!];
    if (this.#steps === undefined && !this.#isRobust) {
      throw new UsageError(
        `Cannot make ef-lstm in mode reference: the number of steps of ${this.modalities[0]} is ` +
          "not known, expected it, since each step has a mean and a variance of its own",
      );
    }
    this.#norm = this.batchNorm("norm", this.#isRobust ? inputs : this.#steps!);
    const sizes = { inputs, hidden: hiddenSize, layers, dropout };
    this.#lstm = this.stackedLstm("lstm", sizes);
    this.#head = [
      this.linear("linear", hiddenSize, hiddenSize),
      this.linear("out", hiddenSize, 1),
    ];
  }

  override get seesPadding(): boolean {
    return !this.#isRobust;
  }

  override get boundSteps(): Readonly<Partial<Record<Modality, number>>> {
    return this.#isRobust ? {} : { [this.modalities[0]!]: this.#steps! };
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const aligned = align(inputs, this.#isRobust);
    const parts = this.modalities.map((name) => aligned.sequences[name]!);
    // (51) [t; a; v], normalized over each step in the published form, over each feature in the other
    const x = tf.concat3d(parts, 2);
    const normal = this.#isRobust
      ? this.#norm.apply(x, noise, 2, aligned.mask)
      : this.#norm.apply(x, noise, 0);
    const state = this.#lstm.apply(normal, aligned.lengths, "final", noise);
    const { dropout: share } = this.settings, [linear, out] = this.#head;
    const hidden = tf.relu(linear.apply(dropout(state, share, noise, "linear.dropout")));
    const score = out.apply(dropout(hidden, share, noise, "out.dropout"));
    return {
      prediction: tf.reshape(score, [-1]),
      "feature.fusion": hidden,
      ...alignedOutputs(aligned),
    };
  }
}

/** EF-LSTM, as `--model ef-lstm`. */
export const efLstm: NetworkDefinition<typeof settings> = {
  name: "ef-lstm",
  summary: "early fusion: all modalities side by side at each step, layers of an LSTM",
  kind: "network",
  year: 2018,
  needs: ["sequences"],
  card: {
    source: "Williams, Kleinegesse, Comanescu, Radu: Recognizing Emotions in Video Using " +
      "Multimodal DNN Feature Fusion, Challenge-HML 2018, as MMSA cites it; code thuiar/MMSA",
    reading: "Mode reference follows MMSA's code: batch normalization with a mean for each step, " +
      "over all features at once, and the state after the padding. Mode robust normalizes each " +
      "feature over true steps and takes the state at the true end",
    limits: "Modalities of other steps than the text's are averaged to them in groups; in mode " +
      "reference a trained network takes no more steps than its train data have. With its weight " +
      "decay in the gradient it may learn a constant, as published on SIMS",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: { hiddenSize: 256, layers: 2, dropout: 0.3, batchSize: 128, weightDecay: 1e-4 },
      mosei: { layers: 3 },
      sims: {},
      simsv2: {},
    },
  },
  training: subnetTraining,
  recorded: {
    kind: "ef_lstm",
    settings: (hyper) => ({
      hiddenSize: hyper["hidden_dims"],
      layers: hyper["num_layers"],
      dropout: hyper["dropout"],
      learningRate: hyper["learning_rate"],
      weightDecay: hyper["weight_decay"],
    }),
    outputs: recordedAligned,
  },
  create: (context) => new EfLstm(context),
};
