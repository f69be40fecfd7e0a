/** The protocol of data with classes and no scores. @module */

import { accuracy, weightedF1 } from "./class_metrics.ts";
import { createProtocol, type Protocol } from "./protocol.ts";
import type { ProtocolName } from "../data/mod.ts";

/**
 * Metrics of classes that are numbered from 0, in labels and predictions alike.
 *
 * @param name of the protocol whose default settings hold
 * @param names of the classes by number
 *
 * @example
 * ```ts
 * import { createClassProtocol } from "./class_protocol.ts";
 * import { assertEquals } from "@std/assert";
 * const { values } = createClassProtocol("mosi", ["angry", "happy", "sad"])
 *   .evaluate([0, 1, 1, 2], [0, 1, 2, 2]);
 * assertEquals(values["accClasses"], 0.75);
 * ```
 */
export function createClassProtocol(name: ProtocolName, names: readonly string[]): Protocol {
  const classes = {
    name: "named",
    names,
    first: 0,
    toClass: (number: number) => number,
    isCounted: () => true,
  };
  return createProtocol({
    name,
    labels: { low: 0, high: Math.max(1, names.length - 1), neutral: 0 },
    clips: false,
    published: [
      accuracy({
        key: "accClasses",
        name: "Acc (classes)",
        definition: "Accuracy of the classes of the data",
        classes,
      }),
      weightedF1({
        key: "f1WeightedClasses",
        name: "F1 (classes)",
        definition: "The F1 of each class of the data weighted by its number of true samples",
        classes,
      }),
    ],
    further: [],
    ownDefaults: [],
  });
}

/** The keys of the metrics, which are the same for whatever classes data have. */
export const CLASS_METRIC_KEYS: readonly string[] = createClassProtocol("mosi", []).metricKeys;
