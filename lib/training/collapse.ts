/** Networks that have learned nothing but a constant. @module */

import { standardDeviation } from "../statistics/mod.ts";

/** Spread of scores, in that of labels, below which they are one number for all samples. */
const LEAST_SPREAD = 0.05;

/**
 * Says when the scores of a trained network hardly differ from each other, as those of published
 * models do with settings for other data: the table would show a model, and it is a constant.
 *
 * @param scores of valid, where early stopping looked
 * @param labels of the same samples
 * @returns the warning; null where the scores differ, or the labels do not
 */
export function collapseWarning(
  scores: ArrayLike<number>,
  labels: ArrayLike<number>,
): string | null {
  if (scores.length < 2) return null;
  const [found, wanted] = [scores, labels].map((values) => standardDeviation(Array.from(values)));
  if (found! >= LEAST_SPREAD * wanted!) return null;
  return `The network has learned a constant: its scores on split "valid" differ by ` +
    `${found!.toPrecision(2)} (standard deviation), the labels by ${wanted!.toPrecision(2)}; ` +
    "weight decay, learning rate or depth may be too large for these data, or earlyStop too small";
}
