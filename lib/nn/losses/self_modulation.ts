/**
 * Self-modulation factors: loss weights of positive pairs, larger for pairs that lie further apart,
 * so that a contrastive loss works on its hard positives.
 *
 * Source: Liu et al., ICMR 2024 (MMCL) name the factors; the formulas are our reading, the second
 * one after Yeh et al. 2021 (DCLW, arXiv 2110.06848).
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";
import { constantOf } from "../stop_gradient.ts";

/** How positive pairs are weighted. */
export interface SelfModulation {
  /**
   * `distance`: by the distance 1 − σ over its mean (equation 34); `dclw`: by negative
   * von-Mises–Fisher weights (equation 35).
   */
  readonly form: "distance" | "dclw";
  /** Exponent of the distance, 0 or more; 0 gives every pair the weight 1. */
  readonly gamma: number;
  /** Over which pairs the mean is taken: those of the anchor, or all of the batch. */
  readonly mean: "anchor" | "batch";
}

/** ε of the ratio of distances: where all are 0, the weight is 1. */
const EPSILON = 1e-8;
/** Weights lie in [0, LARGEST]. */
const LARGEST = 5;
/** The width of DCLW's weights, which is not the loss's temperature. */
const DCLW_WIDTH = 0.5;

/**
 * Weights of the pairs, as constants: no gradient flows through them.
 *
 * (34) w = (d^γ + ε) / (mean d^γ + ε) with d = 1 − σ, clipped to [0, 5];
 * (35) w = 2 − exp(σ/0.5) / mean exp(σ/0.5), clipped at 0.
 *
 * @param similarity σ, cosines [anchors, others]
 * @param positive 1 where a pair is positive, else 0, [anchors, others]
 * @param modulation null gives every pair the weight 1
 * @returns [anchors, others], 0 where a pair is not positive
 * @throws {RangeError} when γ is not a number of 0 or more.
 */
export function selfModulation(
  similarity: tf.Tensor2D,
  positive: tf.Tensor2D,
  modulation: SelfModulation | null,
): tf.Tensor2D {
  if (modulation === null) return positive;
  const { form, gamma } = modulation;
  if (!(gamma >= 0 && Number.isFinite(gamma))) {
    throw new RangeError(`Cannot weight pairs: gamma is ${gamma}, expected a number of 0 or more`);
  }
  const axis = modulation.mean === "anchor" ? 1 : undefined;
  const count = tf.maximum(tf.sum(positive, axis, true), 1);
  const overMean = (x: tf.Tensor) => {
    const mean = tf.div(tf.sum(tf.mul(x, positive), axis, true), count);
    return tf.div(tf.add(x, EPSILON), tf.add(mean, EPSILON));
  };
  return constantOf(() => {
    // Rounding can push a cosine beyond 1; a power of a negative number is not a number.
    const weights = form === "dclw"
      ? tf.sub(2, overMean(tf.exp(tf.div(similarity, DCLW_WIDTH))))
      : overMean(tf.pow(tf.maximum(tf.sub(1, similarity), 0), gamma));
    return tf.mul(positive, tf.clipByValue(weights, 0, LARGEST)) as tf.Tensor2D;
  });
}
