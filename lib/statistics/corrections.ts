/** Corrections for several comparisons: those of one table are one family. @module */

/**
 * Holm's adjusted p: reject those of at most 0.05 and the chance of any false claim in the family is
 * at most 0.05. Order of the results is that of the input. Source: Holm 1979, R's `p.adjust`.
 *
 * @throws {RangeError} a p outside [0, 1]
 *
 * @example
 * ```ts
 * import { holm } from "./corrections.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(holm([0.01, 0.5, 0.02]), [0.03, 0.5, 0.04]);
 * ```
 */
export function holm(p: readonly number[]): number[] {
  const order = sortedOrder(p);
  const adjusted = new Array<number>(p.length);
  let most = 0;
  order.forEach((index, i) => {
    most = Math.max(most, Math.min(1, (p.length - i) * p[index]!));
    adjusted[index] = most;
  });
  return adjusted;
}

/**
 * Benjamini and Hochberg's adjusted p: bounds the share of false claims among the claims. For
 * exploration only.
 *
 * @example
 * ```ts
 * import { benjaminiHochberg } from "./corrections.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(benjaminiHochberg([0.01, 0.02]), [0.02, 0.02]);
 * ```
 */
export function benjaminiHochberg(p: readonly number[]): number[] {
  const order = sortedOrder(p);
  const adjusted = new Array<number>(p.length);
  let least = 1;
  for (let i = p.length - 1; i >= 0; i--) {
    least = Math.min(least, p[order[i]!]! * p.length / (i + 1));
    adjusted[order[i]!] = least;
  }
  return adjusted;
}

function sortedOrder(p: readonly number[]): number[] {
  const wrong = p.find((value) => !(value >= 0 && value <= 1));
  if (wrong !== undefined) {
    throw new RangeError(`Cannot adjust the p ${wrong}: expected a number in [0, 1]`);
  }
  return p.map((_, i) => i).sort((i, j) => p[i]! - p[j]!);
}
