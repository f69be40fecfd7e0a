/**
 * Shared and private information: Self-MM, whose generated labels keep what is private to a
 * modality, plus an alignment of second-order statistics, which ties what modalities share.
 *
 * Source: Lai et al., "Shared and Private Information Learning in Multimodal Sentiment Analysis with
 * Deep Modal Alignment and Self-supervised Multi-Task Learning", IJCNN 2024 (arXiv 2305.08473). From
 * it: the backbone, the covariance as the measure, and the pair that its figure draws, audio and
 * vision. Our reading, for the text could not be had: φ, the width, the loss (20) of Deep CORAL, and
 * β = 1.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type { Modality } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import type { DropoutNoise } from "../nn/dropout.ts";
import type { Linear } from "../nn/linear.ts";
import { alignmentLoss } from "../nn/losses/alignment.ts";
import { orthonormal } from "../nn/orthonormal.ts";
import type {
  Inputs,
  Loss,
  ModelContext,
  NetworkDefinition,
  Outputs,
  ParameterGroup,
  Target,
} from "./model.ts";
import { SELF_MM_TRAINING, SelfMm } from "./self_mm.ts";
import { SELF_MM_PRESETS, SELF_MM_SETTINGS } from "./self_mm_settings.ts";
import { count, number, oneOf, text, type ValuesOf } from "./setting.ts";

const settings = {
  ...SELF_MM_SETTINGS,
  audioOut: count(32, "width of F_a"),
  visionOut: count(32, "width of F_v"),
  pairs: text("av", "which modalities share, each with an optional weight λ: av,ta=0.5", {
    expected: "none, or some of ta, tv, av with optional weights, for example av,ta=0.5",
    accepts: (text) => parsePairs(text) !== null,
  }),
  projection: oneOf(
    ["identity", "fixedOrthogonal", "linear"],
    "φ, which maps F_s to what is aligned",
  ),
  sharedDim: count(32, "width of what φ gives; identity keeps the one of F_s"),
  alignment: oneOf(["coral", "coral+mean", "pairwiseL2", "cmd"], "ℓ, what is aligned"),
  beta: number(1, "weight of the alignment", { from: 0, search: [0.1, 1, 10, 100] }),
  alignmentBatch: count(8, "smaller batches are not aligned: their covariances are mostly noise"),
};

/** Two modalities that share information, and the weight λ of their alignment. */
interface Pair {
  readonly modalities: readonly [Modality, Modality];
  readonly weight: number;
}

const PAIRS: Readonly<Record<string, readonly [Modality, Modality]>> = {
  ta: ["text", "audio"],
  tv: ["text", "vision"],
  av: ["audio", "vision"],
};
/** Added to variances before the root. */
const VARIANCE_EPSILON = 1e-5;
const PREFIX = "alignment_";

class SharedPrivate extends SelfMm {
  declare readonly settings: ValuesOf<typeof settings>;
  readonly #pairs: readonly Pair[];
  readonly #linear = new Map<Modality, Linear>();
  /** Frozen projections, [width, shared]: in the memory, since a compiled step has to know them. */
  readonly #frozen = new Map<Modality, tf.Variable>();

