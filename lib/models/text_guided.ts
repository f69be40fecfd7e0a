/**
 * Text-guided fusion in two stages: the report's own model.
 *
 * Source: METHODS of this project, 4.1, equations (36)–(39). Given are those equations, batches of
 * 64, the learning rates and the transformer's hidden size of 128. Our reading: what [·; ·] of two
 * vectors means (two tokens), sizes, heads, dropout, the mean over tokens, the loss, AdamW.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { BiLstm } from "../nn/bilstm.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { stepMask } from "../nn/mask.ts";
import type { TransformerEncoderLayer } from "../nn/transformer.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs, ParameterGroup } from "./model.ts";
import { Network } from "./network.ts";
import { count, flag, learningRate, oneOf, rate, weightDecay } from "./setting.ts";
import { pooledText, poolingForm, type TEXT_POOLINGS, textPooling } from "./text_pooling.ts";

const settings = {
  batchSize: count(64, "samples of a batch", { search: [16, 32, 64, 128] }),
  decay: oneOf(["l2", "decoupled"], "weight decay as of Adam, or of AdamW", { start: "decoupled" }),
  modelDim: count(128, "d, the width of F_t, F_a and F_v; even, and a multiple of heads"),
  transformerHiddenSize: count(128, "width of the transformers' hidden layers", {
    search: [64, 128, 256],
  }),
  heads: count(4, "attention heads of every transformer"),
  transformerDropout: rate(0.1, "dropout in the transformers", { search: { uniform: [0, 0.4] } }),
  headDim: count(64, "width of the last hidden layer", { search: [32, 64, 128] }),
  tokens: oneOf(
    ["two", "featureConcat"],
    "whether [F_t; F_a] are two tokens, or one of twice the width",
  ),
  textPooling,
  share: flag(false, "whether the two transformers of the first stage are one"),
  sequence: flag(
    false,
    "whether the first stage sees every step of audio and vision, with the text as the query",
  ),
  learningRateBert: learningRate(2e-5, "step size of the BERT"),
  learningRateOther: learningRate(2e-4, "step size of all but the BERT", {
    search: { logUniform: [5e-5, 2e-3] },
  }),
  weightDecayOther: weightDecay(0.01, "weight decay of all but the BERT", {
    search: { logUniform: [1e-4, 1e-1] },
  }),
};

/** Tokens with a mask: [batch, tokens, width], [batch, tokens]. */
interface Tokens {
  readonly x: tf.Tensor3D;
  readonly mask: tf.Tensor2D;
}

class TextGuided extends Network<typeof settings> {
  readonly #pooling: typeof TEXT_POOLINGS[number] = "first";
  readonly #textLayer: Linear | null = null;
  readonly #textLstm: BiLstm | null = null;
  readonly #encoders = new Map<Modality, BiLstm>();
  /** What each transformer of the first stage sees: text with audio, text with vision. */
  readonly #guided: readonly (readonly Modality[])[];
  readonly #first: readonly TransformerEncoderLayer[];
  readonly #second: TransformerEncoderLayer;
  readonly #head: readonly [Linear, Linear];

