/**
 * Classification as a task of its own: for models that predict classes beside a score, such as a
 * support vector machine with SVR for the score and SVC for the classes. Each metric of classes
 * then has a classifier that was fitted for it.
 *
 * @module
 */

import { type Metric, totalOf } from "./metric.ts";
import type { Scores } from "./pairs.ts";

/** A division of labels into classes, and what is measured of predicted ones. */
export interface ClassTask {
  /** For example `negPos`. */
  readonly name: string;
  /** The class of a label; null where the sample takes no part. */
  classOf(label: number): number | null;
  /** The metrics that count these classes. */
  readonly metrics: readonly Metric[];
}

/** Predicted classes by the name of their task, each [samples]. */
export type ClassPredictions = Readonly<Record<string, ArrayLike<number>>>;

/** The class tasks of some metrics: one for all that count the same classes. */
export function classTasks(metrics: readonly Metric[]): ClassTask[] {
  const names = new Set(metrics.flatMap(({ classes }) => classes?.name ?? []));
  return [...names].map((name) => {
    const own = metrics.filter(({ classes }) => classes?.name === name);
    const { isCounted, toClass } = own[0]!.classes!;
    return { name, classOf: (label) => isCounted(label) ? toClass(label) : null, metrics: own };
  });
}

/**
 * Metrics of predicted classes, under the keys of the protocol's metrics with `class.` before them:
 * those without are of the score. Tasks that were not predicted are left out.
 *
 * @example
 * ```ts
 * import { evaluateClasses, PROTOCOLS } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const values = evaluateClasses(PROTOCOLS.mosi, { negPos: [1, 1, 0] }, [2, 0, -1]);
 * assertEquals(values, { "class.acc2NegPos": 1, "class.f1WeightedNegPos": 1 });
 * ```
 */
export function evaluateClasses(
  protocol: { readonly classTasks: readonly ClassTask[] },
  predictions: ClassPredictions,
  labels: Scores,
): Record<string, number> {
  const values: Record<string, number> = {};
  for (const { name, classOf, metrics } of protocol.classTasks) {
    const all = predictions[name];
    if (all === undefined) continue;
    const predicted: number[] = [], truth: number[] = [];
    for (let i = 0; i < labels.length; i++) {
      const label = classOf(labels[i]!);
      if (label === null) continue;
      predicted.push(all[i]!);
      truth.push(label);
    }
    for (const { key, sumsOfClasses } of metrics) {
      if (sumsOfClasses === undefined) continue;
      values[classKey(key)] = totalOf(sumsOfClasses(predicted, truth));
    }
  }
  return values;
}

const CLASS = "class.";

/** The key of a metric where it is of predicted classes. */
export function classKey(key: string): string {
  return CLASS + key;
}

/** The key without what says that it is of predicted classes; null where nothing does. */
export function keyOfClasses(key: string): string | null {
  return key.startsWith(CLASS) ? key.slice(CLASS.length) : null;
}
