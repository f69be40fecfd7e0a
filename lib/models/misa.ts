/**
 * MISA: each modality as what it alone says and what all say, kept apart by the loss.
 *
 * Source: Hazarika, Zimmermann, Poria, "MISA: Modality-Invariant and -Specific Representations for
 * Multimodal Sentiment Analysis", ACM MM 2020, and its code in thuiar/MMSA,
 * `models/singleTask/MISA.py`, whose names the parameters carry. METHODS 9.2.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { BiLstm } from "../nn/bilstm.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { LayerNorm } from "../nn/layer_norm.ts";
import type { Layers } from "../nn/layers.ts";
import type { Linear } from "../nn/linear.ts";
import { momentDistance, momentsOf } from "../nn/losses/central_moments.ts";
import { crossEntropy } from "../nn/losses/cross_entropy.ts";
import { centeredUnits, difference } from "../nn/losses/difference.ts";
import { meanSquaredError } from "../nn/losses/mse.ts";
import { maskedMean } from "../nn/mask.ts";
import { scaleGradient } from "../nn/scale_gradient.ts";
import { lastSteps } from "../nn/steps.ts";
import type { TransformerEncoderLayer } from "../nn/transformer.ts";
import { MISA_RECORDED } from "./misa/misa_recorded.ts";
import { MISA_PRESETS, MISA_SETTINGS } from "./misa/misa_settings.ts";
import type { Inputs, Loss, ModelContext, NetworkDefinition, Outputs, Target } from "./model.ts";
import { Network } from "./network.ts";

/** The order in which the code goes through modalities. */
const ORDER: readonly Modality[] = ["text", "vision", "audio"];
/** Number of the code's layer that makes what a modality alone says. */
const PRIVATE = { text: "private_t_1", vision: "private_v_1", audio: "private_a_3" } as const;

/** The final states of two stacked LSTMs in both directions: [batch, 4 · width]. */
class UtteranceEncoder {
  readonly #first: BiLstm;
  readonly #norm: LayerNorm;
  readonly #second: BiLstm;

  constructor(layers: Layers, letter: string, width: number) {
    this.#first = layers.biLstm(`${letter}rnn1`, width, width);
    this.#norm = layers.layerNorm(`${letter}layer_norm`, 2 * width);
    this.#second = layers.biLstm(`${letter}rnn2`, 2 * width, width);
  }

