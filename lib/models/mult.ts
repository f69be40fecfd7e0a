/**
 * The Multimodal Transformer: each modality attends to each other one, unaligned.
 *
 * Source: Tsai, Bai, Liang, Kolter, Morency, Salakhutdinov, "Multimodal Transformer for Unaligned
 * Multimodal Language Sequences", ACL 2019 (P19-1656), and thuiar/MMSA, `models/singleTask/MULT.py`,
 * whose names the parameters carry. METHODS 6.3.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Conv1d } from "../nn/conv.ts";
import { CrossModalEncoder } from "../nn/cross_modal_encoder.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { maskSteps } from "../nn/mask.ts";
import { convolved, lastOf, scoreBias, type Sequence } from "../nn/sequence.ts";
import { LETTER } from "./fusion/code_names.ts";
import { each, MODE } from "./fusion/fusion_settings.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { Network } from "./network.ts";
import { count, depth, flag, learningRate, number, oneOf, rate } from "./setting.ts";

/** Layers of the encoders after the cross-modal ones, at least. */
const LEAST_MEMORY_LAYERS = 3;

const settings = {
  batchSize: count(each(16, 4, 16, 16), "samples of a batch", { search: [4, 8, 16] }),
  updateEpochs: count(8, "batches whose gradients are summed before each step of the optimizer"),
  mode: MODE,
  modelDim: count(each(50, 30, 50, 30), "width of the encoders; a multiple of heads", {
    search: [30, 40, 60],
  }),
  heads: count(each(10, 6, 10, 6), "attention heads of every encoder"),
  levels: depth(each(4, 4, 2, 4), "layers of the cross-modal encoders", { search: [2, 3, 4] }),
  textKernel: count(5, "steps that the text's convolution spans"),
  audioKernel: count(each(5, 1, 1, 3), "steps that audio's convolution spans"),
  visionKernel: count(each(5, 3, 1, 1), "steps that vision's convolution spans"),
  band: flag(true, "whether a step sees no steps that lie further ahead than lengths differ"),
  positions: oneOf(["mode", "none", "sinusoids"], "of steps; reference has none, robust sinusoids"),
  attentionDropout: rate(each(0.3, 0.4, 0.2, 0.1), "dropout of attention to the text"),
  audioAttentionDropout: rate(each(0.2, 0, 0.1, 0.2), "dropout of attention to audio"),
  visionAttentionDropout: rate(0, "dropout of attention to vision"),
  reluDropout: rate(each(0, 0, 0, 0.1), "dropout of the hidden units of layers"),
  embedDropout: rate(each(0.2, 0, 0.1, 0.2), "dropout of the steps that enter an encoder"),
  residualDropout: rate(each(0, 0, 0.2, 0), "dropout of both parts of a layer"),
  textDropout: rate(each(0.5, 0.3, 0.3, 0.5), "dropout of the text's features"),
  outputDropout: rate(each(0.5, 0.5, 0.1, 0.3), "dropout of the last hidden layer"),
  clip: number(
    each(0.6, 0.6, 0.6, 1),
    "largest gradient: its entries', in mode robust its norm; 0 is off",
    {
      from: 0,
    },
  ),
  patience: count(
    each(5, 20, 10, 10),
    "epochs without a better loss before the rate falls to a tenth",
    {
      from: 0,
    },
  ),
  learningRate: learningRate(each(2e-3, 5e-4, 2e-3, 5e-4), undefined, {
    search: { logUniform: [1e-4, 5e-3] },
  }),
};

class Mult extends Network<typeof settings> {
  readonly #convolutions: Partial<Record<Modality, Conv1d>> = {};
  /** By query, then by key. */
  readonly #cross = new Map<Modality, readonly (readonly [Modality, CrossModalEncoder])[]>();
  readonly #memory = new Map<Modality, CrossModalEncoder>();
  readonly #head: readonly [Linear, Linear, Linear];
  readonly #isRobust = this.settings.mode === "robust";

