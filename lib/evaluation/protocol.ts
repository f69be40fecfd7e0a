/** How a dataset is evaluated: one object. @module */

import { UsageError } from "../core/errors.ts";
import { unknownName } from "../core/suggest.ts";
import type { LabelRange, ProtocolName } from "../data/mod.ts";
import { type ClassTask, classTasks } from "./class_tasks.ts";
import { measure, type Metric, ofMapped } from "./metric.ts";
import { isConstant, type Scores } from "./pairs.ts";
import { clip } from "./score_classes.ts";

/**
 * Why a value is not what it seems: `corr` is 0 because all predictions, or all labels, are the
 * same; `acc2NegPos` and `f1WeightedNegPos` are 0 because every label is 0.
 */
export type MetricFlag = "constantPredictions" | "constantLabels" | "noNonZeroLabels";

/** The metrics of a split, by key, and their flags. */
export interface Evaluation {
  /** By key. */
  readonly values: Record<string, number>;
  /** What makes some of them meaningless. */
  readonly flags: MetricFlag[];
}

/** The datasets for which models have defaults of their own: the protocols, and one more. */
export type DefaultsName = ProtocolName | "simsv2";

/** What a protocol is made of. */
export interface ProtocolParts {
  /** As it is asked for. */
  readonly name: ProtocolName;
  /** The scale of the labels. */
  readonly labels: LabelRange;
  /** Whether labels and predictions are clipped to the scale before they are measured. */
  readonly clips: boolean;
  /**
   * Metrics of scores whose neutral point is 0, in the order of tables: those of the field's tables,
   * which terminals show.
   */
  readonly published: readonly Metric[];
  /** Metrics that are in files, reports and `--metric` alone. */
  readonly further: readonly Metric[];
  /** Datasets of this protocol with default settings of their own. */
  readonly ownDefaults: readonly DefaultsName[];
}

/** How a dataset is evaluated. */
export interface Protocol {
  /** As it is asked for. */
  readonly name: ProtocolName;
  /** The scale of the labels. */
  readonly labels: LabelRange;
  /** Of scores as they are in files, in the order of tables. */
  readonly metrics: readonly Metric[];
  /** Keys of {@linkcode Protocol.metrics}, in the same order. */
  readonly metricKeys: readonly string[];
  /** Those of the keys that tables in a terminal have room for. */
  readonly columns: readonly string[];
  /** What classifiers are fitted for, with the metrics of each. */
  readonly classTasks: readonly ClassTask[];
  /** Whose default settings a dataset of this protocol takes. */
  defaultsOf(dataset: string): DefaultsName;
  /**
   * All metrics of a whole split. The order of samples does not matter; batches are to be joined
   * before, not averaged.
   *
   * @throws {TypeError} no samples, or different lengths
   * @throws {RangeError} a value that is not finite
   */
  evaluate(predictions: Scores, labels: Scores): Evaluation;
}

/** Makes the object. */
export function createProtocol(parts: ProtocolParts): Protocol {
  const { name, labels, clips, published, further, ownDefaults } = parts;
  const read = readerOf(labels, clips);
  const mapped = [...published, ...further].map((metric) => placed(metric, labels, clips, read));
  const metrics = mapped.filter(({ ofClassesOnly }) => !ofClassesOnly);
  const metricKeys = metrics.map(({ key }) => key);
  return {
    name,
    labels,
    metrics,
    metricKeys,
    columns: metricKeys.filter((key) => published.some((metric) => metric.key === key)),
    classTasks: classTasks(mapped),
    defaultsOf: (dataset) => ownDefaults.find((own) => own === dataset) ?? name,
    evaluate: (predictions, truth) => ({
      values: Object.fromEntries(metrics.map((m) => [m.key, measure(m, predictions, truth)])),
      flags: flagsOf(metrics, read ?? ((score) => score), predictions, truth),
    }),
  };
}

/**
 * The metric with that key in a protocol, or the one that is given.
 *
 * @throws {UsageError} there is none, with the nearest key, or it takes the key of another
 *
 * @example
 * ```ts
 * import { metricOf } from "./protocol.ts";
 * import { PROTOCOLS } from "./protocols.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(metricOf(PROTOCOLS.mosi, "mae").higherIsBetter, false);
 * ```
 */
export function metricOf(protocol: Protocol, asked: string | Metric): Metric {
  const key = typeof asked === "string" ? asked : asked.key;
  const known = protocol.metrics.find((metric) => metric.key === key);
  if (typeof asked !== "string") {
    if (known === undefined || known === asked) return asked;
    throw new UsageError(
      `Cannot measure "${key}" by a metric of your own: protocol ${protocol.name} has one of ` +
        "that key, expected another key",
    );
  }
  if (known !== undefined) return known;
  throw new UsageError(unknownName(`${protocol.name} metric`, key, protocol.metricKeys));
}

/** What becomes of a score before it is measured; null where nothing does. */
function readerOf(
  { low, high, neutral }: LabelRange,
  clips: boolean,
): ((score: number) => number) | null {
  if (clips) return (score) => clip(score, low, high) - neutral;
  return neutral === 0 ? null : (score) => score - neutral;
}

/** A metric of scores as they are in files. */
function placed(
  metric: Metric,
  { low, high }: LabelRange,
  clips: boolean,
  read: ((score: number) => number) | null,
): Metric {
  if (read === null) return metric;
  const moved = ofMapped(metric, read);
  // Classes are the same with and without.
  if (!clips || metric.classes !== undefined) return moved;
  const worst = measure(metric, [read(high)], [read(low)]);
  const [least, most] = metric.bounds.map((bound) => Number.isFinite(bound) ? bound : worst);
  return {
    ...moved,
    definition: `${metric.definition}; both sides are first clipped to [${low}, ${high}]`,
    bounds: [least!, most!],
  };
}

function flagsOf(
  metrics: readonly Metric[],
  read: (score: number) => number,
  predictions: Scores,
  labels: Scores,
): MetricFlag[] {
  const flags: MetricFlag[] = [];
  if (isConstant(Float64Array.from(predictions, read))) flags.push("constantPredictions");
  if (isConstant(Float64Array.from(labels, read))) flags.push("constantLabels");
  const countsNone = ({ classes }: Metric) =>
    classes !== undefined && !Array.from(labels).some((label) => classes.isCounted(label));
  if (metrics.some(countsNone)) flags.push("noNonZeroLabels");
  return flags;
}
