/**
 * Convolutions over time: a baseline of the report, which says no more than
 * ŷ = CNN([F_t; I_a; I_v]) (equation 41).
 *
 * Our reading, METHODS of this project 4.3. Reading `steps` (the default): filters of 3, 4 and 5
 * steps, ReLU, the largest response over the true steps, dropout, one dense layer; one stack of
 * filters for each modality, or, with `aligned`, one for the modalities side by side. Reading
 * `signal`: one vector a sample, [CLS; mean audio; mean vision], as a signal of one channel.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { Conv1d } from "../nn/conv.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import { Linear } from "../nn/linear.ts";
import { maskedMean, maskSteps } from "../nn/mask.ts";
import {
  type Inputs,
  type ModelContext,
  type ModelDefinition,
  Network,
  type Outputs,
  type ParameterGroup,
} from "./model.ts";
import {
  createSentenceEncoder,
  type SentenceEncoder,
  TEXT_DEFAULTS,
  type TextSettings,
} from "./sentence_encoder.ts";

/** Steps that the filters of reading `steps` span. */
const SIZES = [3, 4, 5];
/** Of reading `signal`. */
const SIGNAL_SIZE = 5;

/** Of the parameters of a BERT. */
const BERT_PREFIX = "text_model.";

/** The settings of `cnn`. */
interface CnnSettings extends TextSettings {
  readonly reading: "steps" | "signal";
  /** Whether the modalities have the same steps, which are then convolved side by side. */
  readonly aligned: boolean;
  /** Text of every step, or the first step (CLS) for all of them. */
  readonly textSteps: "all" | "first";
  /** Filters of each size. */
  readonly filtersDim: number;
  /** Filters of each of the two layers of reading `signal`. */
  readonly signalDim: number;
  readonly dropout: number;
  readonly learningRate: number;
  readonly weightDecay: number;
}

/** Steps with their true lengths: [batch, time, width], int32 [batch]. */
interface Steps {
  readonly x: tf.Tensor3D;
  readonly lengths: tf.Tensor1D;
}

class Cnn extends Network {
  readonly #settings: CnnSettings;
  /** Filters by size; of each modality, or of all side by side, or the layers of a signal. */
  readonly #stacks: readonly (readonly Conv1d[])[];
  readonly #head: Linear;
  readonly #sentences: SentenceEncoder | null = null;

  constructor(context: ModelContext) {
    super(context);
    const { modalities, random } = this;
    const settings = this.#settings = this.config as unknown as CnnSettings;
    const widths = { ...this.widths };
    if (modalities.includes("text")) {
      const isVector = settings.reading === "signal" || settings.textSteps === "first";
      this.#sentences = createSentenceEncoder(
        context,
        settings,
        this.parameters,
        BERT_PREFIX,
        isVector ? "first" : "sequence",
      );
      this.reads.text = this.#sentences.reading;
      widths.text = this.#sentences.width;
    }
    const conv = (name: string, inputs: number, outputs: number, size: number) =>
      new Conv1d(this.parameters, name, { inputs, outputs, size }, "same", random);
    const bank = (prefix: string, inputs: number) =>
      SIZES.map((size) => conv(`${prefix}conv_${size}`, inputs, settings.filtersDim, size));
    const total = modalities.reduce((sum, modality) => sum + widths[modality]!, 0);
    if (settings.reading === "signal") {
      const { signalDim } = settings;
      const first = conv("conv_1", 1, signalDim, SIGNAL_SIZE);
      this.#stacks = [[first, conv("conv_2", signalDim, signalDim, SIGNAL_SIZE)]];
    } else if (settings.aligned) {
      this.#stacks = [bank("", total)];
    } else {
      this.#stacks = modalities.map((name) => bank(`${name}_`, widths[name]!));
    }
    const pooled = settings.reading === "signal"
      ? settings.signalDim
      : this.#stacks.length * SIZES.length * settings.filtersDim;
    this.#head = new Linear(this.parameters, "head", pooled, 1, random);
  }

  override get groups(): ParameterGroup[] {
    const { learningRate, weightDecay } = this.#settings;
    const parameters = this.parameters.names().filter((name) => !name.startsWith(BERT_PREFIX));
    const other = { name: "all", learningRate, weightDecay, parameters };
    return [...this.#sentences?.groups ?? [], other];
  }

  forward(given: Inputs, noise: DropoutNoise | null): Outputs {
    const inputs = this.#sentences?.apply(given, noise) ?? given;
    const pooled = this.#settings.reading === "signal"
      ? this.#convolveSignal(inputs)
      : this.#convolveSteps(inputs);
    const kept = dropout(pooled, this.#settings.dropout, noise, "head.dropout");
    return { prediction: tf.reshape(this.#head.apply(kept), [-1]) };
  }

  /** Reading A → [batch, stacks · sizes · filters] */
  #convolveSteps(inputs: Inputs): tf.Tensor2D {
    const each = this.modalities.map((modality) => stepsOf(inputs, modality));
    const { aligned, text } = this.#settings;
    const sides = aligned ? [sideBySide(each, this.modalities, text === "bert")] : each;
    const pooled = this.#stacks.flatMap((bank, i) => {
      const { x, lengths } = sides[i]!;
      return bank.map((conv) => conv.pooled(x, lengths));
    });
    return tf.concat(pooled, 1);
  }

  /** Reading B → [batch, filters] */
  #convolveSignal(inputs: Inputs): tf.Tensor2D {
    const vectors = this.modalities.map((modality) =>
      modality === "text"
        ? inputs.text as tf.Tensor2D
        : maskedMean(inputs[modality] as tf.Tensor3D, inputs[`${modality}Lengths`]!)
    );
    const [first, second] = this.#stacks[0] as [Conv1d, Conv1d];
    // [batch, 877] → [batch, 877, 1]: what is a step otherwise is a feature here
    const signal = tf.expandDims(tf.concat(vectors, 1), 2) as tf.Tensor3D;
    return tf.max(tf.relu(second.apply(tf.relu(first.apply(signal)))), 1) as tf.Tensor2D;
  }
}

