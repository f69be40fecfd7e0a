/** The table of comparisons. @module */

import type { Grid } from "../../display/grid.ts";
import { GridTables } from "../../display/grid_tables.ts";
import { metricName } from "../../evaluation/protocols.ts";
import { mean } from "../../statistics/mod.ts";
import { percent, spreadText } from "../spread.ts";
import type { Comparison, ComparisonTable } from "./compare.ts";
import { rowNames } from "./groups.ts";
import { formatSigned } from "./verdict_sentence.ts";

/** Comparisons whose verdicts are told below the table too; those of more are its last column alone. */
const FEW = 6;

/** The table by itself; `compare()` has that of the results besides. */
export function comparisonTables(found: ComparisonTable): GridTables {
  return new GridTables("Comparison", [comparisonGrid(found)]);
}

/**
 * A row a comparison: the mean of each model, their difference, p after Holm's correction, the verdict;
 * with a margin and its p where one was given.
 */
export function comparisonGrid(found: ComparisonTable): Grid {
  const { comparisons, holm, refused } = found;
  const { nameOf } = rowNames(comparisons.flatMap(({ a, b }) => [a, b]));
  const all = comparisons.length;
  const hasMargin = holm.equivalence !== undefined;
  const margins = (texts: readonly string[]) => hasMargin ? texts : [];
  const tested = (holm.equivalence ?? []).filter((p) => p !== null).length;
  const level = comparisons[0]?.difference.level ?? 0.95;
  return {
    title: "Differences on test, a - b, and their " +
      `${percent(level)} intervals over seeds and samples`,
    name: "comparison",
    header: [
      ...["a", "b", "dataset", "metric", "mean a", "mean b", "a - b", "interval"],
      ...[`p seeds ${familyOf(all)}`, `p samples ${familyOf(all)}`],
      ...margins(["margin", `p equivalent ${familyOf(tested)}`]),
      "verdict",
    ],
    rows: comparisons.map((comparison, i) => {
      const { a, b, dataset, metric, values, difference, equivalence } = comparison;
      return [
        nameOf(a),
        nameOf(b),
        dataset,
        metricName(metric),
        spreadText(values.a),
        spreadText(values.b),
        formatSigned(difference.value),
        `[${formatSigned(difference.low)}, ${formatSigned(difference.high)}]`,
        shortP(holm.seeds[i]!),
        shortP(holm.samples[i]!),
        ...margins(
          equivalence === undefined
            ? ["", ""]
            : [`±${formatSigned(equivalence.margin)}`, shortP(holm.equivalence![i]!)],
        ),
        verdictText(comparison, nameOf),
      ];
    }),
    align: `llllrrrrrr${hasMargin ? "rr" : ""}l`,
    keys: 4,
    names: 2,
    notes: [
      ...comparisons.length > FEW ? [] : comparisons.map(({ brief }) => brief),
      ...familyNotes(found),
      ...new Set(refused.map(({ reason }) => reason)),
    ],
    details: comparisons.map(({ sentence }) => sentence),
    records: comparisons.map(({ a, b, dataset, metric, values, difference, verdict }, i) => ({
      ...{ a, b, dataset, metric },
      ...{ mean_a: mean(values.a), mean_b: mean(values.b), difference: difference.value },
      ...{ low: difference.low, high: difference.high },
      ...{ p_seeds: holm.seeds[i]!, p_samples: holm.samples[i]! },
      ...hasMargin ? { p_equivalent: holm.equivalence![i]! } : {},
      verdict,
    })),
  };
}

/** Of how many comparisons an adjusted p says how surprising one is. */
function familyOf(size: number): string {
  return size === 1 ? "(one comparison)" : `(Holm of ${size})`;
}

function verdictText(
  { a, b, verdict, equivalence }: Comparison,
  nameOf: (label: string) => string,
): string {
  switch (verdict) {
    case "a better":
      return `${nameOf(a)} better`;
    case "b better":
      return `${nameOf(b)} better`;
    case "equivalent":
      return verdict;
    case "not established":
      return equivalence === undefined ? verdict : "not shown either way";
  }
}

/** What the p are. */
function familyNotes({ comparisons, holm }: ComparisonTable): string[] {
  const tested = (holm.equivalence ?? []).filter((p) => p !== null).length;
  return [
    comparisons.length === 1
      ? "p are not corrected: one comparison is the whole family of this table"
      : `p are adjusted by Holm's correction of the ${comparisons.length} comparisons of this table; ` +
        "intervals are not: each covers its own difference",
    ...(tested === 0 ? [] : [
      "p equivalent is the larger one of two one-sided tests over seeds and of those over seeds and " +
      `samples${tested === 1 ? "" : `, adjusted by Holm's correction of the ${tested} of them`}`,
    ]),
  ];
}

function shortP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}
