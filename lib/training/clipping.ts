/**
 * Gradients made smaller before they are used.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import type { TrainingRules } from "../models/mod.ts";

/** What is clipped at; 0 clips nothing. */
export type ClipLimits = Partial<Pick<TrainingRules, "clipNorm" | "clipValue">>;

/** What is clipped, and when. */
type ClipRules = Pick<TrainingRules, "clipAt" | "clipNorm" | "clipValue">;

/** What running sums are clipped at after each batch. */
export function sumLimitsOf({ clipAt, clipNorm, clipValue }: ClipRules): ClipLimits {
  return clipAt === "sum" ? { clipNorm, clipValue } : {};
}

/** What the optimizer clips at its step: what is clipped as a sum is not clipped again. */
export function stepLimitsOf({ clipAt, clipNorm, clipValue }: ClipRules): ClipLimits {
  return clipAt === "step" ? { clipNorm, clipValue } : {};
}

/** How each of some gradients is clipped; the caller frees what was made for it. */
export interface Clipping {
  /** A gradient of them, clipped. */
  of(gradient: tf.Tensor): tf.Tensor;
  /** Frees the scale. */
  dispose(): void;
}

/**
 * Clips by the norm of all gradients as one vector, as PyTorch's `clip_grad_norm_`, or each entry by
 * its size, as `clip_grad_value_`.
 *
 * @returns null where nothing is to be clipped
 */
export function clippingOf(
  gradients: readonly tf.Tensor[],
  { clipNorm = 0, clipValue = 0 }: ClipLimits,
): Clipping | null {
  if (clipNorm <= 0 && clipValue <= 0) return null;
  const scale = clipNorm > 0 ? tf.tidy(() => scaleTo(clipNorm, gradients)) : null;
  return {
    of: (gradient) => {
      const scaled = scale === null ? gradient : tf.mul(gradient, scale);
      return clipValue > 0 ? tf.clipByValue(scaled, -clipValue, clipValue) : scaled;
    },
    dispose: () => scale?.dispose(),
  };
}

/** min(1, norm / |all gradients|), a scalar */
function scaleTo(norm: number, gradients: readonly tf.Tensor[]): tf.Scalar {
  const squares = tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient))));
  // As PyTorch, which guards the division in the same way.
  return tf.minimum(1, tf.div(norm, tf.add(tf.sqrt(squares), 1e-6)));
}
