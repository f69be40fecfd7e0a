/** The protocols: which labels a dataset has, and by which metrics it is judged. @module */

import { UsageError } from "../core/errors.ts";
import { parseCsv } from "../core/csv.ts";
import { unknownName } from "../core/suggest.ts";
import { LABEL_RANGES, type LabelRange, parseLabelRange, type ProtocolName } from "../data/mod.ts";
import { accuracy, highestF1, weightedF1 } from "./class_metrics.ts";
import { createClassProtocol } from "./class_protocol.ts";
import { classKey, keyOfClasses } from "./class_tasks.ts";
import type { Metric } from "./metric.ts";
import { createProtocol, type Protocol, type ProtocolParts } from "./protocol.ts";
import {
  binnedClasses,
  NEGATIVE_POSITIVE,
  NON_NEGATIVE,
  POSITIVE,
  roundedClasses,
} from "./score_classes.ts";
import { CCC, CORR, MAE, RMSE } from "./score_metrics.ts";

/** Metrics of every protocol beyond the field's tables. A new metric is an object, and here its line. */
const FURTHER: readonly Metric[] = [RMSE, CCC];

const F1 = "the F1 of each class weighted by its number of true samples";

/** MOSI's and MOSEI's metrics. Source: MMSA `metricsTop.py`, `__eval_mosi_regression`. */
const SIGN_METRICS: readonly Metric[] = [
  MAE,
  CORR,
  accuracy({
    key: "acc2NonNeg",
    name: "Acc-2 (neg/non-neg)",
    definition: "Accuracy of the classes < 0 and ≥ 0, over all samples (MMSA Has0_acc_2)",
    classes: NON_NEGATIVE,
  }),
  weightedF1({
    key: "f1WeightedNonNeg",
    name: "F1 (neg/non-neg)",
    definition: `For the classes < 0 and ≥ 0, over all samples: ${F1} (MMSA Has0_F1_score)`,
    classes: NON_NEGATIVE,
  }),
  accuracy({
    key: "acc2NegPos",
    name: "Acc-2 (neg/pos)",
    definition: "Accuracy of the classes ≤ 0 and > 0, over samples whose label is not 0 " +
      "(MMSA Non0_acc_2)",
    classes: NEGATIVE_POSITIVE,
  }),
  weightedF1({
    key: "f1WeightedNegPos",
    name: "F1 (neg/pos)",
    definition: `For the classes ≤ 0 and > 0, over samples whose label is not 0: ${F1} ` +
      "(MMSA Non0_F1_score)",
    classes: NEGATIVE_POSITIVE,
  }),
  // Probably what the SVM rows of the report are (our reading).
  accuracy({
    key: "acc2NonPosPos",
    name: "Acc-2 (non-pos/pos)",
    definition: "Accuracy of the classes ≤ 0 and > 0, over all samples",
    classes: POSITIVE,
    ofClassesOnly: true,
  }),
  positiveF1(),
  ...[1, 2, 3].map((limit) => {
    const count = 2 * limit + 1;
    return accuracy({
      key: `acc${count}`,
      name: `Acc-${count}`,
      definition: `Accuracy after clipping to [-${limit}, ${limit}] and rounding half to even` +
        (count === 3 ? "" : ` (MMSA Mult_acc_${count})`),
      classes: roundedClasses(limit),
    });
  }),
];

/** Those of SIMS and SIMSv2. Source: MMSA `metricsTop.py`, `__eval_sims_regression`. */
const SIMS_METRICS: readonly Metric[] = [
  MAE,
  CORR,
  accuracy({
    key: "acc2Sims",
    name: "Acc-2 (non-pos/pos)",
    definition: "Accuracy of the classes ≤ 0 and > 0, over all samples (MMSA Mult_acc_2)",
    classes: POSITIVE,
  }),
  weightedF1({
    key: "f1Weighted",
    name: "F1 (non-pos/pos)",
    definition: `For the classes ≤ 0 and > 0, over all samples: ${F1} (MMSA F1_score)`,
    classes: POSITIVE,
  }),
  positiveF1(),
  // Without MMSA's ends at ±1.01, which clipped values never reach.
  accuracy({
    key: "acc3",
    name: "Acc-3",
    definition: "Accuracy of the bins with right edges -0.1, 0.1, 1 (MMSA Mult_acc_3)",
    classes: binnedClasses([-0.1, 0.1], ["negative", "neutral", "positive"]),
  }),
  accuracy({
    key: "acc5",
    name: "Acc-5",
    definition: "Accuracy of the bins with right edges -0.7, -0.1, 0.1, 0.7, 1 (MMSA Mult_acc_5)",
    classes: binnedClasses(
      [-0.7, -0.1, 0.1, 0.7],
      ["neg.", "weak neg.", "neutral", "weak pos.", "pos."],
    ),
  }),
];

function positiveF1(): Metric {
  return highestF1({
    key: "f1Positive",
    name: "F1 (pos)",
    definition: "For the classes ≤ 0 and > 0, over all samples: the F1 of > 0 alone",
    classes: POSITIVE,
    ofClassesOnly: true,
  });
}

const SIGNS = { clips: false, published: SIGN_METRICS, ownDefaults: [] };

const PARTS: Readonly<Record<ProtocolName, Omit<ProtocolParts, "name" | "labels" | "further">>> = {
  mosi: SIGNS,
  mosei: SIGNS,
  sims: { clips: true, published: SIMS_METRICS, ownDefaults: ["simsv2"] },
};

