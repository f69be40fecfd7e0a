/**
 * BBFN: the text and each other modality read each other, through gates that are told how far apart they
 * are.
 *
 * Source: Han, Chen, Gelbukh, Zadeh, Morency, Poria, "Bi-Bimodal Modality Fusion for
 * Correlation-Controlled Multimodal Sentiment Analysis", ICMI 2021, and its code, declare-lab/BBFN,
 * whose names the parameters carry. METHODS 9.8.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { MODALITIES, type Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Conv1d } from "../nn/conv.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import { trueGroupMeans } from "../nn/group_mean.ts";
import type { Linear } from "../nn/linear.ts";
import { binaryCrossEntropy } from "../nn/losses/binary_cross_entropy.ts";
import { meanSquaredError } from "../nn/losses/mse.ts";
import { maskSteps, stepMask } from "../nn/mask.ts";
import { paddingBias } from "../nn/attention.ts";
import { orthonormal } from "../nn/orthonormal.ts";
import { redraw } from "../nn/redraw.ts";
import type { Sequence } from "../nn/sequence.ts";
import { BBFN_RECORDED } from "./bbfn/bbfn_recorded.ts";
import { GatedInteraction, type Places } from "./bbfn/gated_interaction.ts";
import { LETTER } from "./fusion/code_names.ts";
import type { Inputs, Loss, ModelContext, NetworkDefinition, Outputs, Target } from "./model.ts";
import { Network } from "./network.ts";
import { count, depth, heads, learningRate, number, oneOf, rate, weightDecay } from "./setting.ts";

const settings = {
  batchSize: count(24, "samples of a batch", { search: [16, 24, 32] }),
  epochs: count(40, "largest number of epochs"),
  earlyStop: count(20, "epochs without improvement on valid after which training stops"),
  mode: oneOf(
    ["reference", "robust"],
    "reference is the published method; robust knows true lengths, and normalizes both streams of a pair " +
      "at their end, for which the code has a layer that it does not use",
  ),
  modelDim: count(40, "width of the streams; a multiple of heads", { search: [30, 40, 60] }),
  heads: heads(5, "attention heads of every layer"),
  layers: depth(5, "layers of gated attention", { search: [3, 4, 5] }),
  textKernel: count(3, "steps that the text's convolution spans, an odd number"),
  audioKernel: count(3, "steps that audio's convolution spans, an odd number"),
  visionKernel: count(3, "steps that vision's convolution spans, an odd number"),
  lambdaD: number(0.1, "weight of telling the streams apart", { from: 0, search: [0.01, 0.1, 1] }),
  heldLayers: count(
    9,
    "first layers of the BERT that stay as they are, while its embeddings learn",
    {
      from: 0,
    },
  ),
  attentionDropout: rate(0.1, "dropout of attention weights"),
  reluDropout: rate(0.1, "dropout of the hidden units of layers"),
  residualDropout: rate(0.1, "dropout of both parts of a layer"),
  clipNorm: number(0.8, "longest gradient; 0 clips nothing", { from: 0 }),
  patience: count(20, "epochs without a better loss before the rate falls to a tenth", { from: 0 }),
  learningRate: learningRate(5e-4, "step size of all but the BERT", {
    search: { logUniform: [1e-4, 2e-3] },
  }),
  learningRateBert: learningRate(5e-4, "step size of the BERT"),
  weightDecay: weightDecay(0),
  weightDecayBert: weightDecay(0, "weight decay of the BERT's matrices"),
};

/** Its settings' declarations. */
type Rules = typeof settings;

class Bbfn extends Network<Rules> {
  readonly #convolutions = new Map<Modality, Conv1d>();
  readonly #interactions = new Map<Modality, GatedInteraction>();
  readonly #head: readonly [Linear, Linear, Linear];
  /** Modalities that have a step for each token, [CLS] and [SEP] among them. */
  readonly #tokenwise: ReadonlySet<Modality>;
  /** Modalities that are taken to have a step for each word. */
  readonly #wordwise: ReadonlySet<Modality>;
  readonly #isRobust = this.settings.mode === "robust";

