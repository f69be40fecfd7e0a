/** Sizes that grow with the batch. @module */

import { UsageError } from "../core/errors.ts";

/** `fixed` + `perSample` · batch. */
export interface Size {
  readonly fixed: number;
  readonly perSample: number;
}

/** Batches that a network is recorded with: two tell a line, the third whether it is one. */
export const BATCHES = [2, 3, 4] as const;

/**
 * The size that has these values at {@linkcode BATCHES}.
 *
 * @param what it is of, for the message
 * @throws {UsageError} it does not grow in a line
 *
 * @example
 * ```ts
 * import { sizeOf } from "./size.ts";
 * import { assertEquals, assertThrows } from "@std/assert";
 * assertEquals(sizeOf([7, 7, 7], "x"), { fixed: 7, perSample: 0 });
 * assertEquals(sizeOf([11, 16, 21], "x"), { fixed: 1, perSample: 5 });
 * assertThrows(() => sizeOf([4, 9, 16], "x"), Error, "grows as 4, 9, 16");
 * ```
 */
export function sizeOf(values: readonly number[], what: string): Size {
  const [first, second] = values as [number, number];
  const perSample = (second - first) / (BATCHES[1] - BATCHES[0]);
  const fixed = first - perSample * BATCHES[0];
  if (values.every((value, i) => value === fixed + perSample * BATCHES[i]!)) {
    return { fixed, perSample };
  }
  throw new UsageError(
    `Cannot export the network: ${what} grows as ${values.join(", ")} with batches of ` +
      `${BATCHES.join(", ")} samples, expected the same amount for each sample`,
  );
}

/** The sizes of shapes that are one for each of {@linkcode BATCHES}. */
export function sizesOf(shapes: readonly (readonly number[])[], what: string): Size[] {
  const [first] = shapes as [readonly number[]];
  if (shapes.some((shape) => shape.length !== first.length)) {
    throw new UsageError(`Cannot export the network: the rank of ${what} depends on the batch`);
  }
  return first.map((_, axis) => sizeOf(shapes.map((shape) => shape[axis]!), what));
}

/** Whether it is the same for every batch. */
export function isFixed({ perSample }: Size): boolean {
  return perSample === 0;
}

/** Whether two sizes are the same. */
export function isSameSize(a: Size, b: Size): boolean {
  return a.fixed === b.fixed && a.perSample === b.perSample;
}
