/** A number that does not travel alone: how far other repetitions would lie from it. @module */

import type { Values } from "./descriptive.ts";
import { type Bounds, type Interval, within } from "./interval.ts";
import { tInterval } from "./t_tests.ts";

/** An interval, how it was made, and from how many values. */
export interface Estimate extends Interval {
  /** How it was computed. */
  readonly method: string;
  /** Number of values. */
  readonly n: number;
}

/**
 * The mean over seeds and Student's interval of it; null for one seed, which tells nothing of others.
 *
 * @param bounds of the values, which the interval does not leave
 * @throws {TypeError} no values
 *
 * @example
 * ```ts
 * import { estimateOverSeeds } from "./estimate.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * const { value, low, method } = estimateOverSeeds([0.71, 0.72, 0.73])!;
 * assertAlmostEquals(value, 0.72);
 * assertAlmostEquals(low, 0.72 - 4.302653 * 0.01 / Math.sqrt(3), 1e-8);
 * assertEquals([method, estimateOverSeeds([0.71])], ["t over seeds", null]);
 * ```
 */
export function estimateOverSeeds(
  values: Values,
  level = 0.95,
  bounds: Bounds = [-Infinity, Infinity],
): Estimate | null {
  if (values.length === 1) return null;
  const interval = within(tInterval(values, level), bounds);
  return { ...interval, method: "t over seeds", n: values.length };
}
