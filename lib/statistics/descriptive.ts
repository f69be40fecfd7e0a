/** Means, spreads, quantiles and ranks of plain numbers. @module */

/** Numbers, as an array or a typed array. */
export type Values = ArrayLike<number>;

/**
 * Refuses samples that a statistic is not defined for.
 *
 * @throws {TypeError} fewer than `least` values
 * @throws {RangeError} a value that is not finite
 */
export function checkValues(values: Values, least: number, what: string): void {
  if (values.length < least) {
    throw new TypeError(
      `Cannot compute ${what} of ${values.length} values: expected at least ${least}`,
    );
  }
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) {
      throw new RangeError(
        `Cannot compute ${what}: value ${i} is ${values[i]}, expected a finite number`,
      );
    }
  }
}

/** @throws {TypeError} lists of different lengths */
export function checkSameLength(a: Values, b: Values, what: string): void {
  if (a.length === b.length) return;
  throw new TypeError(
    `Cannot compute ${what} of ${a.length} and ${b.length} values: expected as many of each`,
  );
}

/**
 * The arithmetic mean; NaN of nothing.
 *
 * @example
 * ```ts
 * import { mean } from "./descriptive.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(mean([1, 2, 6]), 3);
 * ```
 */
export function mean(values: Values): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * The variance of a sample (divided by n - 1).
 *
 * @throws {TypeError} fewer than two values
 *
 * @example
 * ```ts
 * import { variance } from "./descriptive.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(variance([1, 2, 6]), 7);
 * ```
 */
export function variance(values: Values): number {
  checkValues(values, 2, "the variance");
  // Equal values have none; their mean may be off by rounding.
  if (isConstant(values)) return 0;
  const center = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - center) ** 2;
  return sum / (values.length - 1);
}

/**
 * The standard deviation of a sample (divided by n - 1).
 *
 * @example
 * ```ts
 * import { standardDeviation } from "./descriptive.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(standardDeviation([1, 2, 6]), 2.64575131);
 * ```
 */
export function standardDeviation(values: Values): number {
  return Math.sqrt(variance(values));
}

/** Whether all values are the same. */
export function isConstant(values: Values): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** `a[i] - b[i]`. @throws {TypeError} lists of different lengths */
export function differences(a: Values, b: Values): Float64Array {
  checkSameLength(a, b, "differences");
  return Float64Array.from(a, (value, i) => value - b[i]!);
}

/**
 * The mean without the lowest and highest `share` of the values (rounded down); the interquartile
 * mean of rliable with 0.25. Source: `scipy.stats.trim_mean`.
 *
 * @example
 * ```ts
 * import { trimmedMean } from "./descriptive.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(trimmedMean([0, 2, 4, 90], 0.25), 3);
 * ```
 */
export function trimmedMean(values: Values, share = 0.25): number {
  checkValues(values, 1, "a trimmed mean");
  if (!(share >= 0 && share < 0.5)) {
    throw new RangeError(`Cannot trim a share of ${share}: expected a number in [0, 0.5)`);
  }
  const cut = Math.floor(share * values.length);
  return mean(Float64Array.from(values).sort().subarray(cut, values.length - cut));
}

/**
 * The value below which a share of sorted values lies, between neighbours in a straight line.
 * Source: `numpy.quantile`.
 *
 * @param sorted in increasing order, at least one
 * @param share 0 to 1
 *
 * @example
 * ```ts
 * import { quantile } from "./descriptive.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(quantile([1, 2, 4, 8], 0.5), 3);
 * ```
 */
export function quantile(sorted: Values, share: number): number {
  checkValues(sorted, 1, "a quantile");
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const [low, high] = [sorted[below]!, sorted[Math.min(below + 1, sorted.length - 1)]!];
  return low + (place - below) * (high - low);
}

/**
 * Ranks from 1, ties sharing their mean rank.
 *
 * @example
 * ```ts
 * import { ranks } from "./descriptive.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...ranks([10, 30, 30])], [1, 2.5, 2.5]);
 * ```
 */
export function ranks(values: Values): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i)
    .sort((i, j) => values[i]! - values[j]!);
  const result = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end++;
    for (let i = start; i < end; i++) result[order[i]!] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}

/** The sizes of the groups of equal values that have more than one member. */
export function tieSizes(values: Values): number[] {
  const counts = new Map<number, number>();
  for (let i = 0; i < values.length; i++) {
    counts.set(values[i]!, (counts.get(values[i]!) ?? 0) + 1);
  }
  return [...counts.values()].filter((count) => count > 1);
}
