/** The table of a search: its trials with their settings, the best first. @module */

import type { Grid } from "../../display/grid.ts";
import { GridTables } from "../../display/grid_tables.ts";
import { metricName } from "../../evaluation/protocols.ts";
import { rankTrials } from "../../studies/search/mod.ts";
import type { Study } from "../../studies/study/mod.ts";
import { bestRows } from "./results_table.ts";
import { rounded } from "../spread.ts";

/** The table of a search, for a terminal. @param shown trials at most */
export function searchTable(study: Study, shown: number): GridTables {
  return new GridTables("Search", [searchGrid(study, shown)]);
}

/**
 * A row a trial, of those whose seeds are all trained; the settings are those that differ between trials.
 *
 * @param shown rows at most. Default: all
 */
export function searchGrid(study: Study, shown = Infinity): Grid {
  const { title, cells, seeds, metrics: [metric] } = study.definition;
  const ranking = rankTrials(study, metric!);
  const keys = [...new Set(cells.flatMap(({ settings }) => Object.keys(settings)))]
    .filter((key) => new Set(cells.map(({ settings }) => settings[key])).size > 1);
  const best = bestRows(metric!, ranking.map(({ score }) => ["", [score]]));
  const open = cells.length - ranking.length;
  return {
    title: `${title}: valid ${metricName(metric!)}${
      seeds.length === 1 ? "" : `, mean over ${seeds.length} seeds`
    }, the best first`,
    name: "search",
    header: ["trial", `valid ${metricName(metric!)}`, ...keys],
    rows: ranking.slice(0, shown).map(({ trial, score, settings }, i) => [
      trial,
      best.has(i) ? { best: rounded(score) } : rounded(score),
      ...keys.map((key) => String(settings[key] ?? "")),
    ]),
    align: `lr${"r".repeat(keys.length)}`,
    keys: 1,
    best: "the best",
    notes: [
      ...ranking.length > shown ? [`${ranking.length - shown} more trials are not shown`] : [],
      ...open > 0 ? [`${open} of ${cells.length} trials are not finished`] : [],
    ],
    details: [],
    records: ranking.map(({ trial, score, settings }) => ({
      trial,
      [`valid.${metric}`]: score,
      ...Object.fromEntries(keys.map((key) => [key, textOf(settings[key])])),
    })),
  };
}

function textOf(value: unknown): string | number | null {
  return typeof value === "number" ? value : value === undefined ? null : String(value);
}
