/** How a metric falls as data are corrupted. @module */

import { bandLayers, bandPoint, legendHeight } from "./bands.ts";
import { Figure } from "./figure.ts";
import { metricBounds, metricName } from "../../evaluation/protocols.ts";
import { NOTEBOOK_WIDTH, WIDTH } from "./theme.ts";

/** A metric of one run at one strength of the corruption. */
export interface CurvePoint {
  /** The line that it belongs to, for example the model. */
  readonly name: string;
  /** How much is corrupted, for example the share of missing steps. */
  readonly strength: number;
  /** The metric, unrounded. */
  readonly value: number;
}

/**
 * A metric by strength of a corruption: the mean over runs and its 95 % t interval.
 *
 * @param corruption what the strength is, for the axis: `share of audio missing`
 * @param key of the metric, which names the other axis
 * @throws {TypeError} there are no points
 *
 * @example
 * ```ts
 * import { robustnessCurves } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const points = [0, 0.5, 1].flatMap((strength) => [
 *   { name: "self-mm", strength, value: 0.7 + 0.2 * strength }, // one seed
 *   { name: "self-mm", strength, value: 0.8 + 0.2 * strength }, // another one
 * ]);
 * const { spec } = robustnessCurves(points, "noise on audio");
 * assertEquals(spec["description"], "MAE by noise on audio: self-mm");
 * ```
 */
export function robustnessCurves(
  points: readonly CurvePoint[],
  corruption: string,
  key = "mae",
): Figure {
  if (points.length === 0) {
    throw new TypeError("Cannot draw robustness curves: expected points of at least one model");
  }
  const names = [...new Set(points.map(({ name }) => name))];
  const bands = names.flatMap((name) => {
    const own = points.filter((point) => point.name === name);
    const strengths = [...new Set(own.map(({ strength }) => strength))].sort((a, b) => a - b);
    return strengths.map((strength) =>
      bandPoint(
        name,
        strength,
        own.filter((point) => point.strength === strength).map(({ value }) => value),
        metricBounds(key),
      )
    );
  });
  return new Figure({
    description: `${metricName(key)} by ${corruption}: ${names.join(", ")}`,
    width: WIDTH,
    height: 200 + legendHeight(names),
    autosize: { type: "fit", contains: "padding" },
    encoding: {
      x: { title: corruption, axis: { grid: false, tickCount: 6 } },
      y: { title: metricName(key), scale: { zero: false } },
    },
    layer: bandLayers(bands, true),
  }, NOTEBOOK_WIDTH);
}