  constructor(context: ModelContext<typeof settings>) {
    super(context);
    const { settings, modalities, widths } = this;
    const { modelDim, heads, levels } = settings;
    const kernels = {
      text: settings.textKernel,
      audio: settings.audioKernel,
      vision: settings.visionKernel,
    };
    for (const modality of modalities) {
      const sizes = { inputs: widths[modality]!, outputs: modelDim, size: kernels[modality] };
      const name = `proj_${LETTER[modality]}`;
      this.#convolutions[modality] = this.conv1d(name, { ...sizes, bias: false }, "valid");
    }
    const attention = {
      text: settings.attentionDropout,
      audio: settings.audioAttentionDropout,
      vision: settings.visionAttentionDropout,
    };
    const positions = settings.positions === "sinusoids" ||
      (settings.positions === "mode" && this.#isRobust);
    const encoder = (name: string, width: number, layers: number, drop: number) =>
      new CrossModalEncoder(this, name, {
        width,
        heads,
        layers,
        positions,
        dropout: {
          embed: settings.embedDropout,
          attention: drop,
          residual: settings.residualDropout,
          relu: settings.reluDropout,
        },
      });
    const others = Math.max(1, modalities.length - 1);
    for (const query of modalities) {
      const keys = modalities.filter((key) => key !== query);
      // The code has audio before vision for text, and text first for the others.
      this.#cross.set(
        query,
        keys.map((key) => {
          const name = `trans_${LETTER[query]}_with_${LETTER[key]}`;
          return [key, encoder(name, modelDim, levels, attention[key])] as const;
        }),
      );
      const layers = Math.max(levels, LEAST_MEMORY_LAYERS);
      const name = `trans_${LETTER[query]}_mem`;
      this.#memory.set(query, encoder(name, others * modelDim, layers, attention.text));
    }
    const width = modalities.length * others * modelDim;
    this.#head = [
      this.linear("proj1", width, width),
      this.linear("proj2", width, width),
      this.linear("out_layer", width, 1),
    ];
  }

  override get seesPadding(): boolean {
    return !this.#isRobust;
  }

  /** A convolution is left out where the data have the encoders' width already. */
  override get idle(): readonly string[] {
    const skipped = this.modalities.filter((modality) => this.#isSkipped(modality));
    return [...super.idle, ...skipped.map((modality) => `proj_${LETTER[modality]}.weight`)];
  }

  #isSkipped(modality: Modality): boolean {
    return this.widths[modality] === this.settings.modelDim;
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const projected: Partial<Record<Modality, Sequence>> = {};
    for (const modality of this.modalities) {
      projected[modality] = this.#project(inputs, modality, noise);
    }
    const outputs: Record<string, tf.Tensor> = {};
    const last: tf.Tensor2D[] = [];
    for (const [query, encoders] of this.#cross) {
      const own = projected[query]!;
      // (62) E(q; k) for each other modality, side by side
      const seen = encoders.map(([key, encoder]) => {
        const other = projected[key]!;
        const made = encoder.apply(own.x, other.x, this.#bias(own, other), noise);
        outputs[`trans_${LETTER[query]}_with_${LETTER[key]}`] = made;
        return made;
      });
      const joined = seen.length === 0 ? own.x : tf.concat3d(seen, 2);
      const memory = this.#memory.get(query)!.apply(joined, null, this.#bias(own, own), noise);
      outputs[`trans_${LETTER[query]}_mem`] = memory;
      const { lengths } = own;
      last.push(outputs[`feature.${query}`] = lastOf({ x: memory, lengths }, this.#isRobust));
    }
    // (65) r + Lin(ReLU(Lin(r)))
    const r = tf.concat2d(last, 1), [first, second, out] = this.#head;
    const hidden = tf.relu(first.apply(r));
    const kept = dropout(hidden, this.settings.outputDropout, noise, "proj1.dropout");
    const score = out.apply(tf.add(r, second.apply(kept)));
    return { prediction: tf.reshape(score, [-1]), "feature.fusion": r, ...outputs };
  }

  /** (61) a convolution without bias, [batch, time, in] → [batch, time − size + 1, width] */
  #project(inputs: Inputs, modality: Modality, noise: DropoutNoise | null): Sequence {
    let x = inputs[modality] as tf.Tensor3D;
    const lengths = inputs[`${modality}Lengths`]!;
    if (this.#isRobust) x = maskSteps(x, lengths);
    if (modality === "text") x = dropout(x, this.settings.textDropout, noise, "text.dropout");
    return this.#isSkipped(modality)
      ? { x, lengths }
      : convolved({ x, lengths }, this.#convolutions[modality]!);
  }

  /** (64) what keeps a step from seeing others */
  #bias(query: Sequence, key: Sequence): tf.Tensor {
    return scoreBias(query, key, { isTrue: this.#isRobust, isBand: this.settings.band });
  }
}

/** MulT, as `--model mult`. */
export const mult: NetworkDefinition<typeof settings> = {
  name: "mult",
  summary: "the Multimodal Transformer: each modality attends to each other one",
  kind: "network",
  year: 2019,
  needs: ["sequences"],
  card: {
    source: "Tsai, Bai, Liang, Kolter, Morency, Salakhutdinov: Multimodal Transformer for " +
      "Unaligned Multimodal Language Sequences, ACL 2019; code thuiar/MMSA",
    reading:
      "Mode reference follows MMSA's code of today: no positions, attention to padding, the " +
      "last step of the padded sequence, gradients clipped by value on the running sum. Mode " +
      "robust has key masks, positions, the last true step and clips by norm",
    limits: "Time and memory grow with the product of two lengths",
  },
  settings,
  presets: {
    "mmsa-2021": {
      mosi: {
        modelDim: 40,
        textKernel: 1,
        audioKernel: 5,
        visionKernel: 1,
        attentionDropout: 0.1,
        audioAttentionDropout: 0.1,
        visionAttentionDropout: 0.2,
        reluDropout: 0.2,
        embedDropout: 0.1,
        residualDropout: 0.2,
        textDropout: 0.2,
        outputDropout: 0.1,
        clip: 0.8,
        patience: 20,
        batchSize: 4,
        learningRate: 1e-3,
      },
      mosei: {},
      sims: {},
      simsv2: {},
    },
  },
  check({ modelDim, heads }) {
    if (modelDim % heads === 0 && modelDim >= 4) return;
    throw new UsageError(
      `Cannot set modelDim to ${modelDim}: expected a multiple of the ${heads} heads, 4 or more`,
    );
  },
  training: ({ mode, clip, patience }) => ({
    schedule: { kind: "plateau", factor: 0.1, patience },
    ...(mode === "reference"
      ? { monitor: "criterion", clipValue: clip, clipAt: "sum" }
      : { applyTrailingGroup: true, clipNorm: clip }),
  }),
  recorded: {
    kind: "mult",
    settings: (hyper) => {
      const [modelDim, heads] = hyper["dst_feature_dim_nheads"];
      return {
        modelDim,
        heads,
        levels: hyper["nlevels"],
        textKernel: hyper["conv1d_kernel_size_l"],
        audioKernel: hyper["conv1d_kernel_size_a"],
        visionKernel: hyper["conv1d_kernel_size_v"],
        band: hyper["attn_mask"],
        positions: hyper["position_embedding"] ? "sinusoids" : "none",
        attentionDropout: hyper["attn_dropout"],
        audioAttentionDropout: hyper["attn_dropout_a"],
        visionAttentionDropout: hyper["attn_dropout_v"],
        reluDropout: hyper["relu_dropout"],
        embedDropout: hyper["embed_dropout"],
        residualDropout: hyper["res_dropout"],
        textDropout: hyper["text_dropout"],
        outputDropout: hyper["output_dropout"],
        clip: Math.max(0, hyper["grad_clip"]),
        patience: hyper["patience"],
        updateEpochs: hyper["update_epochs"],
        learningRate: hyper["learning_rate"],
      };
    },
    outputs: ({ prediction, ...outputs }) => ({
      ...outputs,
      M: prediction,
      Feature_t: outputs["feature.text"]!,
      Feature_a: outputs["feature.audio"]!,
      Feature_v: outputs["feature.vision"]!,
      Feature_f: outputs["feature.fusion"]!,
    }),
  },
  create: (context) => new Mult(context),
};
