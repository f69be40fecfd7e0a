/**
 * The floor of every table: one number for all samples.
 *
 * @module
 */

import { DataError, UsageError } from "../core/errors.ts";
import type { Split } from "../data/mod.ts";
import type { FittedTensors, ModelContext, ModelDefinition, Regressor } from "./model.ts";

/** What is predicted: each has its own claim to be the fairest floor. */
const STATISTICS: Readonly<Record<string, (labels: Float32Array) => number>> = {
  mean: (labels) => labels.reduce((sum, label) => sum + label, 0) / labels.length,
  median,
  majority,
};

/** Middle of the sorted labels, or the mean of the two middle ones. */
function median(labels: Float32Array): number {
  const sorted = labels.toSorted();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The most frequent label; of several the one that came first. */
function majority(labels: Float32Array): number {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  let best = labels[0]!;
  for (const [label, count] of counts) if (count > counts.get(best)!) best = label;
  return best;
}

/** Predicts a statistic of the train labels. */
class Constant implements Regressor {
  readonly #statistic: (labels: Float32Array) => number;

  constructor(context: ModelContext) {
    const name = String(context.config["value"]);
    const statistic = Object.hasOwn(STATISTICS, name) ? STATISTICS[name] : undefined;
    if (statistic === undefined) {
      const known = Object.keys(STATISTICS).join(", ");
      throw new UsageError(`Cannot use value "${name}" with constant: expected one of ${known}`);
    }
    this.#statistic = statistic;
  }

  fit(train: Split): FittedTensors {
    if (train.labels === null || train.labels.length === 0) {
      throw new DataError(`Cannot fit constant: split "${train.name}" has no labels`);
    }
    return new Map([["value", Float32Array.of(this.#statistic(train.labels))]]);
  }

  predict(fitted: FittedTensors, split: Split): Float32Array {
    return new Float32Array(split.ids.length).fill(fitted.get("value")![0]!);
  }
}

/** The baseline, as `--model constant`; `--set value=mean|median|majority`. */
export const constant: ModelDefinition = {
  name: "constant",
  summary: "the mean (or median, or most frequent) train label for every sample",
  kind: "regressor",
  defaults: () => ({ value: "mean" }),
  create: (context) => new Constant(context),
};
