/** From scores to classes, as numpy does it on float32 values. @module */

/**
 * The nearest whole number, halves to the even one, as `numpy.round`. `Math.round` takes halves
 * upwards (0.5 to 1, -1.5 to -1), which moves labels of MOSI into other classes.
 *
 * @example
 * ```ts
 * import { roundHalfEven } from "./classes.ts";
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

/**
 * Class of a score: clipped to [-`limit`, `limit`] and rounded, so one of 2 × `limit` + 1 whole
 * numbers. Source: MMSA `metricsTop.py`.
 */
export function roundedClass(value: number, limit: number): number {
  return roundHalfEven(clip(Math.fround(value), -limit, limit));
}

/**
 * Index of the bin that holds `value`: bins are separated by the increasing `edges` and hold their
 * right edge. Compared in float32, where 0.1 is another number than in float64.
 */
export function binOf(value: number, edges: readonly number[]): number {
  const score = Math.fround(value);
  let bin = 0;
  for (const edge of edges) if (score > Math.fround(edge)) bin++;
  return bin;
}

/** Share of the positions at which two lists of classes agree, 0 to 1; 0 for empty lists. */
export function accuracy(predicted: ArrayLike<number>, truth: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < truth.length; i++) if (predicted[i] === truth[i]) right++;
  return truth.length === 0 ? 0 : right / truth.length;
}