  constructor(context: ModelContext<typeof settings>) {
    super(context);
    const { modalities: used, random, widths, settings } = this;
    const { modelDim, headDim } = settings;
    const others = used.filter((modality) => modality !== "text");
    if (used.includes("text")) {
      // A BERT that learns with it gives [CLS].
      this.#pooling = this.hasBert ? "first" : settings.textPooling;
      this.reads.text = poolingForm(this.#pooling);
      if (this.#pooling === "lstm") {
        this.#textLstm = this.biLstm("text", widths.text!, modelDim / 2);
      } else this.#textLayer = this.linear("text", widths.text!, modelDim);
    }
    for (const modality of others) {
      this.reads[modality] = "timeMajor";
      this.#encoders.set(modality, this.biLstm(modality, widths[modality]!, modelDim / 2));
    }
    for (const modality of used) {
      const draw = random.split(`embedding.${modality}`).normalArray(modelDim, 0.02);
      this.parameter(`embedding.${modality}`, [modelDim], draw);
    }
    // Without text the others stand alone, and so does text without them.
    const guide: Modality[] = used.includes("text") ? ["text"] : [];
    this.#guided = others.length === 0 ? [guide] : others.map((other) => [...guide, other]);
    const isOne = settings.tokens === "featureConcat";
    const width = modelDim * (isOne ? this.#guided[0]!.length : 1);
    const stages = this.#guided.map((seen) => `first.${seen.at(-1)}`);
    const first = settings.share
      ? [this.#transformer("first", width)]
      : stages.map((name) => this.#transformer(name, width));
    this.#first = this.#guided.map((_, i) => first[settings.share ? 0 : i]!);
    const fused = isOne ? width * this.#guided.length : width;
    this.#second = this.#transformer("second", fused);
    this.#head = [this.linear("head.1", fused, headDim), this.linear("head.2", headDim, 1)];
  }

  override get groups(): ParameterGroup[] {
    const { learningRateOther: learningRate, weightDecayOther: weightDecay } = this.settings;
    return [{ name: "other", learningRate, weightDecay, parameters: this.ownNames() }];
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const encoded = this.#encode(inputs);
    const isOne = this.settings.tokens === "featureConcat";
    // (38) F¹ = TRM([F_t; F_a]), F² = TRM([F_t; F_v]), each [batch, tokens, width]
    const stages = this.#guided.map((seen, i) => {
      const { x, mask } = join(seen.map((modality) => encoded.get(modality)!), isOne);
      const fused = this.#first[i]!.apply(x, mask, noise);
      // The text's token is what asked; without text the steps speak for themselves.
      const isQuery = this.settings.sequence && seen[0] === "text" && !isOne;
      return isQuery ? { x: takeFirst(fused), mask: takeFirst(mask) } : { x: fused, mask };
    });
    // (39) ŷ = MLP(TRM([F¹; F²])), the mean over the tokens between them
    const { x, mask } = join(stages, isOne);
    const rows = tf.mul(this.#second.apply(x, mask, noise), tf.expandDims(mask, 2));
    const count = tf.sum(mask, 1, true);
    const pooled = tf.div(tf.sum(rows, 1), count) as tf.Tensor2D;
    const score = this.#head[1].apply(tf.relu(this.#head[0].apply(pooled)));
    return { prediction: tf.reshape(score, [-1]), "feature.fusion": pooled };
  }

  /** (36), (37) each modality as tokens of width d, with its embedding added */
  #encode(inputs: Inputs): Map<Modality, Tokens> {
    const encoded = new Map<Modality, Tokens>();
    const add = (modality: Modality, x: tf.Tensor3D, mask: tf.Tensor2D) => {
      const embedding = this.parameters.get(`embedding.${modality}`);
      encoded.set(modality, { x: tf.add(x, embedding), mask });
    };
    const text = this.#encodeText(inputs);
    if (text !== null) {
      add("text", tf.expandDims(text, 1) as tf.Tensor3D, tf.ones([text.shape[0], 1]));
    }
    for (const [modality, encoder] of this.#encoders) {
      const x = inputs[modality] as tf.Tensor3D;
      const lengths = inputs[`${modality}Lengths`]!;
      if (this.settings.sequence && this.settings.tokens === "two") {
        // [time, batch, d] → [batch, time, d]
        const states = tf.transpose(encoder.sequence(x, lengths, false), [1, 0, 2]);
        add(modality, states, stepMask(lengths, x.shape[0]));
      } else {
        const state = encoder.final(x, lengths, false);
        add(modality, tf.expandDims(state, 1) as tf.Tensor3D, tf.ones([state.shape[0], 1]));
      }
    }
    return encoded;
  }

  /** [batch, d]; null without text */
  #encodeText(inputs: Inputs): tf.Tensor2D | null {
    if (this.#textLstm !== null) {
      return this.#textLstm.final(inputs.text as tf.Tensor3D, inputs.textLengths!, false);
    }
    if (this.#textLayer === null || this.#pooling === "lstm") return null;
    return tf.relu(this.#textLayer.apply(pooledText(inputs, this.#pooling)));
  }

  #transformer(name: string, width: number): TransformerEncoderLayer {
    const { transformerHiddenSize, heads, transformerDropout } = this.settings;
    return this.encoderLayer(
      name,
      { width, hidden: transformerHiddenSize },
      { heads, normFirst: true, activation: "gelu", dropout: transformerDropout },
    );
  }
}

/** [·; ·]: tokens after each other, or, as one token, features beside each other. */
function join(parts: readonly Tokens[], isOne: boolean): Tokens {
  const x = tf.concat3d(parts.map((part) => part.x), isOne ? 2 : 1);
  const mask = isOne ? parts[0]!.mask : tf.concat2d(parts.map((part) => part.mask), 1);
  return { x, mask };
}

/** The first token: [batch, tokens, …] → [batch, 1, …] */
function takeFirst<T extends tf.Tensor>(x: T): T {
  const [batch, , ...rest] = x.shape as number[];
  return tf.slice(x, x.shape.map(() => 0), [batch!, 1, ...rest]) as T;
}

/** The report's model, as `--model text-guided`. */
export const textGuided: NetworkDefinition<typeof settings> = {
  name: "text-guided",
  summary: "two stages of transformers over text with audio and text with vision (the report's)",
  kind: "network",
  year: null,
  needs: [],
  card: {
    source: "Transformers over text with audio and text with vision, a third over both results",
    reading:
      "Equations and learning rates are published; tokens, sharing of weights and the order " +
      "of the sequence are our reading",
    limits: "Needs text: without it there is nothing to guide",
  },
  settings,
  check({ modelDim, heads }) {
    if (modelDim % 2 === 0 && modelDim % heads === 0) return;
    throw new UsageError(
      `Cannot set modelDim to ${modelDim}: expected an even multiple of the ${heads} heads`,
    );
  },
  create: (context) => new TextGuided(context),
};
