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
import type { Conv1d } from "../nn/conv.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { maskedMean, maskSteps } from "../nn/mask.ts";
import type { Inputs, ModelContext, NetworkDefinition, Outputs } from "./model.ts";
import { Network } from "./network.ts";
import { count, flag, learningRate, oneOf, rate, weightDecay } from "./setting.ts";

/** Steps that the filters of reading `steps` span. */
const SIZES = [3, 4, 5];
/** Of reading `signal`. */
const SIGNAL_SIZE = 5;

const settings = {
  batchSize: count(32, "samples of a batch", { search: [16, 32, 64] }),
  reading: oneOf(["steps", "signal"], "convolve steps, or one averaged vector"),
  aligned: flag(
    false,
    "whether the modalities have the same steps: they are convolved side by side",
  ),
  textSteps: oneOf(["all", "first"], "text of every step, or the first step (CLS) for all of them"),
  filtersDim: count(100, "filters of each size", { search: [50, 100, 200] }),
  signalDim: count(32, "filters of each of the two layers of reading signal"),
  dropout: rate(0.5, "dropout before the last layer", { search: { uniform: [0.1, 0.7] } }),
  learningRate: learningRate(1e-3, undefined, { search: { logUniform: [1e-4, 1e-2] } }),
  weightDecay: weightDecay(0, undefined, { search: { logUniform: [1e-6, 1e-3] } }),
  learningRateBert: learningRate(2e-5, "step size of the BERT"),
  weightDecayBert: weightDecay(0, "weight decay of the BERT's matrices"),
};

/** Steps with their true lengths: [batch, time, width], int32 [batch]. */
interface Steps {
  readonly x: tf.Tensor3D;
  readonly lengths: tf.Tensor1D;
}

class Cnn extends Network<typeof settings> {
  /** Filters by size; of each modality, or of all side by side, or the layers of a signal. */
  readonly #stacks: readonly (readonly Conv1d[])[];
  readonly #head: Linear;

  constructor(context: ModelContext<typeof settings>) {
    super(context);
    const { reading, aligned, textSteps, filtersDim, signalDim } = this.settings;
    const { modalities, widths } = this;
    const isVector = reading === "signal" || textSteps === "first";
    if (isVector && modalities.includes("text")) this.reads.text = "first";
    const conv = (name: string, inputs: number, outputs: number, size: number) =>
      this.conv1d(name, { inputs, outputs, size }, "same");
    const bank = (prefix: string, inputs: number) =>
      SIZES.map((size) => conv(`${prefix}conv_${size}`, inputs, filtersDim, size));
    if (reading === "signal") {
      const first = conv("conv_1", 1, signalDim, SIGNAL_SIZE);
      this.#stacks = [[first, conv("conv_2", signalDim, signalDim, SIGNAL_SIZE)]];
    } else if (aligned) {
      this.#stacks = [bank("", modalities.reduce((sum, name) => sum + widths[name]!, 0))];
    } else {
      this.#stacks = modalities.map((name) => bank(`${name}_`, widths[name]!));
    }
    const pooled = reading === "signal"
      ? signalDim
      : this.#stacks.length * SIZES.length * filtersDim;
    this.#head = this.linear("head", pooled, 1);
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const pooled = this.settings.reading === "signal"
      ? this.#convolveSignal(inputs)
      : this.#convolveSteps(inputs);
    const kept = dropout(pooled, this.settings.dropout, noise, "head.dropout");
    return { prediction: tf.reshape(this.#head.apply(kept), [-1]), "feature.fusion": pooled };
  }

  /** Reading A → [batch, stacks · sizes · filters] */
  #convolveSteps(inputs: Inputs): tf.Tensor2D {
    const each = this.modalities.map((modality) => stepsOf(inputs, modality));
    const sides = this.settings.aligned ? [sideBySide(each, this.modalities, this.hasBert)] : each;
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
export const cnn: NetworkDefinition<typeof settings> = {
  name: "cnn",
  summary: "convolutions of 3, 4 and 5 steps over each modality, the largest responses, one layer",
  kind: "network",
  year: null,
  needs: [],
  card: {
    source: "Convolutions of 3, 4 and 5 steps over each modality, a usual baseline",
    reading: "Our reading",
    limits: "Sees five steps at once at most; what depends on more is lost",
  },
  settings,
  create: (context) => new Cnn(context),
};
