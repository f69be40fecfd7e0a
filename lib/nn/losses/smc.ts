/**
 * The self-decoupled contrastive loss (SMC): the modalities of one sample attract each other, and
 * those of other samples are pushed away.
 *
 * Source: Liu et al., ICMR 2024 (MMCL), of which only the abstract was to be had; the formula is our
 * reading, after Yeh et al. 2021 (DCL, arXiv 2110.06848). "Self-decoupled" is read in two ways, both
 * on by default and each a switch of its own.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { constantOf } from "../stop_gradient.ts";
import { meanOver, offDiagonal, pairLoss, presence, requireTemperature } from "./pair_loss.ts";
import { type SelfModulation, selfModulation } from "./self_modulation.ts";

/** How {@linkcode modalityContrastiveLoss} contrasts. */
export interface ModalityContrastiveOptions {
  /** τ, above 0. */
  readonly temperature: number;
  /** Weights of positive pairs; null for none. */
  readonly modulation: SelfModulation | null;
  /**
   * Negatives of a modality of a sample: the other modalities of other samples, or all of them.
   * The default, `crossOnly`, takes the contrast of a modality with itself out.
   */
  readonly negatives?: "crossOnly" | "allNeg";
  /** Whether the positive pair is kept out of the denominator; on by default. */
  readonly decoupled?: boolean;
  /** Categories [batch]: samples of the anchor's own are then no negatives. Off by default. */
  readonly categories?: tf.Tensor1D;
}

/**
 * One [batch, width] a modality → scalar (equation 33): with three modalities
 * L = 1/(6B) Σ_{i,m} Σ_{m' ≠ m} w [−σ/τ + log Σ_{n ∈ 𝒩(i,m)} exp(σ_n/τ)].
 *
 * The mean is over the pairs that have a negative and whose rows are not 0 (sequences without a
 * valid step). One sample or one modality has no such pair: the loss is 0, and its gradient too.
 * The loss may be negative; that is normal where the positive is not in the denominator.
 *
 * @param representations of length 1 (or 0), of the same samples in the same order
 * @throws {RangeError} when the temperature is not above 0.
 *
 * @example Two samples whose modalities agree, with nothing in common
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { modalityContrastiveLoss } from "./smc.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const z = tf.tensor2d([[1, 0], [0, 1]]);
 * const loss = modalityContrastiveLoss([z, z, z], { temperature: 0.5, modulation: null });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(2) - 2, 1e-6);
 * ```
 */
export function modalityContrastiveLoss(
  representations: readonly tf.Tensor2D[],
  options: ModalityContrastiveOptions,
): tf.Scalar {
  requireTemperature(options.temperature);
  // [modalities · batch, width], the modality is the slower index
  const z = tf.concat([...representations], 0);
  const negative = constantOf(() => negativesOf(representations, options));
  // Only pairs whose anchor has a negative count.
  const positive = constantOf(() => {
    const hasNegative = tf.max(negative, 1, true);
    return tf.mul(hasNegative, positivesOf(representations)) as tf.Tensor2D;
  });
  const similarity = tf.matMul(z, z, false, true) as tf.Tensor2D;
  const logits = tf.div(similarity, options.temperature) as tf.Tensor2D;
  const losses = pairLoss(logits, negative, !(options.decoupled ?? true));
  return meanOver(losses, selfModulation(similarity, positive, options.modulation), positive);
}

/** [m · batch, m · batch], 1 for the other modalities of the same sample */
function positivesOf(representations: readonly tf.Tensor2D[]): tf.Tensor2D {
  const [modalities, batch] = [representations.length, representations[0]!.shape[0]];
  const sameSample = tf.tile(tf.eye(batch), [modalities, modalities]);
  return tf.mul(bothThere(representations), tf.mul(sameSample, otherModality(modalities, batch)));
}

/** [m · batch, m · batch], 1 for what an anchor is contrasted with */
function negativesOf(
  representations: readonly tf.Tensor2D[],
  { negatives, categories }: ModalityContrastiveOptions,
): tf.Tensor2D {
  const [modalities, batch] = [representations.length, representations[0]!.shape[0]];
  let samples = offDiagonal(batch);
  if (categories !== undefined) {
    const unlike = tf.notEqual(tf.expandDims(categories, 1), tf.expandDims(categories, 0));
    samples = tf.mul(samples, tf.cast(unlike, "float32"));
  }
  const found: tf.Tensor2D = tf.mul(
    bothThere(representations),
    tf.tile(samples, [modalities, modalities]),
  );
  return negatives === "allNeg" ? found : tf.mul(found, otherModality(modalities, batch));
}

/** [m · batch, m · batch], 1 where neither row is 0 */
function bothThere(representations: readonly tf.Tensor2D[]): tf.Tensor2D {
  const there = tf.concat(representations.map(presence), 0);
  return tf.mul(tf.expandDims(there, 1), tf.expandDims(there, 0));
}

/** [m · batch, m · batch], 1 where the modalities differ: blocks of `batch` rows and columns */
function otherModality(modalities: number, batch: number): tf.Tensor2D {
  const corners = tf.reshape(offDiagonal(modalities), [modalities, 1, modalities, 1]);
  return tf.reshape(tf.tile(corners, [1, batch, 1, batch]), [
    modalities * batch,
    modalities * batch,
  ]);
}
