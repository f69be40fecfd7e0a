/**
 * The category-aware contrastive loss (CMC): within one modality, samples of one category attract
 * each other.
 *
 * Source: Liu et al., ICMR 2024 (MMCL), of which only the abstract was to be had; the formula is our
 * reading, after Khosla et al. 2020 (SupCon).
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { constantOf } from "../stop_gradient.ts";
import { meanOver, offDiagonal, pairLoss, presence, requireTemperature } from "./pair_loss.ts";
import { type SelfModulation, selfModulation } from "./self_modulation.ts";

/** How {@linkcode contrastiveLoss} contrasts. */
export interface ContrastiveOptions {
  /** τ, above 0. */
  readonly temperature: number;
  /** Weights of positive pairs; null for none. */
  readonly modulation: SelfModulation | null;
  /** What stands in the denominator: all other samples (default), or those of other categories. */
  readonly denominator?: "all" | "negatives";
}

/**
 * [batch, width], [batch] → scalar (equation 32):
 * L = mean over B⁺ of 1/|P(i)| Σ_{p ∈ P(i)} w_ip [−σ_ip/τ + log Σ_{a ≠ i} exp(σ_ia/τ)], where P(i)
 * are the other samples of i's category.
 *
 * Anchors without a positive or without a negative are left out, and so are rows of 0 (sequences
 * without a valid step) everywhere. Where none is left, the loss is 0, and its gradient too.
 *
 * @param z representations of length 1 (or 0), one a sample
 * @param categories whole numbers
 * @throws {RangeError} when the temperature is not above 0.
 *
 * @example Two pairs, each in one place, opposite to the other
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { contrastiveLoss } from "./contrastive.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const z = tf.tensor2d([[1, 0], [1, 0], [-1, 0], [-1, 0]]);
 * const loss = contrastiveLoss(z, tf.tensor1d([1, 1, -1, -1]), {
 *   temperature: 1,
 *   modulation: null,
 * });
 * assertAlmostEquals(loss.dataSync()[0]!, Math.log(1 + 2 * Math.exp(-2)), 1e-6);
 * ```
 */
export function contrastiveLoss(
  z: tf.Tensor2D,
  categories: tf.Tensor1D,
  options: ContrastiveOptions,
): tf.Scalar {
  requireTemperature(options.temperature);
  const others = constantOf(() => othersOf(z));
  const positive = constantOf(() => {
    const [rows, columns] = [tf.expandDims(categories, 1), tf.expandDims(categories, 0)];
    return tf.mul(others, tf.cast(tf.equal(rows, columns), "float32")) as tf.Tensor2D;
  });
  const negative = constantOf(() => tf.sub(others, positive) as tf.Tensor2D);
  const similarity = tf.matMul(z, z, false, true) as tf.Tensor2D;
  const contrast = options.denominator === "negatives" ? negative : others;
  const losses = pairLoss(tf.div(similarity, options.temperature), contrast, false);
  const weights = selfModulation(similarity, positive, options.modulation);
  const positives = tf.maximum(tf.sum(positive, 1), 1);
  const isAnchor = constantOf(() => {
    const hasBoth = tf.minimum(tf.max(positive, 1), tf.max(negative, 1));
    return tf.cast(tf.greater(hasBoth, 0), "float32");
  });
  const perAnchor = tf.div(tf.sum(tf.mul(losses, weights), 1), positives);
  return meanOver(perAnchor, isAnchor, isAnchor);
}

/** [batch, batch], 1 where both samples are there and are not the same */
function othersOf(z: tf.Tensor2D): tf.Tensor2D {
  const there = presence(z);
  const both = tf.mul(tf.expandDims(there, 1), tf.expandDims(there, 0));
  return tf.mul(offDiagonal(z.shape[0]), both);
}