  /** [time, batch, width], [batch] → [batch, 4 · width] */
  apply(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor2D {
    const states = this.#first.sequence(x, lengths, false);
    const second = this.#second.final(this.#norm.apply(states), lengths);
    const [forward, backward] = tf.split(states, 2, 2) as [tf.Tensor3D, tf.Tensor3D];
    const [forward2, backward2] = tf.split(second, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const first = tf.reshape(tf.slice3d(backward, [0, 0, 0], [1, -1, -1]), forward2.shape);
    const ends = [lastSteps(forward, lengths), forward2, first as tf.Tensor2D, backward2];
    return tf.concat2d(ends, 1);
  }
}

/** What becomes of a modality's utterance vector. */
interface Parts {
  /** ũ, [batch, h] */
  readonly original: tf.Tensor2D;
  /** p */
  readonly private: tf.Tensor2D;
  /** c */
  readonly shared: tf.Tensor2D;
  /** r */
  readonly reconstructed: tf.Tensor2D;
}

/** The maps of one modality. */
interface Maps {
  readonly project: Linear;
  readonly norm: LayerNorm;
  readonly private: Linear;
  readonly reconstruct: Linear;
}

class Misa extends Network<typeof MISA_SETTINGS> {
  readonly #order: readonly Modality[];
  readonly #encoders: Partial<Record<Modality, UtteranceEncoder>> = {};
  readonly #maps: Partial<Record<Modality, Maps>> = {};
  readonly #shared: Linear;
  readonly #discriminator: readonly [Linear, Linear] | null;
  readonly #encoder: TransformerEncoderLayer;
  readonly #fusion: readonly [Linear, Linear];

  constructor(context: ModelContext<typeof MISA_SETTINGS>) {
    super(context, "bertmodel.model.");
    const { settings, widths } = this;
    const width = settings.hiddenSize;
    this.#order = ORDER.filter((modality) => this.modalities.includes(modality));
    for (const modality of this.#order) {
      const letter = modality[0]!;
      if (modality === "text") this.reads.text = "sequence";
      else {
        this.reads[modality] = "timeMajor";
        this.#encoders[modality] = new UtteranceEncoder(this, letter, widths[modality]!);
      }
      const project = `project_${letter}.project_${letter}`;
      this.#maps[modality] = {
        project: this.linear(project, widths[modality]! * (modality === "text" ? 1 : 4), width),
        norm: this.layerNorm(`${project}_layer_norm`, width),
        private: this.linear(`private_${letter}.${PRIVATE[modality]}`, width, width),
        reconstruct: this.linear(`recon_${letter}.recon_${letter}_1`, width, width),
      };
    }
    this.#shared = this.linear("shared.shared_1", width, width);
    this.#discriminator = settings.useCmdSim ? null : [
      this.linear("discriminator.discriminator_layer_1", width, width),
      this.linear("discriminator.discriminator_layer_2", width, this.#order.length),
    ];
    this.#encoder = this.encoderLayer(
      "transformer_encoder.layers.0",
      { width, hidden: settings.feedForward },
      { heads: 2, normFirst: false, activation: "relu", dropout: settings.encoderDropout },
    );
    const fused = 2 * this.#order.length * width;
    this.#fusion = [
      this.linear("fusion.fusion_layer_1", fused, fused / 2),
      this.linear("fusion.fusion_layer_3", fused / 2, 1),
    ];
  }

  /** Read as far as the text goes, a shorter sequence shows its padding. */
  override get seesPadding(): boolean {
    return this.#readsAsText;
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const kept: Record<string, tf.Tensor> = {};
    const parts = this.#order.map((modality) => {
      const utterance = this.#utterance(modality, inputs);
      const part = this.#part(modality, utterance);
      kept[`feature.${modality}`] = utterance;
      for (const [name, value] of Object.entries(part)) kept[`${name}.${modality}`] = value;
      if (this.#discriminator !== null) {
        kept[`domain.${modality}`] = this.#domain(
          part.shared,
          this.#discriminator,
          noise,
          modality,
        );
      }
      return part;
    });
    const tokens = [...parts.map((part) => part.private), ...parts.map((part) => part.shared)];
    const [batch, width] = tokens[0]!.shape;
    const mask = tf.ones([batch, tokens.length]) as tf.Tensor2D;
    const encoded = this.#encoder.apply(tf.stack(tokens, 1) as tf.Tensor3D, mask, noise);
    const fused = this.#fusion[0].apply(tf.reshape(encoded, [batch, tokens.length * width]));
    const hidden = tf.relu(dropout(fused, this.settings.dropout, noise, "fusion.dropout"));
    const score = this.#fusion[1].apply(hidden);
    return { prediction: tf.reshape(score, [-1]), "feature.fusion": hidden, encoded, ...kept };
  }

  /** The prediction's part alone. */
  override criterion({ prediction }: Outputs, { labels }: Target): tf.Scalar {
    return meanSquaredError(prediction, labels);
  }

  override loss(outputs: Outputs, target: Target): Loss {
    const { diffWeight, simWeight, reconWeight, useCmdSim } = this.settings;
    const of = (name: string) =>
      this.#order.map((modality) => outputs[`${name}.${modality}`] as tf.Tensor2D);
    // Each is compared with several others.
    const [own, shared] = [of("private").map(centeredUnits), of("shared").map(centeredUnits)];
    const original = of("original");
    const fusion = meanSquaredError(outputs.prediction, target.labels);
    const reconstructed = of("reconstructed").map((r, i) => meanSquaredError(r, original[i]!));
    const parts = {
      fusion,
      difference: tf.addN([
        ...own.map((p, i) => difference(p, shared[i]!)),
        ...pairsOf(own).map(([p, q]) => difference(p, q)),
      ]) as tf.Scalar,
      similarity: useCmdSim ? moments(of("shared")) : this.#domainLoss(of("domain")),
      reconstruction: meanOf(reconstructed),
    };
    const total = tf.addN([
      fusion,
      tf.mul(parts.difference, diffWeight),
      tf.mul(parts.similarity, simWeight),
      tf.mul(parts.reconstruction, reconWeight),
    ]) as tf.Scalar;
    return { total, parts };
  }

  get #readsAsText(): boolean {
    const { lengths, mode } = this.settings;
    return lengths === "text" && mode === "reference" && this.modalities.includes("text");
  }

  /** u: the mean over the words, or the final states of LSTMs over as many steps as there are words */
  #utterance(modality: Modality, inputs: Inputs): tf.Tensor2D {
    const whole = inputs[modality] as tf.Tensor3D, { textLengths } = inputs;
    if (modality === "text") return maskedMean(whole, textLengths!);
    const encoder = this.#encoders[modality]!;
    if (!this.#readsAsText) return encoder.apply(whole, inputs[`${modality}Lengths`]!);
    // The reference reads audio and vision as far as the text goes.
    const steps = Math.min(whole.shape[0], inputs.text!.shape[1]!);
    const x = tf.slice3d(whole, [0, 0, 0], [steps, -1, -1]);
    return encoder.apply(x, tf.cast(tf.minimum(textLengths!, steps), "int32") as tf.Tensor1D);
  }

  /** ũ = LN(ReLU(Lin u)), p = σ(Lin_s ũ), c = σ(Lin ũ), r = Lin_s(p + c) */
  #part(modality: Modality, utterance: tf.Tensor2D): Parts {
    const maps = this.#maps[modality]!;
    const original = maps.norm.apply(tf.relu(maps.project.apply(utterance)));
    const own = tf.sigmoid(maps.private.apply(original));
    const shared = tf.sigmoid(this.#shared.apply(original));
    const reconstructed = maps.reconstruct.apply(tf.add(own, shared));
    return { original, private: own, shared, reconstructed };
  }

  /** Scores of the modality that c may be of, with its gradient reversed: [batch, modalities] */
  #domain(
    shared: tf.Tensor2D,
    [first, second]: readonly [Linear, Linear],
    noise: DropoutNoise | null,
    modality: Modality,
  ): tf.Tensor2D {
    const { dropout: rate, reverseGradWeight } = this.settings;
    const hidden = tf.relu(first.apply(scaleGradient(shared, -reverseGradWeight)));
    return second.apply(dropout(hidden, rate, noise, `discriminator.${modality}.dropout`));
  }

  #domainLoss(logits: readonly tf.Tensor2D[]): tf.Scalar {
    const classes = logits.flatMap((rows, i) => new Array<number>(rows.shape[0]).fill(i));
    return crossEntropy(tf.concat([...logits], 0), tf.tensor1d(classes, "int32"));
  }
}

