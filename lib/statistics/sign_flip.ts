/**
 * Approximate randomization of pairs: under no difference, which of two models gave which of two
 * outcomes of a sample is chance. For a mean of differences, exchanging them flips a sign; for
 * statistics that are no mean, such as F1, see `swap.ts`. Source: Noreen 1989, Yeh 2000.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { checkValues, type Values } from "./descriptive.ts";

/** The result, two-sided. */
export interface RandomizationTest {
  /** Two-sided p value. */
  readonly p: number;
  /** Whether all sign changes were counted, or some were drawn. */
  readonly method: "exact" | "Monte Carlo";
  /** Patterns that were looked at. */
  readonly count: number;
}

/** How the patterns are gone through. */
export interface RandomizationOptions {
  /** Where random draws come from. */
  readonly random: RandomStream;
  /** Patterns to draw where all are too many: p = (1 + hits) / (1 + draws). 9,999 by default. */
  readonly draws?: number;
  /** Up to this many pairs that differ all 2ⁿ patterns are looked at; 16 by default. */
  readonly mostExact?: number;
}

/** Statistics closer than this, relative to the largest possible one, are ties. */
export const TOLERANCE = 1e-12;

/**
 * Tests whether paired differences have mean 0.
 *
 * @throws {TypeError} no differences
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { signFlipTest } from "./sign_flip.ts";
 * import { assertEquals } from "@std/assert";
 * const random = RandomStream.fromSeed(1);
 * assertEquals(signFlipTest([1, 2, 3, 4], { random }).p, 2 / 16);
 * ```
 */
export function signFlipTest(
  differences: Values,
  { random, draws = 9_999, mostExact = 16 }: RandomizationOptions,
): RandomizationTest {
  checkValues(differences, 1, "a randomization test");
  let sum = 0, most = 0;
  for (let i = 0; i < differences.length; i++) {
    sum += differences[i]!;
    most += Math.abs(differences[i]!);
  }
  const limit = Math.abs(sum) - TOLERANCE * most;
  // What is 0 stays 0 whichever way it is flipped.
  const sizes = Float64Array.from(differences).filter((d) => d !== 0).map(Math.abs);
  if (sizes.length <= mostExact) {
    const count = 2 ** sizes.length;
    return { p: countExact(sizes, limit) / count, method: "exact", count };
  }
  let hits = 0;
  const bits = new SignBits(random);
  for (let draw = 0; draw < draws; draw++) {
    let flipped = 0;
    for (let i = 0; i < sizes.length; i++) flipped += bits.next() === 1 ? sizes[i]! : -sizes[i]!;
    if (Math.abs(flipped) >= limit) hits++;
  }
  return { p: (1 + hits) / (1 + draws), method: "Monte Carlo", count: draws };
}

function countExact(sizes: Float64Array, limit: number): number {
  let hits = 0;
  const flip = (i: number, sum: number) => {
    if (i === sizes.length) {
      if (Math.abs(sum) >= limit) hits++;
      return;
    }
    flip(i + 1, sum + sizes[i]!);
    flip(i + 1, sum - sizes[i]!);
  };
  flip(0, 0);
  return hits;
}

/** Fair bits, 32 for each number drawn. */
export class SignBits {
  readonly #random: RandomStream;
  #word = 0;
  #left = 0;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  /** 0 or 1. */
  next(): number {
    if (this.#left === 0) {
      this.#word = this.#random.integer(2 ** 32);
      this.#left = 32;
    }
    const bit = this.#word & 1;
    this.#word >>>= 1;
    this.#left--;
    return bit;
  }
}
