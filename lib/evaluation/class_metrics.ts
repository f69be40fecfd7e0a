/**
 * Metrics that count classes. Source: MMSA `metricsTop.py`, scikit-learn's `f1_score`.
 *
 * @module
 */

import type { SampleSums } from "../statistics/mod.ts";
import type { Metric } from "./metric.ts";
import type { Scores } from "./pairs.ts";
import type { ScoreClasses } from "./score_classes.ts";

/** What tells a metric of classes from the others of its sort. */
export type ClassMetric = Pick<Metric, "key" | "name" | "definition" | "ofClassesOnly"> & {
  readonly classes: ScoreClasses;
};

/** The share of samples whose class is right; 0 where none takes part. */
export function accuracy(metric: ClassMetric): Metric {
  return {
    ...common(
      metric,
      (predicted, truth, columns, i) => {
        columns[0]![i] = predicted === truth ? 1 : 0;
        columns[1]![i] = 1;
      },
      2,
      ([right, counted]) => counted === 0 ? 0 : right! / counted!,
    ),
    kind: "share",
  };
}

/**
 * Weighted F1: the sum over classes c of (n_c / N) · F1_c, where n_c is the number of **true**
 * samples of c, and F1_c = 2TP / (2TP + FP + FN), or 0 where that is 0 / 0; 0 where no sample takes
 * part. (Tables before 2021-04-28 weight by the predicted sizes: METHODS 0.2.)
 */
export function weightedF1(metric: ClassMetric): Metric {
  return f1(metric, (confusion, count) => {
    let [sum, samples] = [0, 0];
    for (let c = 0; c < count; c++) {
      const [both, predicted, truth] = marginsOf(confusion, count, c);
      samples += truth;
      // The predicted and the true samples of a class are TP + FP and TP + FN.
      if (truth > 0) sum += truth * 2 * both / (predicted + truth);
    }
    return samples === 0 ? 0 : sum / samples;
  });
}

/** F1 of the highest class alone: 2TP / (2TP + FP + FN), or 0 where that is 0 / 0. */
export function highestF1(metric: ClassMetric): Metric {
  return f1(metric, (confusion, count) => {
    const [both, predicted, truth] = marginsOf(confusion, count, count - 1);
    return predicted + truth === 0 ? 0 : 2 * both / (predicted + truth);
  });
}

/** A function of how often each true class was taken for each other one. */
function f1(
  metric: ClassMetric,
  finish: (confusion: Float64Array, count: number) => number,
): Metric {
  const { first, names: { length: count } } = metric.classes;
  return {
    ...common(
      metric,
      (predicted, truth, columns, i) => {
        columns[count * (truth - first) + predicted - first]![i] = 1;
      },
      count * count,
      (confusion) => finish(confusion, count),
    ),
    kind: "sums",
  };
}

/** True positives, predicted samples and true samples of a class. */
function marginsOf(confusion: Float64Array, count: number, c: number): [number, number, number] {
  let [predicted, truth] = [0, 0];
  for (let other = 0; other < count; other++) {
    predicted += confusion[count * other + c]!;
    truth += confusion[count * c + other]!;
  }
  return [confusion[count * c + c]!, predicted, truth];
}

/** What all metrics of classes have in common; `add` writes what sample `i` adds. */
function common(
  metric: ClassMetric,
  add: (predicted: number, truth: number, columns: readonly Float64Array[], i: number) => void,
  width: number,
  finish: SampleSums["finish"],
): Omit<Metric, "kind"> {
  const { toClass, isCounted } = metric.classes;
  const empty = (samples: number): SampleSums => ({
    samples,
    columns: Array.from({ length: width }, () => new Float64Array(samples)),
    finish,
  });
  return {
    ...metric,
    higherIsBetter: true,
    bounds: [0, 1],
    sums: (predictions: Scores, labels: Scores) => {
      const sums = empty(labels.length);
      for (let i = 0; i < labels.length; i++) {
        if (!isCounted(labels[i]!)) continue;
        add(toClass(predictions[i]!), toClass(labels[i]!), sums.columns, i);
      }
      return sums;
    },
    sumsOfClasses: (predicted: Scores, truth: Scores) => {
      const sums = empty(truth.length);
      for (let i = 0; i < truth.length; i++) add(predicted[i]!, truth[i]!, sums.columns, i);
      return sums;
    },
  };
}