/**
 * The protocol of that name for labels of some scale, its own by default. Metrics count from the
 * neutral point of the scale, and take scores as they are in files.
 *
 * @example Labels from 1 to 5, of which 3 is neutral
 * ```ts
 * import { createProtocolNamed } from "./protocols.ts";
 * import { assertEquals } from "@std/assert";
 * const stars = createProtocolNamed("mosi", { low: 1, high: 5, neutral: 3 });
 * assertEquals(stars.evaluate([2.8, 4.5], [1, 5]).values.acc2NegPos, 1);
 * ```
 */
export function createProtocolNamed(
  name: ProtocolName,
  labels: LabelRange = LABEL_RANGES[name],
): Protocol {
  return createProtocol({ name, labels, further: FURTHER, ...PARTS[name] });
}

/**
 * The protocol of each dataset.
 *
 * @example
 * ```ts
 * import { PROTOCOLS } from "./protocols.ts";
 * import { assertEquals } from "@std/assert";
 * const { values, flags } = PROTOCOLS.sims.evaluate([0.5, 0.5], [0.6, -0.2]);
 * assertEquals([values.acc2Sims, values.corr], [0.5, 0]);
 * assertEquals(flags, ["constantPredictions"]);
 * ```
 */
export const PROTOCOLS: Readonly<Record<ProtocolName, Protocol>> = {
  mosi: createProtocolNamed("mosi"),
  mosei: createProtocolNamed("mosei"),
  sims: createProtocolNamed("sims"),
};

/** All that a metric may be of; whatever the classes of data are, their metrics have the same keys. */
const ALL: readonly Protocol[] = [...Object.values(PROTOCOLS), createClassProtocol("mosi", [])];

/**
 * The protocol of a run: of the name in its configuration, for the range of labels or the classes
 * there.
 *
 * @param config with `protocol` and, where labels have a range of their own or are classes, `labels`
 *   or `classes`
 *
 * @example
 * ```ts
 * import { protocolOf } from "./protocols.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(protocolOf({ protocol: "mosi", labels: "1..5" }).labels.neutral, 3);
 * ```
 */
export function protocolOf(config: Readonly<Record<string, unknown>>): Protocol {
  const name = config["protocol"] as ProtocolName;
  const { labels, classes } = config;
  if (typeof classes === "string") return createClassProtocol(name, parseCsv(classes).header);
  return typeof labels === "string"
    ? createProtocolNamed(name, parseLabelRange(labels))
    : PROTOCOLS[name];
}

/**
 * The protocol of that name; a protocol itself.
 *
 * @throws {UsageError} there is none, with the nearest name
 *
 * @example
 * ```ts
 * import { protocolNamed } from "./protocols.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(protocolNamed("sims").labels.high, 1);
 * ```
 */
export function protocolNamed(given: string | Protocol): Protocol {
  if (typeof given !== "string") return given;
  if (Object.hasOwn(PROTOCOLS, given)) return PROTOCOLS[given as ProtocolName];
  throw new UsageError(unknownName("protocol", given, Object.keys(PROTOCOLS)));
}

/** Keys of all metrics of all protocols, then those of predicted classes. */
export function allMetricKeys(): string[] {
  const ofClasses = ALL.flatMap(({ classTasks }) => classTasks)
    .flatMap(({ metrics }) => metrics.map(({ key }) => classKey(key)));
  return [...new Set([...ALL.flatMap(({ metricKeys }) => metricKeys), ...ofClasses])];
}

/**
 * Those of some keys that a table in a terminal or a notebook shows: the metrics of the field's
 * tables, and those of predicted classes.
 *
 * @example
 * ```ts
 * import { tableKeys } from "./protocols.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(tableKeys(["mae", "rmse", "class.acc7"]), ["mae", "class.acc7"]);
 * ```
 */
export function tableKeys(keys: readonly string[]): string[] {
  const columns = ALL.flatMap(({ columns }) => columns);
  return keys.filter((key) => columns.includes(key) || keyOfClasses(key) !== null);
}

/** The metric of that key, of predicted classes too; undefined where no protocol has it. */
export function findMetric(key: string): Metric | undefined {
  const ofClasses = keyOfClasses(key);
  const metrics = ofClasses === null
    ? ALL.flatMap(({ metrics }) => metrics)
    : ALL.flatMap(({ classTasks }) => classTasks.flatMap(({ metrics }) => metrics));
  return metrics.find((metric) => metric.key === (ofClasses ?? key));
}

/**
 * `Acc-2 (neg/pos)` of `acc2NegPos`, `class Acc-7` of `class.acc7`; the key itself where it is none of
 * a protocol.
 */
export function metricName(key: string): string {
  const ofClasses = keyOfClasses(key);
  const name = findMetric(key)?.name ?? ofClasses ?? key;
  return ofClasses === null ? name : `class ${name}`;
}

/** Smallest and largest possible value of a metric; no limits where the key is none of a protocol. */
export function metricBounds(key: string): Metric["bounds"] {
  return findMetric(key)?.bounds ?? [-Infinity, Infinity];
}

/** `MAE (lower is better)`; the key alone where it is none of a protocol. */
export function metricWithDirection(key: string): string {
  const metric = findMetric(key);
  if (metric === undefined) return key;
  return `${metricName(key)} (${metric.higherIsBetter ? "higher" : "lower"} is better)`;
}
