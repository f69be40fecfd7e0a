/**
 * The order in which samples make batches.
 *
 * @module
 */

/** Gives a permutation of 0 to n - 1; the caller draws it from a seeded stream. */
export type Shuffle = (n: number) => ArrayLike<number>;

/**
 * Positions of the samples of each batch, [batches][up to batchSize]. Without `shuffle` the order
 * is the file's. The last batch is smaller where `batchSize` does not divide `samples`, and a
 * `batchSize` beyond `samples` gives one batch of all.
 *
 * @throws {RangeError} if `samples` or `batchSize` is not a whole number in range
 * @throws {TypeError} if `shuffle` does not give a permutation
 *
 * @example
 * ```ts
 * import { batchOrder } from "./batches.ts";
 * import { assertEquals } from "@std/assert";
 * const batches = batchOrder(5, 2, (n) => Array.from({ length: n }, (_, i) => n - 1 - i));
 * assertEquals(batches.map((batch) => [...batch]), [[4, 3], [2, 1], [0]]);
 * ```
 */
export function batchOrder(samples: number, batchSize: number, shuffle?: Shuffle): Uint32Array[] {
  if (!Number.isSafeInteger(samples) || samples < 0) {
    throw new RangeError(`Cannot make batches of ${samples} samples: expected 0 or more`);
  }
  if (!Number.isSafeInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`Cannot make batches: batchSize is ${batchSize}, expected 1 or more`);
  }
  const order = shuffle === undefined
    ? Uint32Array.from({ length: samples }, (_, i) => i)
    : Uint32Array.from(shuffle(samples));
  if (shuffle !== undefined) checkPermutation(order, samples);
  const batches: Uint32Array[] = [];
  for (let at = 0; at < samples; at += batchSize) {
    batches.push(order.subarray(at, Math.min(samples, at + batchSize)));
  }
  return batches;
}

function checkPermutation(order: Uint32Array, samples: number): void {
  const seen = new Uint8Array(samples);
  for (const index of order) {
    if (index < samples) seen[index] = 1;
  }
  if (order.length !== samples || seen.includes(0)) {
    throw new TypeError(
      `Cannot make batches: the shuffle gave ${order.length} positions that are not a ` +
        `permutation of ${samples} samples`,
    );
  }
}
