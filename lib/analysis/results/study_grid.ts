/** The table of a study: our values with their intervals beside the published ones. @module */

import type { Grid, GridCell } from "../../display/grid.ts";
import { GridTables } from "../../display/grid_tables.ts";
import { metricName } from "../../evaluation/protocols.ts";
import {
  LABEL_HEADER,
  LABEL_TITLE,
  labelRows,
  type StudyRow,
  type StudyTable,
  type StudyValue,
} from "../../studies/study/mod.ts";
import { bestRows } from "./results_table.ts";
import { rounded } from "../spread.ts";

/** A study's table, and what a reader is told besides. */
export interface ShownStudy {
  /** Ours and what is published. */
  readonly table: StudyTable;
  /** Where the published rows are from; undefined where nothing is published. */
  readonly source: string | undefined;
  /** What it answers to its claim. */
  readonly claims: readonly string[];
}

/** The tables of some studies, for a terminal, a paper or a program. */
export function studyTables(studies: readonly ShownStudy[]): GridTables {
  return new GridTables("Studies", studies.flatMap(studyGrids));
}

/**
 * Our values, their interval over seeds and the published values below each other; where trainings
 * generated labels that people gave too, how far they are from each other.
 */
export function studyGrids(study: ShownStudy): Grid[] {
  const { labels } = study.table;
  return [
    ...labels.length === 0 ? [] : [{
      title: LABEL_TITLE,
      name: "labels",
      header: LABEL_HEADER,
      rows: labelRows(labels),
      align: "lrrrr",
      keys: 1,
      notes: [],
      details: [],
      records: [],
    }],
    valuesGrid(study),
  ];
}

function valuesGrid({ table, source, claims }: ShownStudy): Grid {
  const { title, split, metrics, rows, missing, notes } = table;
  const best = metrics.map((key) =>
    bestRows(key, rows.map((row) => [row.dataset, row.ours[key] ? [row.ours[key].mean] : []]))
  );
  const lines = rows.flatMap((row, i) => linesOf(row, metrics, best.map((found) => found.has(i))));
  const isMarked = rows.some(({ published }) =>
    published.some(({ values }) => Object.values(values).some(({ isInside }) => isInside !== null))
  );
  return {
    title: `${title}: mean ± standard deviation over seeds on ${split}`,
    name: "study",
    header: ["", "seeds", ...metrics.map(metricName)],
    rows: lines.map(({ cells }) => cells),
    asides: lines.flatMap(({ isAside }, i) => isAside ? [i] : []),
    align: `lr${"r".repeat(metrics.length)}`,
    keys: 1,
    best: "the best of ours",
    notes: [
      ...source === undefined ? [] : [`Published: ${source}`],
      ...isMarked ? ["Published: + inside, - outside our 95 % interval over seeds"] : [],
      ...missing.length === 0 ? [] : [`Not finished: ${missing.join(", ")}`],
      ...notes,
      ...claims,
    ],
    details: [],
    records: rows.flatMap((row) => recordsOf(row, metrics)),
  };
}

interface Line {
  readonly cells: GridCell[];
  readonly isAside: boolean;
}

/** Our values, their intervals, and what others have. */
function linesOf(
  row: StudyRow,
  metrics: readonly string[],
  isBest: readonly boolean[],
): readonly Line[] {
  const ours = metrics.map((key, i): GridCell => {
    const text = valueText(row.ours[key]);
    return isBest[i] ? { best: text } : text;
  });
  const intervals = metrics.map((key) => {
    const estimate = row.ours[key]?.estimate ?? null;
    return estimate === null ? "" : `[${rounded(estimate.low)}, ${rounded(estimate.high)}]`;
  });
  const valid = metrics.map((key) => valueText(row.valid?.[key]));
  const published = row.published.map(({ label, values }) => [
    `  ${label}`,
    "",
    ...metrics.map((key) => {
      const found = values[key];
      if (found === undefined) return "";
      return rounded(found.value) +
        (found.isInside === null ? "" : found.isInside ? " +" : " -");
    }),
  ]);
  const hasValue = (cells: readonly string[]) => cells.slice(2).some((text) => text !== "");
  return [
    { cells: [row.name, String(row.seeds.length), ...ours], isAside: false },
    ...[["  interval", "", ...intervals], ["  on valid", "", ...valid]].filter(hasValue)
      .map((cells) => ({ cells, isAside: true })),
    ...published.filter(hasValue).map((cells) => ({ cells, isAside: false })),
  ];
}

function valueText(value: StudyValue | undefined): string {
  if (value === undefined) return "";
  return rounded(value.mean) + (value.deviation ? ` ± ${rounded(value.deviation)}` : "");
}

function recordsOf(row: StudyRow, metrics: readonly string[]): Record<string, string | number>[] {
  const { name, model, dataset } = row;
  const ours = metrics.flatMap((key) => {
    const value = row.ours[key];
    if (value === undefined) return [];
    const { mean, deviation, estimate } = value;
    return Object.entries({
      [key]: mean,
      [`${key}_sd`]: deviation,
      [`${key}_low`]: estimate?.low,
      [`${key}_high`]: estimate?.high,
    }).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  });
  const identity = { row: name, source: "ours", model, dataset };
  return [
    { ...identity, seeds: row.seeds.length, ...Object.fromEntries(ours) },
    ...row.published.map(({ label, values }) => ({
      ...identity,
      source: label,
      ...Object.fromEntries(Object.entries(values).map(([key, { value }]) => [key, value])),
    })),
  ];
}
