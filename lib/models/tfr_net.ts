/**
 * TFR-Net: sequences of which steps are missing attend to each other, and rebuild what is missing.
 *
 * Source: Yuan, Li, Xu, Yu, "Transformer-based Feature Reconstruction Network for Robust Multimodal
 * Sentiment Analysis", ACM MM 2021, and its code in thuiar/MMSA, `models/missingTask/TFR_NET`, whose
 * names the parameters carry. METHODS 9.7.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import { MODALITIES, type Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { Conv1d } from "../nn/conv.ts";
import { bandBias } from "../nn/cross_attention.ts";
import { CrossModalEncoder } from "../nn/cross_modal_encoder.ts";
import { dropout, type DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { centralMoments } from "../nn/losses/central_moments.ts";
import { meanAbsoluteError } from "../nn/losses/l1.ts";
import { smoothL1Sum } from "../nn/losses/smooth_l1.ts";
import { maskSteps, stepMask } from "../nn/mask.ts";
import { scoreBias, type Sequence } from "../nn/sequence.ts";
import { stopGradient } from "../nn/stop_gradient.ts";
import { LETTER } from "./fusion/code_names.ts";
import type {
  Inputs,
  Loss,
  ModelContext,
  NetworkDefinition,
  Outputs,
  ParameterGroup,
  StepsOf,
  Target,
} from "./model.ts";
import { Network } from "./network.ts";
import { drawKeptSteps, newKeptSteps, withTexts, withUnknown } from "./tfr_net/missing_steps.ts";
import { Classifier, GatedFusion } from "./tfr_net/tfr_net_blocks.ts";
import { TFR_NET_RECORDED } from "./tfr_net/tfr_net_recorded.ts";
import { TFR_NET_SETTINGS } from "./tfr_net/tfr_net_settings.ts";

/** Before the names of the encoders. */
const ALIGNMENT = "align_subnet.Model.";
/** Layers of the encoders of a sequence by itself, at least. */
const LEAST_LAYERS = 3;
/** Added to the number of missing entries. */
const EPSILON = 1e-4;
/** Added below the roots of the moments. */
const MOMENT_EPSILON = 1e-12;

/** A modality as it is, and as the network is shown it. */
interface Shown extends Sequence {
  /** What is to be rebuilt: [batch, time, width] */
  readonly whole: tf.Tensor3D;
  /** 1 for what is missing, [batch, time] */
  readonly missing: tf.Tensor2D;
}

/** What becomes of one modality. */
interface Parts {
  readonly convolution: Conv1d | null;
  readonly cross: readonly (readonly [Modality, CrossModalEncoder])[];
  readonly memory: CrossModalEncoder;
  /** Rebuilds: attends to the samples of a batch, or in mode robust to the steps of each. */
  readonly rebuild: CrossModalEncoder;
  readonly generator: Linear;
  readonly fusion: GatedFusion;
}

class TfrNet extends Network<typeof TFR_NET_SETTINGS> {
  readonly #parts = new Map<Modality, Parts>();
  readonly #classifier: Classifier;
  readonly #isRobust = this.settings.mode === "robust";

