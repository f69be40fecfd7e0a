/**
 * The metrics as functions of sums over samples, so that tests and intervals resample by adding.
 *
 * @module
 */

import type { ProtocolName } from "../data/mod.ts";
import { clip } from "../evaluation/classes.ts";
import { checkPairs, isConstant, type Scores } from "../evaluation/pairs.ts";
import { metricOf, PROTOCOLS } from "../evaluation/mod.ts";
import { type ScoreClasses, scoreClasses } from "./score_classes.ts";
import { mean, type SampleSums } from "../statistics/mod.ts";

/** What a metric is, which decides how it is tested (STATISTICS: which test for which metric). */
export type MetricKind = "error" | "correlation" | "accuracy" | "f1";

/** A metric of one run. */
export interface MetricSums extends SampleSums {
  /** Which test suits it. */
  readonly kind: MetricKind;
}

/**
 * A metric of a protocol over the samples of a run; the statistic of all sums is the metric that
 * the protocol computes.
 *
 * @throws {UsageError} the protocol has no such metric
 * @throws {TypeError} no samples, or lists of different lengths
 * @throws {RangeError} a value that is not finite
 *
 * @example
 * ```ts
 * import { metricSums } from "./metric_sums.ts";
 * import { assertEquals } from "@std/assert";
 * const { kind } = metricSums("mosi", "mae", [0.5, 1], [1, 1]);
 * assertEquals(kind, "error");
 * ```
 */
export function metricSums(
  protocol: ProtocolName,
  key: string,
  predictions: Scores,
  labels: Scores,
): MetricSums {
  metricOf(PROTOCOLS[protocol], key);
  checkPairs(predictions, labels);
  const classes = scoreClasses(protocol, key);
  if (classes !== undefined) return classSums(classes, predictions, labels);
  const read = (score: number) => protocol === "sims" ? clip(score, -1, 1) : score;
  const [p, y] = [Float64Array.from(predictions, read), Float64Array.from(labels, read)];
  return key === "mae" ? errorSums(p, y) : correlationSums(p, y);
}

function errorSums(p: Float64Array, y: Float64Array): MetricSums {
  return {
    kind: "error",
    samples: y.length,
    columns: [p.map((score, i) => Math.abs(score - y[i]!))],
    finish: (sums, samples) => sums[0]! / samples,
  };
}

function correlationSums(p: Float64Array, y: Float64Array): MetricSums {
  const [dp, dy] = [deviations(p), deviations(y)];
  return {
    kind: "correlation",
    samples: y.length,
    columns: [
      dp,
      dy,
      dp.map((d) => d * d),
      dy.map((d) => d * d),
      dp.map((d, i) => d * dy[i]!),
    ],
    finish: (sums, n) => {
      const [sp, sy, pp, yy, py] = sums as unknown as [number, number, number, number, number];
      const [vp, vy] = [pp - sp * sp / n, yy - sy * sy / n];
      // A resample of equal values correlates with nothing; what rounding leaves is no spread.
      if (vp <= 1e-12 * pp || vy <= 1e-12 * yy) return 0;
      return Math.max(-1, Math.min(1, (py - sp * sy / n) / Math.sqrt(vp * vy)));
    },
  };
}

function classSums(classes: ScoreClasses, predictions: Scores, labels: Scores): MetricSums {
  const samples = labels.length;
  const { kind, toClass, withoutZero = false } = classes;
  const columns = Array.from(
    { length: kind === "accuracy" ? 2 : 4 },
    () => new Float64Array(samples),
  );
  for (let i = 0; i < samples; i++) {
    if (withoutZero && Math.fround(labels[i]!) === 0) continue;
    const [predicted, truth] = [toClass(predictions[i]!), toClass(labels[i]!)];
    if (kind === "accuracy") {
      columns[0]![i] = predicted === truth ? 1 : 0;
      columns[1]![i] = 1;
    } else {
      // Truth in the higher bit: true negatives, false positives, false negatives, true positives.
      columns[2 * truth + predicted]![i] = 1;
    }
  }
  return { kind, samples, columns, finish: kind === "accuracy" ? share : weightedF1 };
}

function share(sums: Float64Array): number {
  return sums[1] === 0 ? 0 : sums[0]! / sums[1]!;
}

function weightedF1(sums: Float64Array): number {
  const [tn, fp, fn, tp] = sums as unknown as [number, number, number, number];
  const total = tn + fp + fn + tp;
  if (total === 0) return 0;
  const ofClass = (both: number, truth: number, predicted: number) =>
    truth === 0 ? 0 : truth * 2 * both / (predicted + truth);
  return (ofClass(tp, tp + fn, tp + fp) + ofClass(tn, tn + fp, tn + fn)) / total;
}

/** Distances from the mean; zeros where all values are the same. */
function deviations(values: Float64Array): Float64Array {
  if (isConstant(values)) return new Float64Array(values.length);
  const center = mean(values);
  return values.map((value) => value - center);
}
