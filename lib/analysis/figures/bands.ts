/** Lines with a band over seeds: what learning curves and robustness curves are made of. @module */

import { isConstant, mean } from "../../statistics/descriptive.ts";
import { type Bounds, within } from "../../statistics/interval.ts";
import { tInterval } from "../../statistics/t_tests.ts";
import { textWidth } from "./text_width.ts";
import { DASHES, LABEL_SIZE, WIDTH } from "./theme.ts";

/** What the mark of a legend's entry takes beside its text, and the height of a line, in pixels. */
const ENTRY = 44;
const LINE = 14;

/** A mean over seeds and its 95 % t interval; without width where there is one seed. */
export interface BandPoint {
  readonly series: string;
  readonly x: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly seeds: number;
}

/**
 * @param values one a seed, at least one
 * @param bounds of the values, which the band does not leave
 */
export function bandPoint(
  series: string,
  x: number,
  values: readonly number[],
  bounds: Bounds,
): BandPoint {
  const value = isConstant(values) ? values[0]! : mean(values);
  const { low, high } = values.length < 2
    ? { low: value, high: value }
    : within(tInterval(values), bounds);
  return { series, x, value, low, high, seeds: values.length };
}

/** Layers: the band, the line with a colour and a dash for each series. */
export function bandLayers(points: readonly BandPoint[], withMarks = false): readonly unknown[] {
  const names = [...new Set(points.map(({ series }) => series))];
  // The eighth series has the first colour again, with another dash.
  const dash = names.map((_, i) => DASHES[(i + Math.floor(i / DASHES.length)) % DASHES.length]);
  const legend = { legend: legendOf(names) };
  const color = { field: "series", type: "nominal", scale: { domain: names }, ...legend };
  const x = { field: "x", type: "quantitative" };
  const data = { values: points };
  return [
    {
      data,
      mark: { type: "area", opacity: 0.18 },
      encoding: {
        x,
        y: { field: "low", type: "quantitative" },
        y2: { field: "high" },
        color,
      },
    },
    {
      data,
      mark: { type: "line", strokeWidth: 1.8, ...withMarks ? { point: { size: 22 } } : {} },
      encoding: {
        x,
        y: { field: "value", type: "quantitative" },
        color,
        strokeDash: {
          field: "series",
          type: "nominal",
          scale: { domain: names, range: dash },
          ...legend,
        },
      },
    },
  ];
}

/** The series, side by side as far as there is room; nothing for one alone. */
export function legendOf(
  names: readonly string[],
  symbolType: "stroke" | "circle" = "stroke",
): unknown {
  if (names.length < 2) return null;
  const symbolSize = symbolType === "stroke" ? 200 : 60;
  return { symbolType, symbolSize, columns: columnsOf(names), labelLimit: WIDTH - 60 };
}

/** What a figure must be higher, in pixels, for a legend of several lines. */
export function legendHeight(names: readonly string[]): number {
  return names.length < 2 ? 0 : (Math.ceil(names.length / columnsOf(names)) - 1) * LINE;
}

function columnsOf(names: readonly string[]): number {
  const widest = Math.max(...names.map((name) => textWidth(name, LABEL_SIZE)));
  return Math.max(1, Math.min(3, Math.floor(WIDTH / (widest + ENTRY))));
}
