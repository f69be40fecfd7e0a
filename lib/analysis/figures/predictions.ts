/** Predictions beside labels: the two together, and their differences. @module */

import { type ProtocolName } from "../../data/mod.ts";
import { type Protocol, protocolNamed } from "../../evaluation/mod.ts";
import { quantile } from "../../statistics/descriptive.ts";
import { Figure } from "./figure.ts";
import { COLORS, GREY, WIDTH } from "./theme.ts";

/** Scores of samples, for example of `selectSplit(readPredictions(path), "test")`. */
export interface ScoredSamples {
  /** [samples] true labels. */
  readonly labels: ArrayLike<number>;
  /** [samples] scores. */
  readonly predictions: ArrayLike<number>;
}

/** Cells along each side of {@linkcode predictedAgainstTrue}: eight to a point of MOSI's scale. */
const CELLS = 48;

/**
 * Predicted against true scores: circles whose area is the number of samples, and the line on which
 * a perfect model's would lie. Scores are counted in cells of a 48th of the scale, predictions
 * beyond the scale at its end.
 *
 * @throws {TypeError} there are no samples
 *
 * @example
 * ```ts
 * import { predictedAgainstTrue } from "./predictions.ts";
 * import { assertMatch } from "@std/assert";
 * const figure = predictedAgainstTrue({ labels: [1, -2], predictions: [0.5, -1] }, "mosi");
 * assertMatch(figure.description, /2 samples/);
 * ```
 */
export function predictedAgainstTrue(
  scores: ScoredSamples,
  protocol: ProtocolName | Protocol,
): Figure {
  const samples = checkSamples(scores);
  const { low, high } = protocolNamed(protocol).labels;
  const step = (high - low) / CELLS;
  const cell = (score: number) => Math.round(Math.max(low, Math.min(high, score)) / step);
  const counts = new Map<string, { x: number; y: number; samples: number }>();
  for (let i = 0; i < samples; i++) {
    const [x, y] = [cell(scores.labels[i]!), cell(scores.predictions[i]!)];
    const place = counts.get(`${x} ${y}`) ?? { x: x * step, y: y * step, samples: 0 };
    place.samples++;
    counts.set(`${x} ${y}`, place);
  }
  const most = Math.max(...[...counts.values()].map((place) => place.samples));
  const axis = (field: string, title: string) => ({
    field,
    type: "quantitative",
    title,
    scale: { domain: [low, high], nice: false },
    axis: { tickCount: 7 },
  });
  const end = { x: high, y: high };
  return new Figure({
    description: `Predicted against true score of ${samples} samples; ` +
      "the area of a circle is the number of samples",
    width: WIDTH,
    height: WIDTH,
    autosize: { type: "fit", contains: "padding" },
    encoding: { x: axis("x", "true score"), y: axis("y", "predicted score") },
    layer: [
      {
        data: { values: [{ x: low, y: low }, end] },
        mark: { type: "line", color: GREY, strokeDash: [4, 3], strokeWidth: 1 },
      },
      {
        data: { values: [...counts.values()] },
        mark: { type: "circle", color: COLORS[0], opacity: 0.6 },
        encoding: {
          size: {
            field: "samples",
            type: "quantitative",
            scale: { domain: [0, most], range: [0, most === 1 ? 16 : 90] },
            legend: null,
          },
        },
      },
    ],
  });
}

/**
 * Residuals (predicted less true) by label: median, middle half and middle 90 % of the samples with
 * about that label, so that a pull towards the centre of the scale is seen.
 *
 * @throws {TypeError} there are no samples
 *
 * @example
 * ```ts
 * import { residualsByLabel } from "./predictions.ts";
 * import { assertMatch } from "@std/assert";
 * const figure = residualsByLabel({ labels: [1, -2], predictions: [0.5, -1] }, "mosi");
 * assertMatch(figure.description, /2 samples/);
 * ```
 */
export function residualsByLabel(scores: ScoredSamples, protocol: ProtocolName | Protocol): Figure {
  const samples = checkSamples(scores);
  const { low, high } = protocolNamed(protocol).labels;
  // Seven bins on every scale: whole numbers on MOSI's, thirds on that of SIMS.
  const [middle, step] = [(low + high) / 2, (high - low) / 6];
  const bins = Array.from({ length: 7 }, (_, i) => ({
    label: Number((middle + (i - 3) * step).toFixed(2)),
    residuals: [] as number[],
  }));
  for (let i = 0; i < samples; i++) {
    const label = scores.labels[i]!;
    const bin = Math.max(0, Math.min(6, Math.round((label - middle) / step) + 3));
    bins[bin]!.residuals.push(scores.predictions[i]! - label);
  }
  const values = bins.filter(({ residuals }) => residuals.length > 0)
    .map(({ label, residuals }) => {
      const sorted = residuals.toSorted((a, b) => a - b);
      const at = (share: number) => quantile(sorted, share);
      const [low, q1, median, q3, high] = [0.05, 0.25, 0.5, 0.75, 0.95].map(at);
      return { label, low, q1, median, q3, high, count: `n=${residuals.length}` };
    });
  const x = { field: "label", type: "ordinal", sort: null, title: "true score (rounded)" };
  const span = (from: string, to: string, size: number) => ({
    mark: { type: "bar", size, color: COLORS[0], opacity: size > 5 ? 0.45 : 1 },
    encoding: { y: { field: from, type: "quantitative" }, y2: { field: to } },
  });
  return new Figure({
    description: `Residuals of ${samples} samples by true score: median, middle half, ` +
      "middle 90 %; above, the number of samples",
    width: WIDTH,
    height: 220,
    autosize: { type: "fit", contains: "padding" },
    data: { values },
    encoding: { x: { ...x, axis: { labelAngle: 0, grid: false, format: "~g" } } },
    layer: [
      {
        data: { values: [{ zero: 0 }] },
        mark: { type: "rule", color: GREY, strokeDash: [4, 3] },
        encoding: { x: null, y: { field: "zero", type: "quantitative" } },
      },
      span("low", "high", 1.2),
      span("q1", "q3", 20),
      {
        mark: { type: "tick", color: "#000000", thickness: 2, size: 20 },
        encoding: { y: { field: "median", type: "quantitative", title: "predicted − true" } },
      },
      {
        mark: { type: "text", color: GREY, fontSize: 9, baseline: "bottom", dy: -3 },
        encoding: { y: { value: 0 }, text: { field: "count" } },
      },
    ],
  });
}

function checkSamples({ labels, predictions }: ScoredSamples): number {
  if (labels.length > 0 && labels.length === predictions.length) return labels.length;
  throw new TypeError(
    `Cannot draw ${predictions.length} predictions of ${labels.length} labels: ` +
      "expected as many of each, and some",
  );
}
