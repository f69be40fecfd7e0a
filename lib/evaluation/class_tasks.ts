/**
 * Classification as a task of its own: for models that predict classes beside a score, such as a
 * support vector machine with SVR for the score and SVC for the classes. Each metric of classes
 * then has a classifier that was fitted for it.
 *
 * @module
 */

import type { ProtocolName } from "../data/modality.ts";
import { accuracy, binOf, roundedClass } from "./classes.ts";
import { f1Positive, f1Weighted } from "./f1.ts";
import { isPositive } from "./metrics.ts";
import type { Scores } from "./pairs.ts";
import { EDGES_3, EDGES_5 } from "./sims_metrics.ts";

/** A division of labels into classes, and what is measured of predicted ones. */
export interface ClassTask {
  /** For example `negPos`. */
  readonly name: string;
  /** The class of a label; null where the sample takes no part. */
  classOf(label: number): number | null;
  /** Metrics by key, of the classes of those samples that take part. */
  readonly metrics: Readonly<Record<string, (predicted: number[], truth: number[]) => number>>;
}

/** Predicted classes by the name of their task, each [samples]. */
export type ClassPredictions = Readonly<Record<string, ArrayLike<number>>>;

/**
 * Zero or less against more, over all samples: probably what the SVM rows of the report are (our
 * reading), with the F1 of the positive class alone.
 */
const NON_POS: ClassTask = {
  name: "nonPosPos",
  classOf: isPositive,
  metrics: { acc2NonPosPos: accuracy, f1Positive },
};

const SIGN_TASKS: readonly ClassTask[] = [
  {
    name: "nonNeg",
    classOf: (label) => Math.fround(label) >= 0 ? 1 : 0,
    metrics: { acc2NonNeg: accuracy, f1WeightedNonNeg: f1Weighted },
  },
  {
    name: "negPos",
    classOf: (label) => Math.fround(label) === 0 ? null : isPositive(label),
    metrics: { acc2NegPos: accuracy, f1WeightedNegPos: f1Weighted },
  },
  NON_POS,
  ...[3, 5, 7].map((count): ClassTask => ({
    name: `classes${count}`,
    classOf: (label) => roundedClass(label, (count - 1) / 2),
    metrics: { [`acc${count}`]: accuracy },
  })),
];

const SIMS_TASKS: readonly ClassTask[] = [
  {
    ...NON_POS,
    metrics: { acc2Sims: accuracy, f1Weighted, f1Positive },
  },
  { name: "classes3", classOf: (label) => binOf(label, EDGES_3), metrics: { acc3: accuracy } },
  { name: "classes5", classOf: (label) => binOf(label, EDGES_5), metrics: { acc5: accuracy } },
];

/**
 * The class tasks of each protocol.
 *
 * @example
 * ```ts
 * import { CLASS_TASKS } from "./class_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const task = CLASS_TASKS.mosi.find(({ name }) => name === "negPos")!;
 * assertEquals([-0.2, 0, 1.4].map(task.classOf), [0, null, 1]); // zeros take no part
 * assertEquals(Object.keys(task.metrics), ["acc2NegPos", "f1WeightedNegPos"]);
 * ```
 */
export const CLASS_TASKS: Readonly<Record<ProtocolName, readonly ClassTask[]>> = {
  mosi: SIGN_TASKS,
  mosei: SIGN_TASKS,
  sims: SIMS_TASKS,
};

/**
 * Metrics of predicted classes, under the keys of the protocol's metrics with `class.` before them:
 * those without are of the score. Tasks that were not predicted are left out.
 *
 * @example
 * ```ts
 * import { evaluateClasses } from "./class_tasks.ts";
 * import { assertEquals } from "@std/assert";
 * const values = evaluateClasses("mosi", { negPos: [1, 1, 0] }, [2, 0, -1]);
 * assertEquals(values, { "class.acc2NegPos": 1, "class.f1WeightedNegPos": 1 });
 * ```
 */
export function evaluateClasses(
  protocol: ProtocolName,
  predictions: ClassPredictions,
  labels: Scores,
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, classOf, metrics } of CLASS_TASKS[protocol]) {
    const all = predictions[name];
    if (all === undefined) continue;
    const predicted: number[] = [], truth: number[] = [];
    for (let i = 0; i < labels.length; i++) {
      const label = classOf(labels[i]!);
      if (label === null) continue;
      predicted.push(all[i]!);
      truth.push(label);
    }
    for (const [key, compute] of Object.entries(metrics)) {
      values[`class.${key}`] = compute(predicted, truth);
    }
  }
  return values;
}