  constructor(context: ModelContext<Rules>) {
    super(withHeld(context), "embedding.bertmodel.");
    const { settings, modalities, widths } = this;
    const { modelDim, layers } = settings;
    const others = modalities.filter((modality) => modality !== "text");
    const { steps = {} } = context;
    // How many steps more the text has; not a number where nobody knows.
    const more = (name: Modality) => (steps.text ?? NaN) - (steps[name] ?? NaN);
    this.#tokenwise = new Set(others.filter((name) => more(name) === 0));
    const isWordwise = (name: Modality) => more(name) >= 2;
    this.#wordwise = new Set(this.#isRobust || !this.hasBert ? [] : others.filter(isWordwise));
    for (const modality of modalities) {
      if (modality !== "text") this.reads[modality] = "timeMajor";
      const sizes = {
        inputs: widths[modality]!,
        outputs: modelDim,
        size: settings[`${modality}Kernel`],
        bias: false,
      };
      const place = `SequenceEncoder.proj_${LETTER[modality]}`;
      this.#convolutions.set(modality, this.conv1d(place, sizes, "same"));
    }
    for (const other of others) {
      const interaction = new GatedInteraction(this, `modal_interaction.l${LETTER[other]}`, {
        width: modelDim,
        heads: settings.heads,
        layers,
        isNormalized: this.#isRobust,
        dropout: {
          attention: settings.attentionDropout,
          residual: settings.residualDropout,
          relu: settings.reluDropout,
        },
      });
      this.#interactions.set(other, interaction);
    }
    const width = 2 * modelDim * this.#interactions.size;
    this.#head = [
      this.linear("proj1", width, width),
      this.linear("proj2", width, width),
      this.linear("out_layer", width, 1),
    ];
    const recurrent = this.ownNames().filter((name) => name.includes("weight_hh"));
    redraw(
      this.parameters,
      recurrent,
      this.random,
      (random, [rows, columns]) => orthonormal(rows!, columns!, random),
    );
  }

  override get seesPadding(): boolean {
    return !this.#isRobust;
  }

  /** Where words count, all tokens are cut at the longest number of words in the batch. */
  override readText(inputs: Inputs, noise: DropoutNoise | null): Inputs {
    if (this.#wordwise.size === 0) return super.readText(inputs, noise);
    const tokens = inputs.tokens!, places = tokens.shape[2];
    const end = tf.max(this.#lengthsOf(inputs, places));
    const isBefore = tf.less(tf.range(0, places, 1, "int32"), end);
    const [ids, mask, segments] = tf.unstack(tokens, 1) as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    const cut = tf.stack([ids, tf.mul(mask, tf.cast(isBefore, "int32")), segments], 1);
    const read = super.readText({ ...inputs, tokens: cut as tf.Tensor3D }, noise);
    const text = read.text as tf.Tensor3D;
    const shares = tf.slice(tf.cast(isBefore, "float32"), 0, text.shape[1]);
    return { ...read, text: tf.mul(text, tf.reshape(shares, [1, -1, 1])) };
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const x = inputs.text as tf.Tensor3D, [batch, time] = x.shape;
    const lengths = this.#lengthsOf(inputs, time);
    const text = this.#project("text", { x, lengths });
    const mask = stepMask(lengths, time);
    const places: Places = {
      lengths,
      bias: paddingBias(mask),
      rows: tf.reshape(mask, [batch * time, 1]),
    };
    const outputs: Record<string, tf.Tensor> = { "projected.text": text.x };
    const first: tf.Tensor2D[] = [], logits: tf.Tensor1D[] = [];
    for (const [modality, interaction] of this.#interactions) {
      const x = this.#align(inputs, modality, time);
      const other = this.#project(modality, { x, lengths });
      const { streams, controls, logits: own } = interaction.apply(text, other, places, noise);
      outputs[`projected.${modality}`] = other.x;
      streams.forEach((x, i) => {
        outputs[`stream.${modality}.${i}`] = x;
        // (82) the first step of each stream, [CLS]
        first.push(tf.reshape(tf.slice3d(x, [0, 0, 0], [batch, 1, -1]), [batch, -1]));
      });
      controls.forEach((pair, layer) =>
        pair.forEach((control, i) => outputs[`control.${modality}.${layer}.${i}`] = control)
      );
      logits.push(own);
    }
    const z = tf.concat2d(first, 1), [inner, outer, out] = this.#head;
    const score = out.apply(tf.add(z, outer.apply(tf.relu(inner.apply(z)))));
    return {
      prediction: tf.reshape(score, [-1]),
      "feature.fusion": z,
      logits: tf.concat1d(logits),
      ...outputs,
    };
  }

  /** (83) the squared error, and λ_d times how well the streams' vectors are told apart */
  override loss({ prediction, logits }: Outputs, { labels }: Target): Loss {
    const fusion = meanSquaredError(prediction, labels);
    const [batch] = labels.shape, pairs = logits!.size / (2 * batch);
    const kinds = tf.tile(tf.reshape(tf.range(0, 2), [1, 2, 1]), [pairs, 1, batch]);
    const separation = binaryCrossEntropy(logits!, tf.reshape(kinds, [-1]));
    const total = tf.add(fusion, tf.mul(separation, this.settings.lambdaD)) as tf.Scalar;
    return { total, parts: { fusion, separation } };
  }

  /** (78) a convolution without bias */
  #project(modality: Modality, { x, lengths }: Sequence): Sequence {
    const seen = this.#isRobust ? maskSteps(x, lengths) : x;
    return { x: this.#convolutions.get(modality)!.apply(seen), lengths };
  }

  /** One number of steps for all: that of the words and both ends, or that of the tokens. */
  #lengthsOf(inputs: Inputs, time: number): tf.Tensor1D {
    const wordwise = this.modalities.find((name) => this.#wordwise.has(name));
    if (wordwise === undefined) return inputs.textLengths!;
    return tf.minimum(tf.add(inputs[`${wordwise}Lengths`]!, 2), time) as tf.Tensor1D;
  }

  /** As many steps as the text, [batch, time, width]: one for each word, and zeros at both ends */
  #align(inputs: Inputs, modality: Modality, time: number): tf.Tensor3D {
    const x = inputs[modality] as tf.Tensor3D, [steps] = x.shape;
    if (this.#wordwise.has(modality)) {
      const used = Math.min(steps, time - 1);
      return timeSecond(tf.slice3d(x, [0, 0, 0], [used, -1, -1]), [1, time - 1 - used]);
    }
    const own = inputs[`${modality}Lengths`]!, tokens = inputs.textLengths!;
    if (!this.hasBert || this.#tokenwise.has(modality)) {
      return timeSecond(trueGroupMeans(x, own, time, tokens), [0, 0]);
    }
    const inner = Math.max(1, time - 2), words = tf.maximum(tf.sub(tokens, 2), 0) as tf.Tensor1D;
    return timeSecond(trueGroupMeans(x, own, inner, words), [1, time - 1 - inner]);
  }
}

