/** The intervals of a comparison. @module */

import type { Comparison } from "../comparison/compare.ts";
import { rowNames } from "../comparison/groups.ts";
import { estimateLayers, heightOf, ruleAt } from "./estimates.ts";
import { Figure } from "./figure.ts";
import { metricName, metricWithDirection } from "../../evaluation/protocols.ts";
import { percent } from "../spread.ts";
import { textWidth } from "./text_width.ts";
import { COLORS, GREY, LABEL_SIZE, WIDTH } from "./theme.ts";

/** Room for the intervals themselves, and the most for a label in one line, in pixels. */
const PLOT_WIDTH = 190;
const LINE_LIMIT = WIDTH - PLOT_WIDTH;

/**
 * Differences between models by one metric, with their intervals over seeds and samples. Filled
 * dots are established differences, grey ones are equivalence within the margin, whose ends are dashed
 * where one was given; hollow ones are neither. Long names stand below each other, and the
 * figure is as wide as they need.
 *
 * @param comparisons of `compareRuns`; those by another metric are left out
 * @throws {TypeError} there is none of that metric
 *
 * @example
 * ```ts
 * import { comparisonIntervals } from "./comparison_intervals.ts";
 * import { compare } from "../../session/compare.ts";
 * import { train } from "../../session/train.ts";
 * import { assertMatch } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const common = {
 *   data: "synthetic:n=32",
 *   runs: 4,
 *   engine: "cpu",
 *   out,
 * } as const;
 * const svm = await train({ model: "svm", ...common });
 * const guess = await train({ model: "constant", ...common });
 * const figure = comparisonIntervals(compare(svm, guess).comparisons);
 * assertMatch(figure.description, /^Differences of MAE/);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export function comparisonIntervals(
  comparisons: readonly Comparison[],
  key: string | undefined = comparisons[0]?.metric,
): Figure {
  const shown = comparisons.filter(({ metric }) => metric === key);
  const { nameOf } = rowNames(shown.flatMap(({ a, b }) => [a, b]));
  const names = shown.map(({ a, b }) => [nameOf(a), `− ${nameOf(b)}`]);
  const width = (texts: readonly string[]) =>
    Math.max(...texts.map((text) => textWidth(text, LABEL_SIZE)));
  const isLong = width(names.map((pair) => pair.join(" "))) > LINE_LIMIT;
  const room = width(isLong ? names.flat() : names.map((pair) => pair.join(" ")));
  const rows = shown.map((comparison, i) => ({
    pair: names[i]!.join(isLong ? "\n" : " "),
    ...comparison.difference,
    verdict: comparison.verdict,
  }));
  if (rows.length === 0) {
    throw new TypeError(`Cannot draw "${key}": expected comparisons by that metric`);
  }
  const level = percent(rows[0]!.level);
  const margin = shown[0]!.equivalence?.margin;
  const better = "test(/better$/, datum.verdict)";
  const filled = { condition: { test: better, value: COLORS[0] }, value: GREY };
  const inner = [filled.condition, { test: "datum.verdict === 'equivalent'", value: GREY }];
  return new Figure({
    description: `Differences of ${metricWithDirection(key!)} and their ${level} intervals over ` +
      "seeds and samples; filled: established" +
      (margin === undefined ? "" : `; grey: equivalent within ±${margin}, dashed`),
    width: Math.max(WIDTH, room + PLOT_WIDTH),
    height: heightOf(rows.length, isLong ? 2.5 : 1),
    autosize: { type: "fit", contains: "padding" },
    data: { values: rows },
    encoding: {
      y: {
        field: "pair",
        type: "nominal",
        sort: null,
        title: null,
        axis: { grid: true, labelLimit: 0, labelExpr: "split(datum.label, '\\n')" },
      },
      x: { title: `difference of ${metricName(key!)}` },
      color: filled,
    },
    layer: [
      ...[0, ...margin === undefined ? [] : [-margin, margin]].map(ruleAt),
      ...estimateLayers({}).map((layer, i) =>
        i === 0 ? layer : {
          ...layer as Record<string, unknown>,
          encoding: {
            x: { field: "value", type: "quantitative" },
            fill: { condition: inner, value: "#ffffff" },
          },
        }
      ),
    ],
  });
}
