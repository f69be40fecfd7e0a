/**
 * The floor of every table: one number for all samples.
 *
 * @module
 */

import { DataError, UsageError } from "../core/errors.ts";
import type { Split } from "../data/mod.ts";
import type { FittedTensors, ModelContext, Regressor, RegressorDefinition } from "./model.ts";
import { oneOf } from "./setting.ts";

/** What is predicted: each has its own claim to be the fairest floor. */
const STATISTICS = {
  mean: (labels: Float32Array) => labels.reduce((sum, label) => sum + label, 0) / labels.length,
  median,
  majority,
};

const settings = {
  value: oneOf(["mean", "median", "majority"], "which train label is predicted", {
    search: ["mean", "median", "majority"],
  }),
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

  /** @throws {UsageError} for a mean of classes */
  constructor({ settings: { value }, classes }: ModelContext<typeof settings>) {
    if (classes !== undefined && value !== "majority") {
      throw new UsageError(`Cannot predict the ${value} of classes, expected --set value=majority`);
    }
    this.#statistic = STATISTICS[value];
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
export const constant: RegressorDefinition<typeof settings> = {
  name: "constant",
  summary: "the mean (or median, or most frequent) train label for every sample",
  kind: "regressor",
  year: null,
  needs: [],
  fitsClasses: true,
  isSeedless: () => true,
  card: {
    source: "The mean, median or most frequent train label",
    reading: "The floor of every table",
    limits: "Reads no features. Nothing in it is random",
  },
  settings,
  create: (context) => new Constant(context),
};