/** [time, batch, width] → [batch, time, width], with steps of zeros before and after */
function timeSecond(x: tf.Tensor3D, ends: [number, number]): tf.Tensor3D {
  return tf.pad3d(tf.transpose(x, [1, 0, 2]) as tf.Tensor3D, [[0, 0], ends, [0, 0]]);
}

/** The first layers of the BERT are held, and its embeddings not, where nothing else was asked for. */
function withHeld(context: ModelContext<Rules>): ModelContext<Rules> {
  const { bert } = context, { heldLayers } = context.settings;
  if (bert === undefined || (bert.frozenLayers ?? 0) > 0) return context;
  return { ...context, bert: { ...bert, frozenLayers: heldLayers, frozenEmbeddings: false } };
}

/** BBFN, as `--model bbfn`. */
export const bbfn: NetworkDefinition<Rules> = {
  name: "bbfn",
  summary: "text with audio and text with vision, each reading the other through gates",
  kind: "network",
  card: {
    source: "Han, Chen, Gelbukh, Zadeh, Morency, Poria: Bi-Bimodal Modality Fusion for " +
      "Correlation-Controlled Multimodal Sentiment Analysis, ICMI 2021; code declare-lab/BBFN",
    reading: "Follows the authors' code with its switches for a BERT and for discriminators on, " +
      "which are off by default; what made the paper's numbers is not said. Mode robust " +
      "normalizes the streams at their end",
    limits: "Made for data with a step for each word; other data are brought to that in groups. " +
      "Needs text and another modality",
  },
  year: 2021,
  needs: ["sequences"],
  modalities: { all: ["text"], atLeast: 2 },
  settings,
  check({ modelDim, heads, ...settings }) {
    if (modelDim % heads !== 0) {
      throw new UsageError(
        `Cannot set modelDim to ${modelDim}: expected a multiple of the ${heads} heads`,
      );
    }
    for (const modality of MODALITIES) {
      const size = settings[`${modality}Kernel`];
      if (size % 2 === 1) continue;
      throw new UsageError(`Cannot set ${modality}Kernel to ${size}: expected an odd number`);
    }
  },
  training: ({ mode, patience }) => ({
    monitor: mode === "reference" ? "criterion" : "mae",
    schedule: { kind: "plateau", factor: 0.1, patience },
  }),
  recorded: BBFN_RECORDED,
  create: (context) => new Bbfn(context),
};