/** The mean over each two of them of how far their moments are apart. */
function moments(features: readonly tf.Tensor2D[]): tf.Scalar {
  const found = features.map((x) => momentsOf(x, 5));
  return meanOf(pairsOf(found).map(([x, y]) => momentDistance(x, y)));
}

/** Each two of them. */
function pairsOf<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [T, T] => [a, b]));
}

function meanOf(scalars: readonly tf.Scalar[]): tf.Scalar {
  return tf.div(tf.addN([...scalars]), scalars.length);
}

/** MISA, as `--model misa`. */
export const misa: NetworkDefinition<typeof MISA_SETTINGS> = {
  name: "misa",
  summary: "what a modality alone says, and what all say",
  kind: "network",
  card: {
    source: "Hazarika, Zimmermann, Poria: MISA: Modality-Invariant and -Specific Representations " +
      "for Multimodal Sentiment Analysis, ACM MM 2020; code thuiar/MMSA",
    reading:
      "Follows the code of MMSA, which reads audio and vision only as far as the text goes; " +
      "setting lengths changes that",
    limits: "Needs two modalities or more",
  },
  year: 2020,
  needs: ["sequences"],
  modalities: { atLeast: 2 },
  settings: MISA_SETTINGS,
  presets: MISA_PRESETS,
  check({ hiddenSize }) {
    if (hiddenSize % 2 === 0) return;
    throw new UsageError(`Cannot set hiddenSize to ${hiddenSize}: expected an even number`);
  },
  training: ({ mode, gradClip }) => ({
    monitor: "criterion",
    clipAt: "sum",
    clipValue: Math.max(0, gradClip),
    applyTrailingGroup: mode === "robust",
  }),
  recorded: MISA_RECORDED,
  create: (context) => new Misa(context),
};
