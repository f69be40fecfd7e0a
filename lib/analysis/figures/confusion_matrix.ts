/** Confusion matrices of the classes that the metrics count. @module */

import { UsageError } from "../../core/errors.ts";
import type { ProtocolName } from "../../data/mod.ts";
import { measure, metricOf, type Protocol, protocolNamed } from "../../evaluation/mod.ts";
import { Figure } from "./figure.ts";
import type { ScoredSamples } from "./predictions.ts";
import { WIDTH } from "./theme.ts";

/** A cell: samples of class `truth` that were predicted as `predicted`. */
interface Cell {
  readonly truth: string;
  readonly predicted: string;
  readonly samples: number;
  /** Share of the samples of that true class, 0 to 1. */
  readonly share: number;
}

/**
 * How often each true class was taken for each other one, by the classes of `acc7`, `acc5`, `acc3`
 * or an Acc-2. Numbers are samples, shades their share of the true class.
 *
 * @throws {UsageError} the metric is unknown, or counts no classes
 *
 * @example
 * ```ts
 * import { confusionMatrix } from "./confusion_matrix.ts";
 * import { assertEquals } from "@std/assert";
 * const scores = { labels: [-2, -1, 2, 3], predictions: [-1.5, 0.4, 1.8, 2] };
 * const figure = confusionMatrix(scores, "mosi", "acc2NegPos");
 * assertEquals(figure.description, "Acc-2 (neg/pos) 75.0 %: true against predicted class, 4 samples");
 * ```
 */
export function confusionMatrix(
  { labels, predictions }: ScoredSamples,
  protocol: ProtocolName | Protocol,
  key: string,
): Figure {
  const metric = metricOf(protocolNamed(protocol), key);
  const { classes } = metric;
  if (classes === undefined) {
    throw new UsageError(
      `Cannot draw a confusion matrix of "${key}": it counts no classes, expected an accuracy`,
    );
  }
  const { names, first, toClass, isCounted } = classes;
  const counts = names.map(() => names.map(() => 0));
  let samples = 0;
  for (let i = 0; i < labels.length; i++) {
    if (!isCounted(labels[i]!)) continue;
    counts[toClass(labels[i]!) - first]![toClass(predictions[i]!) - first]!++;
    samples++;
  }
  const cells = counts.flatMap((row, truth): Cell[] => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, predicted) => ({
      truth: names[truth]!,
      predicted: names[predicted]!,
      samples: count,
      share: total === 0 ? 0 : count / total,
    }));
  });
  const value = measure(metric, predictions, labels);
  const axis = (field: string, title: string, sort: readonly string[]) => ({
    field,
    type: "ordinal",
    sort,
    title,
    scale: { paddingInner: 0.04, paddingOuter: 0.02 },
    axis: { labelAngle: 0, domain: false, ticks: false, labelPadding: 4 },
  });
  return new Figure({
    description: `${metric.name} ${(100 * value).toFixed(1)} %: true against predicted class, ` +
      `${samples} samples`,
    width: WIDTH,
    height: names.length === 2 ? 150 : names.length === 3 ? 190 : 250,
    autosize: { type: "fit", contains: "padding" },
    data: { values: cells },
    encoding: {
      x: axis("predicted", "predicted", names),
      // The highest class on top, as an axis of scores has it.
      y: axis("truth", "true", names.toReversed()),
    },
    layer: [
      {
        mark: "rect",
        encoding: {
          color: {
            field: "share",
            type: "quantitative",
            scale: { domain: [0, 1], range: ["#f2f6fa", "#08519c"] },
            legend: null,
          },
        },
      },
      {
        // Colours that a dark page leaves alone, as it does those of the cells.
        mark: { type: "text", fontSize: 10 },
        encoding: {
          text: { field: "samples", type: "quantitative" },
          color: {
            condition: { test: "datum.share > 0.5", value: "#fefefe" },
            value: "#0a0a0a",
          },
        },
      },
    ],
  });
}
