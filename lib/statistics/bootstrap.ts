/**
 * Intervals of any statistic by resampling.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { mean } from "./descriptive.ts";
import { normalCdf, normalQuantile } from "./distributions.ts";
import { IndexSampler } from "./index_sampler.ts";
import { checkLevel, type Interval, percentileEnds } from "./interval.ts";

/** A statistic of the samples at some positions, which may repeat. */
export type IndexStatistic = (indices: Uint32Array) => number;

/** How to resample. */
export interface BootstrapOptions {
  /** Where random draws come from. */
  readonly random: RandomStream;
  /** Number of resamples; 9,999 by default. */
  readonly resamples?: number;
  /** Level of the interval, in (0, 1); 0.95 by default. */
  readonly level?: number;
  /**
   * `percentile`: quantiles of the resampled values. `bca`, the default: those, corrected for bias
   * and acceleration (Efron 1987); needs ten samples or more to be worth it.
   */
  readonly method?: "percentile" | "bca";
}

/**
 * The interval of a statistic over `samples` independent samples. Paired data are resampled jointly
 * where the statistic uses one position for both.
 *
 * @throws {TypeError} fewer than two samples
 * @throws {RangeError} the statistic of a resample is not finite
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { bootstrap } from "./bootstrap.ts";
 * import { assert } from "@std/assert";
 * const x = [0.71, 0.72, 0.73, 0.72, 0.74, 0.71, 0.72, 0.73, 0.72, 0.75];
 * const statistic = (at: Uint32Array) => at.reduce((sum, i) => sum + x[i]!, 0) / at.length;
 * const { low, high } = bootstrap(x.length, statistic, { random: RandomStream.fromSeed(1) });
 * assert(low > 0.715 && high < 0.735);
 * ```
 */
export function bootstrap(
  samples: number,
  statistic: IndexStatistic,
  { random, resamples = 9_999, level = 0.95, method = "bca" }: BootstrapOptions,
): Interval {
  checkLevel(level);
  if (!(samples >= 2)) {
    throw new TypeError(`Cannot resample ${samples} samples: expected at least 2`);
  }
  const all = Uint32Array.from({ length: samples }, (_, i) => i);
  const value = statistic(all);
  const indices = new Uint32Array(samples);
  const sampler = new IndexSampler(random);
  const values = Float64Array.from({ length: resamples }, () => {
    sampler.fill(indices, samples);
    return statistic(indices);
  }).sort();
  if (!values.every(Number.isFinite) || !Number.isFinite(value)) {
    throw new RangeError("Cannot resample: the statistic is not finite, expected a finite number");
  }
  if (method === "percentile" || values[0] === values.at(-1)) {
    const [low, high] = percentileEnds(values, level);
    return { value, low, high, level };
  }
  const bias = normalQuantile(shareBelow(values, value));
  const acceleration = accelerationOf(all, statistic);
  const end = (p: number) => {
    if (!Number.isFinite(bias)) return p;
    const z = bias + normalQuantile(p);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const tail = (1 - level) / 2;
  return { value, low: quantile(values, end(tail)), high: quantile(values, end(1 - tail)), level };
}

/** Share of the sorted values below `value`, those equal to it counted half. */
function shareBelow(sorted: Float64Array, value: number): number {
  let below = 0, equal = 0;
  for (const x of sorted) {
    if (x < value) below++;
    else if (x === value) equal++;
  }
  return (below + equal / 2) / sorted.length;
}

/** The skewness of the statistic over its leave-one-out values, divided by six. */
function accelerationOf(all: Uint32Array, statistic: IndexStatistic): number {
  const left = Float64Array.from(all, (skip) => statistic(all.filter((i) => i !== skip)));
  const center = mean(left);
  let [squares, cubes] = [0, 0];
  for (const x of left) {
    squares += (center - x) ** 2;
    cubes += (center - x) ** 3;
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}

/** Linear between the sorted values, as numpy. */
function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (high - low) * (at - below);
}
