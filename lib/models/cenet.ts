/**
 * CENET: audio and vision enhance the words inside a BERT, after its first layer.
 *
 * Source: Wang, Liu, Wang, Tian, He, Gao, "Cross-modal Enhancement Network for Multimodal Sentiment
 * Analysis", IEEE Transactions on Multimedia 2022, as thuiar/MMSA, `models/singleTask/CENET.py`, has
 * it, whose names the parameters carry. METHODS 9.5.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { attend, paddingBias } from "../nn/attention.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Layers } from "../nn/layers.ts";
import type { Linear } from "../nn/linear.ts";
import { stepMask } from "../nn/mask.ts";
import { normalWeights, redraw } from "../nn/redraw.ts";
import type { EncoderInsert } from "../nn/text_encoder.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs, ParameterGroup } from "./model.ts";
import { Network } from "./network.ts";
import { count, learningRate, number, oneOf, rate, weightDecay } from "./setting.ts";

const settings = {
  batchSize: count({ mosi: 64, mosei: 64, sims: 32, simsv2: 64 }, "samples of a batch", {
    search: [16, 32, 64],
  }),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust does not see padding of audio and vision",
  ),
  text: oneOf(["bert"], "the words are read by a BERT, which learns"),
  scale: oneOf(
    ["eight", "root"],
    "what scores are multiplied with: 8 as the reference, or 1/√width",
  ),
  dropout: rate(0.1, "dropout before both maps of the head"),
  clipNorm: number(2, "longest gradient; 0 clips nothing", { from: 0 }),
  epsilon: number(
    { mosi: 3e-8, mosei: 1e-8, sims: 2e-8, simsv2: 3e-8 },
    "ε of Adam",
    { above: 0 },
  ),
  learningRate: learningRate(
    { mosi: 1e-5, mosei: 1e-5, sims: 2e-6, simsv2: 3e-5 },
    "step size of all but the BERT",
  ),
  learningRateBert: learningRate(
    { mosi: 1e-5, mosei: 1e-5, sims: 2e-6, simsv2: 3e-5 },
    "step size of the BERT",
  ),
  weightDecay: weightDecay(
    { mosi: 1e-4, mosei: 1e-4, sims: 0, simsv2: 0 },
    "weight decay of all but the BERT, of biases in the enhancement too",
  ),
  weightDecayBert: weightDecay(
    { mosi: 1e-4, mosei: 1e-4, sims: 0, simsv2: 0 },
    "weight decay of the BERT's matrices",
  ),
};

/** Before the names of what enhances. */
const ENHANCEMENT = "bert.encoder.CE.";
/** The layer before which words are enhanced. */
const LAYER = 1;

/** The code's names of a modality's maps, in the order in which they are joined. */
const ENHANCING = [
  ["vision", "visual_transform", "hv"],
  ["audio", "acoustic_transform", "ha"],
] as const;

/** Words read a modality: C = softmax(s (x W_q)(ṽ W_k)ᵀ)(ṽ W_v), ṽ = Lin(ReLU Lin I). */
class Enhancement {
  readonly #transform: readonly [Linear, Linear];
  readonly #query: Linear;
  readonly #key: Linear;
  readonly #value: Linear;
  /** What `attend` is to multiply its scores with, above its own 1/√width. */
  readonly #scale: number;

  constructor(
    layers: Layers,
    names: { readonly transform: string; readonly attention: string },
    { inputs, width, scale }: { inputs: number; width: number; scale: "eight" | "root" },
  ) {
    this.#transform = [
      layers.linear(`${names.transform}.0`, inputs, width),
      layers.linear(`${names.transform}.2`, width, width),
    ];
    const map = (part: string) => layers.linear(`${names.attention}.${part}`, width, width);
    [this.#query, this.#key, this.#value] = [map("Wq"), map("Wk"), map("Wv")];
    this.#scale = scale === "eight" ? 8 * Math.sqrt(width) : 1;
  }

  /** words [batch · tokens, width], x [batch, time, inputs] → [batch · tokens, width] */
  apply(words: tf.Tensor2D, x: tf.Tensor3D, bias: tf.Tensor4D): tf.Tensor2D {
    const [batch, , inputs] = x.shape;
    const [first, second] = this.#transform;
    const rows = second.apply(tf.relu(first.apply(tf.reshape(x, [-1, inputs]) as tf.Tensor2D)));
    return attend(
      tf.mul(this.#query.apply(words), this.#scale),
      this.#key.apply(rows),
      this.#value.apply(rows),
      bias,
      { batch, heads: 1 },
    ).context;
  }
}

class Cenet extends Network<typeof settings> {
  readonly #enhancements = new Map<Modality, Enhancement>();
  readonly #connect: Linear | null;
  readonly #head: readonly [Linear, Linear];

