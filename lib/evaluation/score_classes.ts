/** From scores to classes, as numpy does it on float32 values. @module */

/** A division of scores into classes. */
export interface ScoreClasses {
  /** Names the task of telling them, for example `negPos`. */
  readonly name: string;
  /** Names by class, in the order of scores; classes are numbered from `first`. */
  readonly names: readonly string[];
  /** The lowest class: 0, or -3 for the classes -3 to 3. */
  readonly first: number;
  /** The class of a score. */
  readonly toClass: (score: number) => number;
  /** Whether a sample with that label takes part. */
  readonly isCounted: (label: number) => boolean;
}

/**
 * The nearest whole number, halves to the even one, as `numpy.round`. `Math.round` takes halves
 * upwards (0.5 to 1, -1.5 to -1), which moves labels of MOSI into other classes.
 *
 * @example
 * ```ts
 * import { roundHalfEven } from "./score_classes.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([2.5, 1.5, -1.5].map(roundHalfEven), [2, 2, -2]);
 * ```
 */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest < 0.5) return below;
  if (rest > 0.5) return below + 1;
  return below % 2 === 0 ? below : below + 1;
}

/** `value`, or the nearer end of [`low`, `high`]. */
export function clip(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** Below 0 and 0 or more, of all samples. */
export const NON_NEGATIVE: ScoreClasses = {
  name: "nonNeg",
  names: ["negative", "non-negative"],
  first: 0,
  toClass: (score) => Math.fround(score) >= 0 ? 1 : 0,
  isCounted: () => true,
};

/** 0 or less and above 0, of all samples. */
export const POSITIVE: ScoreClasses = {
  name: "nonPosPos",
  names: ["non-positive", "positive"],
  first: 0,
  toClass: (score) => Math.fround(score) > 0 ? 1 : 0,
  isCounted: () => true,
};

/** Negative and positive, of the samples whose label is not 0; a score of 0 counts as negative. */
export const NEGATIVE_POSITIVE: ScoreClasses = {
  ...POSITIVE,
  name: "negPos",
  names: ["negative", "positive"],
  isCounted: (label) => Math.fround(label) !== 0,
};

/**
 * Scores clipped to [-`limit`, `limit`] and rounded: the 2 × `limit` + 1 whole numbers there. Source:
 * MMSA `metricsTop.py`.
 */
export function roundedClasses(limit: number): ScoreClasses {
  const count = 2 * limit + 1;
  return {
    name: `classes${count}`,
    names: Array.from({ length: count }, (_, i) => String(i - limit).replace("-", "−")),
    first: -limit,
    toClass: (score) => roundHalfEven(clip(Math.fround(score), -limit, limit)),
    isCounted: () => true,
  };
}

/**
 * Bins that are separated by the increasing `edges` and hold their right edge. Compared in float32,
 * where 0.1 is another number than in float64.
 */
export function binnedClasses(edges: readonly number[], names: readonly string[]): ScoreClasses {
  return {
    name: `classes${names.length}`,
    names,
    first: 0,
    toClass: (value) => {
      const score = Math.fround(value);
      let bin = 0;
      for (const edge of edges) if (score > Math.fround(edge)) bin++;
      return bin;
    },
    isCounted: () => true,
  };
}
