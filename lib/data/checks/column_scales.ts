/** Whether columns of audio and vision want a common scale. @module */

import type { FeatureColumn } from "../dataset.ts";
import type { Modality } from "../modality.ts";
import { columnSums, SCALED } from "../standardized.ts";

/** Columns whose sizes differ by more than this want a common scale. */
const UNLIKE = 100;
/** Values beyond this want another scale: those of networks are about 1. */
const LARGE = 1000;

/** Whether features are to be standardized, and why. */
export interface ScaleFinding {
  readonly isUnscaled: boolean;
  /** In words, for people and `config.json`. */
  readonly reason: string;
}

/** @param features of the train split */
export function columnScales(
  features: Readonly<Partial<Record<Modality, FeatureColumn>>>,
): ScaleFinding {
  for (const modality of SCALED) {
    const column = features[modality];
    if (column === undefined) continue;
    const { means, variances, least, greatest } = columnSums(column);
    // Root mean squares; columns of zeros have no scale.
    const sizes = [...means].map((mean, j) => Math.sqrt(mean * mean + variances[j]!))
      .filter((size) => size > 0);
    const largest = Math.max(-Math.min(0, ...least), Math.max(0, ...greatest));
    const ratio = Math.max(...sizes) / Math.min(...sizes);
    const show = (value: number) => value.toPrecision(2).replace(/e\+?/, "e");
    if (Number.isFinite(largest) && largest > LARGE) {
      return { isUnscaled: true, reason: `${modality} has values up to ${show(largest)}` };
    }
    if (ratio > UNLIKE) {
      const reason = `the scales of ${modality} columns differ by ${show(ratio)} times`;
      return { isUnscaled: true, reason };
    }
  }
  return { isUnscaled: false, reason: "columns of audio and vision are of like scales" };
}