  constructor(context: ModelContext<typeof settings>) {
    const { bert, ...rest } = context;
    super(
      bert === undefined ? rest : { ...rest, bert: { ...bert, frozenEmbeddings: true } },
      "bert.",
    );
    this.reads.text = "first";
    if (bert !== undefined && bert.config.layers <= LAYER) {
      throw new UsageError(
        `Cannot make cenet: the BERT has ${bert.config.layers} layer, expected ${
          LAYER + 1
        } or more, ` +
          "since words are enhanced between the first two",
      );
    }
    const width = this.widths.text!;
    const enhancing = this.within(ENHANCEMENT);
    for (const [modality, transform, attention] of ENHANCING) {
      if (!this.modalities.includes(modality)) continue;
      const sizes = { inputs: this.widths[modality]!, width, scale: this.settings.scale };
      const names = { transform, attention };
      this.#enhancements.set(modality, new Enhancement(enhancing, names, sizes));
    }
    const joined = width * this.#enhancements.size;
    this.#connect = joined === 0 ? null : enhancing.linear("cat_connect", joined, width);
    this.#head = [
      this.linear("classifier.dense", width, width),
      this.linear("classifier.out_proj", width, 1),
    ];
    redraw(this.parameters, this.ownNames(), this.random, normalWeights(0.02));
  }

  override get groups(): ParameterGroup[] {
    const { learningRate, weightDecay } = this.settings;
    const others = this.ownNames().filter((name) => !name.startsWith(ENHANCEMENT));
    const isBias = (name: string) => name.endsWith("bias");
    const group = (name: string, decay: number, parameters: string[]) => ({
      name,
      learningRate,
      weightDecay: decay,
      parameters,
    });
    return [
      group("head", weightDecay, others.filter((name) => !isBias(name))),
      group("enhancement", weightDecay, this.ownNames(ENHANCEMENT)),
      group("noDecay", 0, others.filter(isBias)),
    ];
  }

  override get seesPadding(): boolean {
    return this.settings.mode === "reference";
  }

  override insert(inputs: Inputs): EncoderInsert {
    return { layer: LAYER, change: (states) => this.#enhance(states, inputs) };
  }

  /** M = Lin Drop tanh Lin Drop X_[CLS] */
  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const drop = (x: tf.Tensor2D, n: number) =>
      dropout(x, this.settings.dropout, noise, `classifier.${n}.dropout`);
    const hidden = tf.tanh(this.#head[0].apply(drop(inputs.text as tf.Tensor2D, 1)));
    const score = this.#head[1].apply(drop(hidden, 2));
    return { prediction: tf.reshape(score, [-1]), "feature.fusion": hidden };
  }

  /** x ← x + Lin([C_v; C_a]) */
  #enhance(states: tf.Tensor3D, inputs: Inputs): tf.Tensor3D {
    if (this.#connect === null) return states;
    const words = tf.reshape(states, [-1, states.shape[2]]) as tf.Tensor2D;
    const contexts = [...this.#enhancements].map(([modality, enhancement]) => {
      const x = inputs[modality] as tf.Tensor3D;
      const bias = this.settings.mode === "robust"
        ? paddingBias(stepMask(inputs[`${modality}Lengths`]!, x.shape[1]))
        : tf.zeros([x.shape[0], 1, 1, x.shape[1]]) as tf.Tensor4D;
      return enhancement.apply(words, x, bias);
    });
    const shift = this.#connect.apply(tf.concat2d(contexts, 1));
    return tf.add(states, tf.reshape(shift, states.shape));
  }
}

/** CENET, as `--model cenet`. */
export const cenet: NetworkDefinition<typeof settings> = {
  name: "cenet",
  summary: "audio and vision enhance the words inside a BERT",
  kind: "network",
  card: {
    source: "Wang, Liu, Wang, Tian, He, Gao: Cross-modal Enhancement Network for Multimodal " +
      "Sentiment Analysis, IEEE Transactions on Multimedia 2022; code thuiar/MMSA",
    reading:
      "Follows the code of MMSA, which is another model than the paper's: that has a BERT of " +
      "its own kind and clusters of audio and vision, so that its numbers do not apply. Mode robust " +
      "does not see padding",
    limits: "Needs a BERT of two layers or more, whose embeddings stay as they are",
  },
  year: 2022,
  needs: ["bert"],
  modalities: { all: ["text"] },
  settings,
  training: () => ({ monitor: "criterion" }),
  recorded: {
    kind: "cenet",
    settings: (hyper) => ({
      dropout: 0,
      clipNorm: hyper["max_grad_norm"],
      epsilon: hyper["adam_epsilon"],
      learningRate: hyper["learning_rate"],
      learningRateBert: hyper["learning_rate"],
      weightDecay: hyper["weight_decay"],
      weightDecayBert: hyper["weight_decay"],
    }),
    outputs: ({ prediction }) => ({ M: prediction }),
    inner: [
      "embeddings",
      "attended_vision",
      "attended_audio",
      "shift",
      "enhanced",
      "last_hidden_state",
    ],
    unused: /(senti|pos_tag|polarity)_embeddings/,
  },
  create: (context) => new Cenet(context),
};