/** One modality, zeros beyond the true steps: filters at the end look there. */
function stepsOf(inputs: Inputs, modality: Modality): Steps {
  const x = inputs[modality]!;
  const lengths = inputs[`${modality}Lengths`];
  if (lengths !== undefined) return { x: maskSteps(x as tf.Tensor3D, lengths), lengths };
  const [batch] = x.shape as [number];
  return { x: tf.expandDims(x, 1) as tf.Tensor3D, lengths: tf.ones([batch], "int32") };
}

/**
 * [batch, time, sum of widths]; a single step (CLS) is repeated, the longest length holds.
 *
 * @param cutText whether the text may have fewer steps: it is padded
 * @throws {UsageError} when the modalities have different steps.
 */
function sideBySide(
  each: readonly Steps[],
  modalities: readonly Modality[],
  cutText: boolean,
): Steps {
  const times = each.map(({ x }) => x.shape[1]);
  const time = Math.max(...times);
  // Tokens come without the padding that all of a batch share.
  const fits = (own: number, modality?: Modality) =>
    own === time || own === 1 || (cutText && modality === "text");
  if (times.some((own, i) => !fits(own, modalities[i]))) {
    const found = modalities.map((modality, i) => `${modality} has ${times[i]}`).join(", ");
    throw new UsageError(`Cannot use aligned true: ${found} steps, expected equally many`);
  }
  const x = tf.concat(
    each.map(({ x }) => {
      const [, own] = x.shape;
      if (own === time) return x;
      return own === 1 ? tf.tile(x, [1, time, 1]) : tf.pad3d(x, [[0, 0], [0, time - own], [0, 0]]);
    }),
    2,
  );
  const lengths = each.map(({ lengths }) => lengths).reduce((a, b) => tf.maximum(a, b));
  // A repeated step lies beyond the others' ends too.
  return { x: maskSteps(x, lengths), lengths };
}

/** Convolutions over time, as `--model cnn`. */
export const cnn: ModelDefinition = {
  name: "cnn",
  summary: "convolutions of 3, 4 and 5 steps over each modality, the largest responses, one layer",
  kind: "network",
  defaults: () => ({
    ...TEXT_DEFAULTS,
    batchSize: 32,
    reading: "steps",
    aligned: false,
    textSteps: "all",
    filtersDim: 100,
    signalDim: 32,
    dropout: 0.5,
    learningRate: 1e-3,
    weightDecay: 0,
    learningRateBert: 2e-5,
    weightDecayBert: 0,
  }),
  create: (context) => new Cnn(context),
};
