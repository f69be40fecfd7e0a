/**
 * The interval of a difference between two algorithms over both things that would be others next
 * time: the seeds, drawn anew for each algorithm, and the test samples, drawn jointly for all runs.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { IndexSampler } from "./index_sampler.ts";
import { checkLevel, type Interval, percentileEnds } from "./interval.ts";
import { type SampleSums, statisticOf, sumsOf } from "./sample_sums.ts";

/** One algorithm: a run a seed, each with the same samples in the same order. */
export interface SeededRuns {
  /** One a seed. */
  readonly runs: readonly SampleSums[];
  /** Draws this algorithm's seeds: the same whichever side it stands on. */
  readonly random: RandomStream;
}

/** The interval, and what it was read from. */
export interface TwoWayInterval extends Interval {
  /** The differences of all resamples, ascending. */
  readonly resampled: Float64Array;
}

/** How to resample. */
export interface TwoWayOptions {
  /** Draws the samples. */
  readonly random: RandomStream;
  /** Number of resamples; 9,999 by default. */
  readonly resamples?: number;
  /** Level of the interval, in (0, 1); 0.95 by default. */
  readonly level?: number;
}

/**
 * Mean statistic of `a` minus that of `b`, with a percentile interval. Deviations of seeds from
 * their mean are scaled by √(n / (n - 1)): resampling n of n seeds makes their spread too small,
 * and without the factor the interval of ten seeds covers about 91.5 % where seeds dominate.
 *
 * @throws {TypeError} a side with fewer than two runs, no samples, or runs of different samples
 *
 * @example Two algorithms by their mean absolute error
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { metricOf, metricSums, PROTOCOLS } from "../evaluation/mod.ts";
 * import { twoWayBootstrap } from "./two_way_bootstrap.ts";
 * import { assert, assertAlmostEquals } from "@std/assert";
 * const random = RandomStream.fromSeed(1);
 * const labels = [-2, -1, 0, 1, 2];
 * // Two seeds of each algorithm; all predictions are off by the same.
 * const mae = metricOf(PROTOCOLS.mosi, "mae");
 * const runs = (offs: number[]) =>
 *   offs.map((off) => metricSums(mae, labels.map((label) => label + off), labels));
 * const a = { runs: runs([0.5, 0.6]), random: random.split("a") };
 * const b = { runs: runs([0.9, 1.0]), random: random.split("b") };
 * const { value, low, high } = twoWayBootstrap(a, b, { random, resamples: 999 });
 * assertAlmostEquals(value, -0.4, 1e-6);
 * assert(low < value && value < high && high < 0);
 * ```
 */
export function twoWayBootstrap(
  a: SeededRuns,
  b: SeededRuns,
  { random, resamples = 9_999, level = 0.95 }: TwoWayOptions,
): TwoWayInterval {
  checkLevel(level);
  const samples = checkRuns([...a.runs, ...b.runs]);
  if (a.runs.length < 2 || b.runs.length < 2) {
    throw new TypeError(
      `Cannot resample ${a.runs.length} and ${b.runs.length} runs: expected two or more of each`,
    );
  }
  const value = meanStatistic(a.runs) - meanStatistic(b.runs);
  const sides = [new Side(a, samples), new Side(b, samples)] as const;
  const indices = new Uint32Array(samples);
  const sampler = new IndexSampler(random);
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    sampler.fill(indices, samples);
    values[r] = sides[0].draw(indices) - sides[1].draw(indices);
  }
  const [low, high] = percentileEnds(values.sort(), level);
  return { value, low, high, level, resampled: values };
}

function checkRuns(runs: readonly SampleSums[]): number {
  const samples = runs[0]?.samples ?? 0;
  if (samples > 0 && runs.every((run) => run.samples === samples)) return samples;
  const counts = runs.map((run) => run.samples).join(", ");
  throw new TypeError(`Cannot resample runs of ${counts} samples: expected the same ones in all`);
}

function meanStatistic(runs: readonly SampleSums[]): number {
  return runs.reduce((sum, run) => sum + statisticOf(run, sumsOf(run)), 0) / runs.length;
}

/** An algorithm with what a draw needs, made once. */
class Side {
  readonly #runs: readonly SampleSums[];
  readonly #random: RandomStream;
  readonly #samples: number;
  readonly #scale: number;
  readonly #values: Float64Array;
  readonly #sums: readonly Float64Array[];

  constructor({ runs, random }: SeededRuns, samples: number) {
    this.#runs = runs;
    this.#random = random;
    this.#samples = samples;
    this.#scale = Math.sqrt(runs.length / (runs.length - 1));
    this.#values = new Float64Array(runs.length);
    this.#sums = runs.map((run) => new Float64Array(run.columns.length));
  }

  /** The mean over seeds drawn anew, on the samples at `indices`. */
  draw(indices: Uint32Array): number {
    const count = this.#runs.length;
    let center = 0;
    for (let run = 0; run < count; run++) {
      const { columns, finish } = this.#runs[run]!;
      const sums = this.#sums[run]!;
      for (let k = 0; k < columns.length; k++) sums[k] = sumAt(columns[k]!, indices);
      const value = finish(sums, this.#samples);
      this.#values[run] = value;
      center += value / count;
    }
    let deviation = 0;
    for (let i = 0; i < count; i++) {
      deviation += this.#values[this.#random.integer(count)]! - center;
    }
    return center + this.#scale * deviation / count;
  }
}

function sumAt(column: Float64Array, indices: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < indices.length; i++) sum += column[indices[i]!]!;
  return sum;
}