  constructor(context: ModelContext<typeof settings>) {
    super(context);
    const { pairs, projection, sharedDim } = this.settings;
    this.#pairs = parsePairs(pairs)!.filter(({ modalities }) =>
      modalities.every((modality) => this.modalities.includes(modality))
    );
    const widths = this.encodedWidths;
    if (projection === "identity") requireEqualWidths(this.#pairs, widths);
    for (const modality of this.#aligned()) {
      const name = `${PREFIX}${modality}`;
      const width = widths[modality]!;
      if (projection === "linear") {
        this.#linear.set(modality, this.linear(name, width, sharedDim));
      } else if (projection === "fixedOrthogonal") {
        const values = orthonormal(width, sharedDim, this.random.split(name));
        this.#frozen.set(
          modality,
          tf.tidy(() => tf.variable(tf.tensor2d(values, [width, sharedDim]), false)),
        );
      }
    }
  }

  override get memory(): ReadonlyMap<string, tf.Variable> {
    const frozen = [...this.#frozen].map(([modality, matrix]) =>
      [`${PREFIX}${modality}`, matrix] as const
    );
    return new Map([...super.memory, ...frozen]);
  }

  override get groups(): ParameterGroup[] {
    const { learningRateOther: learningRate, weightDecayOther: weightDecay } = this.settings;
    const parameters = this.ownNames(PREFIX);
    return [...super.groups, { name: "alignment", learningRate, weightDecay, parameters }];
  }

  /** (17) as Self-MM; F_s of the aligned modalities is kept for the loss. */
  override forward(inputs: Inputs, noise: DropoutNoise | null): Outputs {
    const encoded = this.encode(inputs, noise);
    const kept = this.#aligned().map((modality) => [
      `encoded.${modality}`,
      tf.clone(encoded[modality]!),
    ]);
    return { ...this.score(encoded, noise), ...Object.fromEntries(kept) };
  }

  /** (23) L = L_task + L_uni + β L3 */
  override loss(outputs: Outputs, target: Target): Loss {
    const base = super.loss(outputs, target);
    const alignment = this.#alignment(outputs);
    return {
      total: tf.add(base.total, tf.mul(alignment, this.settings.beta)),
      parts: { ...base.parts, alignment },
    };
  }

  override dispose(): void {
    super.dispose();
    for (const matrix of this.#frozen.values()) matrix.dispose();
  }

  /** (22) L3 = Σ λ_pq ℓ(M_p, M_q); 0 for a small batch */
  #alignment(outputs: Outputs): tf.Scalar {
    let total = tf.scalar(0);
    const batch = outputs.prediction.shape[0];
    const isSmall = batch < Math.max(2, this.settings.alignmentBatch);
    for (const { modalities: [p, q], weight } of this.#pairs) {
      const [first, second] = [this.#project(outputs, p), this.#project(outputs, q)];
      // A 0 that depends on φ: a parameter has a gradient in every batch or in none.
      const part: tf.Scalar = isSmall
        ? tf.mul(tf.sum(tf.sub(first, second)), 0)
        : alignmentLoss(first, second, this.settings.alignment);
      total = tf.add(total, tf.mul(part, weight));
    }
    return total;
  }

  /** (18) M_s = φ_s(F_s), [batch, shared] */
  #project(outputs: Outputs, modality: Modality): tf.Tensor2D {
    const encoded = outputs[`encoded.${modality}`] as tf.Tensor2D;
    const frozen = this.#frozen.get(modality);
    if (frozen !== undefined) return tf.matMul(encoded, frozen as unknown as tf.Tensor2D);
    const linear = this.#linear.get(modality);
    // Standardised, since a map of its own could shrink to 0, where everything is aligned.
    return linear === undefined ? encoded : standardized(linear.apply(encoded));
  }

  #aligned(): Modality[] {
    return [...new Set(this.#pairs.flatMap(({ modalities }) => modalities))];
  }
}

/** [batch, d] → the same, each column with mean 0 and variance 1 over the batch */
function standardized(x: tf.Tensor2D): tf.Tensor2D {
  const centered = tf.sub(x, tf.mean(x, 0, true));
  const variance = tf.mean(tf.square(centered), 0, true);
  return tf.div(centered, tf.sqrt(tf.add(variance, VARIANCE_EPSILON)));
}

/** null for a text that is no list of pairs */
function parsePairs(text: string): Pair[] | null {
  if (text === "none") return [];
  const pairs = text.split(",").map((part) => {
    const [name = "", weight = "1"] = part.split("=");
    const value = weight.trim() === "" ? NaN : Number(weight);
    const isPair = Object.hasOwn(PAIRS, name) && value >= 0 && Number.isFinite(value);
    return isPair ? { modalities: PAIRS[name]!, weight: value } : null;
  });
  return pairs.every((pair) => pair !== null) ? pairs : null;
}

/** @throws {UsageError} when paired modalities have features of different widths. */
function requireEqualWidths(
  pairs: readonly Pair[],
  widths: Readonly<Partial<Record<Modality, number>>>,
): void {
  for (const { modalities: [p, q] } of pairs) {
    if (widths[p] === widths[q]) continue;
    throw new UsageError(
      `Cannot align ${p} of width ${widths[p]} with ${q} of width ${widths[q]}: expected equal ` +
        `ones, or projection fixedOrthogonal or linear`,
    );
  }
}

/** Shared and private information, as `--model shared-private`. */
export const sharedPrivate: NetworkDefinition<typeof settings> = {
  name: "shared-private",
  summary: "Self-MM with second-order alignment of modalities, by default audio and vision",
  kind: "network",
  year: 2024,
  needs: [],
  card: {
    source: "Lai, Li, Guo, Hu, Li, Tan, Song, Liu, Ren, Wan, Miao, Liu: Shared and Private " +
      "Information Learning in Multimodal Sentiment Analysis with Deep Modal Alignment and " +
      "Self-supervised Multi-Task Learning, IJCNN 2024",
    reading: "Published: the backbone and the pair audio-vision. Which vectors are aligned, how " +
      "they are projected and how the loss is weighted are our reading",
    limits: "Differences to the published numbers may be those of our reading",
  },
  settings,
  presets: SELF_MM_PRESETS,
  ...SELF_MM_TRAINING,
  create: (context) => new SharedPrivate(context),
};