  constructor(context: ModelContext<typeof TFR_NET_SETTINGS>) {
    super(context, "text_model.model.");
    const { settings, modalities } = this;
    const { bert } = context;
    if (bert !== undefined && settings.unknownToken >= bert.config.vocabulary) {
      throw new UsageError(
        `Cannot make tfr-net: unknownToken is ${settings.unknownToken} and the text encoder has ` +
          `${bert.config.vocabulary} words, expected the id of its [UNK]`,
      );
    }
    for (const modality of modalities) {
      this.#parts.set(modality, this.#partsOf(modality, context.steps?.[modality]));
    }
    const inputs = modalities.reduce((sum, name) => sum + settings[`${name}HiddenSize`], 0);
    this.#classifier = new Classifier(this.within("fusion_subnet.Model.classifier."), {
      inputs,
      hidden: settings.classifierDim,
      dropout: settings.classifierDropout,
    });
  }

  override get groups(): ParameterGroup[] {
    const { learningRate, weightDecay } = this.settings;
    const isLate = (name: string) =>
      /^(generator_|align_subnet\.Model\.trans_._final\.)/.test(name);
    const names = this.ownNames(), group = { learningRate, weightDecay };
    return [
      { name: "other", ...group, parameters: names.filter((name) => !isLate(name)) },
      // Nothing is rebuilt in the first epoch.
      { name: "generators", ...group, parameters: names.filter(isLate), fromEpoch: 2 },
    ];
  }

  override get seesPadding(): boolean {
    return !this.#isRobust;
  }

  /** A convolution is left out where the data have the encoders' width already. */
  override get idle(): readonly string[] {
    const skipped = this.modalities.filter((modality) => this.#isSkipped(modality));
    return [
      ...super.idle,
      ...skipped.map((modality) => `${ALIGNMENT}proj_${LETTER[modality]}.weight`),
    ];
  }

  override keptSteps(of: StepsOf): Float32Array {
    const { missingRate, missingSeed } = this.settings;
    // In mode robust training draws by itself, and what is predicted is whole.
    return drawKeptSteps(of, this.#isRobust ? 0 : missingRate, missingSeed);
  }

  /** The prediction's part alone. */
  override criterion({ prediction }: Outputs, { labels }: Target): tf.Scalar {
    return meanAbsoluteError(prediction, labels);
  }

  /** (71) The text is read twice: whole, and with [UNK] for the words that are missing. */
  override readText(inputs: Inputs, noise: DropoutNoise | null): Inputs {
    if (!this.hasBert) return inputs;
    const tokens = inputs.tokens!, [batch, , places] = tokens.shape;
    const mask = tf.reshape(tf.slice3d(tokens, [0, 1, 0], [batch, 1, places]), [batch, places]);
    const words = tf.cast(mask, "float32") as tf.Tensor2D;
    const textKept = this.#kept("text", words, inputs, noise);
    const shown = withUnknown(tokens, tf.sub(words, textKept), this.settings.unknownToken);
    // Outside training nothing is rebuilt, and the whole text not needed.
    const both = noise === null ? { ...inputs, tokens: shown } : withTexts(shown, inputs);
    const { text } = super.readText(both, noise);
    const states = text as tf.Tensor3D, [, time, width] = states.shape;
    const part = (i: number) => tf.slice3d(states, [i * batch, 0, 0], [batch, time, width]);
    return {
      ...inputs,
      text: noise === null ? states : part(1),
      textShown: part(0),
      textKept: tf.slice2d(textKept, [0, 0], [batch, time]),
      textLengths: tf.cast(tf.sum(mask, 1), "int32"),
    };
  }

  forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const outputs: Record<string, tf.Tensor> = {};
    const shown = new Map(
      this.modalities.map((modality) => [modality, this.#show(modality, inputs, noise)]),
    );
    const projected = new Map(
      [...shown].map((
        [modality, sequence],
      ) => [modality, this.#project(modality, sequence, noise)]),
    );
    const encoded: tf.Tensor2D[] = [];
    for (const [modality, parts] of this.#parts) {
      const own = projected.get(modality)!;
      // (73) [E(p); E(p; q); …]
      const seen = parts.cross.map(([key, encoder]) => {
        const other = projected.get(key)!;
        return encoder.apply(own.x, other.x, this.#bias(own, other), noise);
      });
      const alone = parts.memory.apply(own.x, null, this.#bias(own, own), noise);
      const x = outputs[`read.${modality}`] = tf.concat3d([alone, ...seen], 2);
      const z = parts.fusion.apply({ x, lengths: own.lengths }, this.#isRobust);
      outputs[`feature.${modality}`] = z;
      encoded.push(dropout(z, this.settings.fusionDropout, noise, `${modality}.fusion.dropout`));
      if (noise === null) continue;
      Object.assign(outputs, this.#rebuild(modality, { ...shown.get(modality)!, read: x }, noise));
    }
    const joined = tf.concat2d(encoded, 1);
    return {
      prediction: this.#classifier.apply(joined, noise),
      "feature.fusion": joined,
      ...outputs,
    };
  }

  /** L1 + Σ_s w_s ℓ_s, of which the second part begins in epoch 2 */
  override loss(outputs: Outputs, target: Target): Loss {
    const fusion = meanAbsoluteError(outputs.prediction, target.labels);
    const each = Object.fromEntries(this.modalities.flatMap((modality) => {
      const loss = outputs[`generation.${modality}`];
      return loss === undefined ? [] : [[modality, loss as tf.Scalar]];
    }));
    const weighted = Object.entries(each).map(([modality, loss]) =>
      tf.mul(loss, this.settings[`${modality as Modality}Generation`])
    );
    if (weighted.length === 0) return { total: fusion, parts: { fusion } };
    const generation = tf.addN(weighted) as tf.Scalar;
    // A factor and not a branch, so that one compiled step serves all epochs.
    const isLater = tf.cast(tf.greater(target.epoch, 1.5), "float32");
    const total = tf.add(fusion, tf.mul(generation, isLater)) as tf.Scalar;
    return { total, parts: { fusion, generation, ...each } };
  }

  #partsOf(modality: Modality, steps: number | undefined): Parts {
    const { settings, modalities, widths } = this;
    const { modelDim, levels } = settings;
    const letter = LETTER[modality];
    const sizes = {
      inputs: widths[modality]!,
      outputs: modelDim,
      size: settings[`${modality}Kernel`],
      bias: false,
    };
    const alignment = this.within(ALIGNMENT);
    const encoder = (
      name: string,
      layers: number,
      { width = modelDim, heads = settings.heads, positions = true, attention = 0 },
    ) =>
      new CrossModalEncoder(alignment, `trans_${letter}_${name}`, {
        width,
        heads,
        layers,
        positions,
        dropout: {
          embed: settings.embedDropout,
          attention,
          residual: settings.residualDropout,
          relu: settings.reluDropout,
        },
      });
    const rates = {
      text: settings.attentionDropout,
      audio: settings.audioAttentionDropout,
      vision: settings.visionAttentionDropout,
    };
    const convolution = alignment.conv1d(`proj_${letter}`, sizes, "same");
    const cross = modalities.filter((key) => key !== modality).map((key) =>
      [key, encoder(`with_${LETTER[key]}`, levels, { attention: rates[key] })] as const
    );
    const deep = Math.max(levels, LEAST_LAYERS), attention = rates.text;
    const joined = modelDim * modalities.length;
    if (steps === undefined && !this.#isRobust) {
      throw new UsageError(
        `Cannot make tfr-net in mode reference: the number of steps of ${modality} is not known, ` +
          "expected that of the data",
      );
    }
    const rebuilding = this.#isRobust ? { width: joined, positions: false, attention } : {
      width: steps!,
      heads: divisorUpTo(settings.temporalHeads, steps!),
      positions: false,
      attention,
    };
    const hidden = settings[`${modality}HiddenSize`];
    return {
      convolution: this.#isSkipped(modality) ? null : convolution,
      cross,
      memory: encoder("mem", deep, { attention }),
      rebuild: encoder("final", deep, rebuilding),
      generator: this.linear(`generator_${modality[0]}.Model.linear`, joined, widths[modality]!),
      fusion: new GatedFusion(this, `fusion_subnet.Model.${modality}_encoder`, {
        inputs: joined,
        hidden,
        layers: settings.gruLayers,
      }),
    };
  }

  #isSkipped(modality: Modality): boolean {
    return this.widths[modality] === this.settings.modelDim;
  }

  /** Which steps it is shown: as read, or in mode robust as drawn anew; all where neither is. */
  #kept(
    modality: Modality,
    mask: tf.Tensor2D,
    inputs: Inputs,
    noise: DropoutNoise | null,
  ): tf.Tensor2D {
    if (!this.#isRobust) return inputs[`${modality}Kept`] ?? mask;
    return noise === null ? mask : newKeptSteps(mask, modality, this.settings.missingRate, noise);
  }

  #show(modality: Modality, inputs: Inputs, noise: DropoutNoise | null): Shown {
    const whole = inputs[modality] as tf.Tensor3D, lengths = inputs[`${modality}Lengths`]!;
    const mask = stepMask(lengths, whole.shape[1]);
    const isRead = modality === "text" && this.hasBert;
    const kept = isRead ? inputs.textKept! : this.#kept(modality, mask, inputs, noise);
    const shown = inputs[`${modality}Shown`] ?? tf.mul(whole, tf.expandDims(kept, 2));
    const x = shown as tf.Tensor3D;
    return {
      x: this.#isRobust ? maskSteps(x, lengths) : x,
      lengths,
      whole,
      missing: tf.sub(mask, kept),
    };
  }

  /** (72) a convolution without bias, left out where the width is the encoders' already */
  #project(modality: Modality, { x, lengths }: Sequence, noise: DropoutNoise | null): Sequence {
    const { convolution } = this.#parts.get(modality)!;
    const kept = modality === "text"
      ? dropout(x, this.settings.textDropout, noise, "text.dropout")
      : x;
    return { x: convolution === null ? kept : convolution.apply(kept), lengths };
  }

  /** (74), (75) what was missing, made of what was read, and how far it is off */
  #rebuild(
    modality: Modality,
    { read, lengths, whole, missing }: Shown & { readonly read: tf.Tensor3D },
    noise: DropoutNoise,
  ): Record<string, tf.Tensor> {
    const { rebuild, generator } = this.#parts.get(modality)!;
    const [batch, time, width] = read.shape;
    const sequence = { x: read, lengths };
    const bias = this.#isRobust
      ? scoreBias(sequence, sequence, { isTrue: true, isBand: false })
      : bandBias(batch, batch);
    // The code takes samples for steps, and steps for features: [width, batch, time]
    const made = this.#isRobust
      ? rebuild.apply(read, null, bias, noise)
      : tf.transpose(rebuild.apply(tf.transpose(read, [2, 0, 1]), null, bias, noise), [1, 2, 0]);
    const rebuilt = generator.apply(tf.reshape(made, [batch * time, width]) as tf.Tensor2D);
    const target = this.#isRobust ? stopGradient(whole) : whole;
    const mask = tf.reshape(missing, [batch * time, 1]);
    const [own, theirs] = [rebuilt, tf.reshape(target, rebuilt.shape)].map((rows) =>
      tf.mul(rows, mask) as tf.Tensor2D
    ) as [tf.Tensor2D, tf.Tensor2D];
    const count = tf.add(tf.mul(tf.sum(missing), rebuilt.shape[1]), EPSILON);
    const moments = centralMoments(own, theirs, { moments: 3, epsilon: MOMENT_EPSILON });
    const off = tf.add(smoothL1Sum(own, theirs), tf.mul(moments, this.settings.similarity));
    return {
      [`rebuilding.${modality}`]: made,
      [`rebuilt.${modality}`]: tf.reshape(rebuilt, [batch, time, -1]),
      [`generation.${modality}`]: tf.div(off, count),
    };
  }

  #bias(query: Sequence, key: Sequence): tf.Tensor {
    return scoreBias(query, key, { isTrue: this.#isRobust, isBand: true });
  }
}

/** The largest divisor of `n` that is not above `most`. */
function divisorUpTo(most: number, n: number): number {
  let divisor = Math.min(most, n);
  while (n % divisor !== 0) divisor--;
  return divisor;
}

/** TFR-Net, as `--model tfr-net`. */
export const tfrNet: NetworkDefinition<typeof TFR_NET_SETTINGS> = {
  name: "tfr-net",
  summary: "learns from data with missing steps, and rebuilds them",
  kind: "network",
  card: {
    source: "Yuan, Li, Xu, Yu: Transformer-based Feature Reconstruction Network for Robust " +
      "Multimodal Sentiment Analysis, ACM MM 2021; code thuiar/MMSA",
    reading:
      "Follows the code of MMSA: the same steps are missing in each epoch, in valid and test too, and " +
      "what is rebuilt depends on the other samples of the batch. Mode robust draws anew, predicts " +
      "from whole data, rebuilds each sample from itself, and steps once for each batch",
    limits: "Time and memory grow with the product of two lengths; in mode reference a trained " +
      "network knows data of as many steps only",
  },
  year: 2021,
  needs: ["sequences"],
  settings: TFR_NET_SETTINGS,
  check({ modelDim, heads, ...settings }) {
    if (modelDim % heads !== 0 || modelDim < 4) {
      throw new UsageError(
        `Cannot set modelDim to ${modelDim}: expected a multiple of the ${heads} heads, 4 or more`,
      );
    }
    for (const modality of MODALITIES) {
      const size = settings[`${modality}Kernel`];
      if (size % 2 === 1) continue;
      throw new UsageError(`Cannot set ${modality}Kernel to ${size}: expected an odd number`);
    }
  },
  training: ({ mode, gradClip, patience }) => ({
    schedule: { kind: "plateau", factor: 0.1, patience },
    clipValue: gradClip,
    ...(mode === "reference"
      ? { monitor: "criterion", clipAt: "sum", stepsWithin: true }
      : { applyTrailingGroup: true }),
  }),
  recorded: TFR_NET_RECORDED,
  create: (context) => new TfrNet(context),
};
