/**
 * What a metric is: one object that tells what each sample adds to some sums and what follows from
 * the sums. Its value, its intervals and its tests are all computed from these.
 *
 * @module
 */

import { type SampleSums, statisticOf, sumsOf } from "../statistics/sample_sums.ts";
import { checkPairs, type Scores } from "./pairs.ts";
import type { ScoreClasses } from "./score_classes.ts";

/**
 * What a metric is made of, which decides how two runs are tested over samples:
 *
 * - `mean`: the mean of one value of each sample, in one column, such as an absolute error: signs of
 *   the differences are flipped.
 * - `share`: the share of right samples, in the columns right (0 or 1) and counted: McNemar's test.
 * - `correlation`: Pearson's, with the predictions, less their mean, as the first column: Williams' t.
 * - `sums`: anything else. Outcomes are exchanged sample by sample, which is right for every metric
 *   whose sample adds what only itself and the labels tell.
 */
export type MetricKind = "mean" | "share" | "correlation" | "sums";

/** A metric, and what a reader, a ranking or a test has to know of it. */
export interface Metric {
  /** Key in `metrics.json`, for example `acc2NegPos`. */
  readonly key: string;
  /** Name in tables, for example `Acc-2 (neg/pos)`. */
  readonly name: string;
  /** What it is, in a sentence. */
  readonly definition: string;
  /** Its direction. */
  readonly higherIsBetter: boolean;
  /** Smallest and largest possible value. */
  readonly bounds: readonly [low: number, high: number];
  /** What decides the test over samples. */
  readonly kind: MetricKind;
  /**
   * What each sample adds, and the metric of the sums: finite and unrounded for the sums of any
   * samples drawn with replacement. Predictions and labels are finite, of the same number, 1 or more.
   */
  readonly sums: (predictions: Scores, labels: Scores) => SampleSums;
  /** Another way to the same value, where sums would round more. */
  readonly compute?: (predictions: Scores, labels: Scores) => number;
  /** The classes that it counts; absent where it counts none. */
  readonly classes?: ScoreClasses;
  /** The sums for classes that were predicted as such, of the samples that take part. */
  readonly sumsOfClasses?: (predicted: Scores, truth: Scores) => SampleSums;
  /** Whether it is only told of classes that were predicted as such, not of scores. */
  readonly ofClassesOnly?: boolean;
}

/**
 * The value of a metric for a whole split: finite, unrounded, never averaged over batches.
 *
 * @throws {TypeError} no samples, or lists of different lengths
 * @throws {RangeError} a value that is not finite as float32, naming its position
 *
 * @example
 * ```ts
 * import { measure, metricOf, PROTOCOLS } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const acc7 = metricOf(PROTOCOLS.mosi, "acc7");
 * assertEquals(measure(acc7, [2.5, 1.5, 9], [2, 1, 3]), 2 / 3);
 * ```
 */
export function measure(metric: Metric, predictions: Scores, labels: Scores): number {
  checkPairs(predictions, labels);
  if (metric.compute !== undefined) return metric.compute(predictions, labels);
  return totalOf(metric.sums(predictions, labels));
}

/**
 * What each sample adds to a metric, for tests and intervals, which resample by adding.
 *
 * @throws {TypeError} no samples, or lists of different lengths
 * @throws {RangeError} a value that is not finite as float32, naming its position
 *
 * @example
 * ```ts
 * import { metricOf, metricSums, PROTOCOLS } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const { columns } = metricSums(metricOf(PROTOCOLS.mosi, "mae"), [0.5, 1], [1, 1]);
 * assertEquals(columns, [Float64Array.of(0.5, 0)]);
 * ```
 */
export function metricSums(metric: Metric, predictions: Scores, labels: Scores): SampleSums {
  checkPairs(predictions, labels);
  return metric.sums(predictions, labels);
}

/** The metric of all samples. */
export function totalOf(sums: SampleSums): number {
  return statisticOf(sums, sumsOf(sums));
}

/** A metric of scores that are mapped first, for example clipped. */
export function ofMapped(metric: Metric, map: (score: number) => number): Metric {
  const { sums, compute, classes } = metric;
  const all = (scores: Scores) => Float64Array.from(scores, map);
  return {
    ...metric,
    sums: (predictions, labels) => sums(all(predictions), all(labels)),
    ...compute === undefined
      ? {}
      : { compute: (predictions, labels) => compute(all(predictions), all(labels)) },
    ...classes === undefined ? {} : {
      classes: {
        ...classes,
        toClass: (score) => classes.toClass(map(score)),
        isCounted: (label) => classes.isCounted(map(label)),
      },
    },
  };
}
