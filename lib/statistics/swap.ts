/**
 * Approximate randomization for statistics that are functions of sums over samples, such as F1:
 * each sample's contribution to the sums of the two models is exchanged with probability 1/2.
 *
 * @module
 */

import { type RandomizationOptions, type RandomizationTest, SignBits } from "./sign_flip.ts";
import { type SampleSums, statisticOf, sumsOf } from "./sample_sums.ts";

/** Differences of statistics that are closer than this are ties. */
const TOLERANCE = 1e-12;

/**
 * Tests whether exchanging the two models' outcomes of each sample changes the statistic's
 * difference as much as it is.
 *
 * @throws {TypeError} no samples, or not the same number on both sides
 *
 * @example F1 of a model that is right and one that is wrong
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { metricOf, metricSums, PROTOCOLS } from "../evaluation/mod.ts";
 * import { swapTest } from "./swap.ts";
 * import { assertEquals } from "@std/assert";
 * const labels = [1, 1, 1, -1, -1, -1];
 * const f1 = metricOf(PROTOCOLS.mosi, "f1WeightedNegPos");
 * const right = metricSums(f1, labels, labels);
 * const wrong = metricSums(f1, labels.map((label) => -label), labels);
 * const { p, method } = swapTest(right, wrong, { random: RandomStream.fromSeed(1) });
 * // Of 64 exchanges only none and all make a difference as large.
 * assertEquals([p, method], [2 / 64, "exact"]);
 * ```
 */
export function swapTest(
  a: SampleSums,
  b: SampleSums,
  { random, draws = 9_999, mostExact = 16 }: RandomizationOptions,
): RandomizationTest {
  const samples = a.samples;
  if (samples === 0 || b.samples !== samples || a.columns.length !== b.columns.length) {
    throw new TypeError(
      `Cannot exchange outcomes of ${samples} and ${b.samples} samples: expected as many, one or more`,
    );
  }
  const [sumsA, sumsB] = [sumsOf(a), sumsOf(b)];
  const limit = Math.abs(statisticOf(a, sumsA) - statisticOf(b, sumsB)) - TOLERANCE;
  // What exchanging a sample moves from one side to the other, for samples that move anything.
  const moving = Array.from({ length: samples }, (_, i) => i)
    .filter((i) => a.columns.some((column, k) => column[i] !== b.columns[k]![i]));
  const moved = a.columns.map((column, k) =>
    Float64Array.from(moving, (i) => b.columns[k]![i]! - column[i]!)
  );
  const isHit = (swapped: (i: number) => boolean) => {
    const change = new Float64Array(moved.length);
    for (let i = 0; i < moving.length; i++) {
      if (!swapped(i)) continue;
      for (let k = 0; k < moved.length; k++) change[k] = change[k]! + moved[k]![i]!;
    }
    const inA = statisticOf(a, sumsA.map((sum, k) => sum + change[k]!));
    const inB = statisticOf(b, sumsB.map((sum, k) => sum - change[k]!));
    return Math.abs(inA - inB) >= limit;
  };
  let hits = 0;
  if (moving.length <= mostExact) {
    const count = 2 ** moving.length;
    for (let pattern = 0; pattern < count; pattern++) {
      if (isHit((i) => (pattern >> i & 1) === 1)) hits++;
    }
    return { p: hits / count, method: "exact", count };
  }
  const bits = new SignBits(random);
  for (let draw = 0; draw < draws; draw++) if (isHit(() => bits.next() === 1)) hits++;
  return { p: (1 + hits) / (1 + draws), method: "Monte Carlo", count: draws };
}
