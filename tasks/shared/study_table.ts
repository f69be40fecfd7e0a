/** The table of a study for people. @module */

import type { ClaimAnswer } from "../../lib/analysis/mod.ts";
import {
  LABEL_HEADER,
  LABEL_TITLE,
  labelRows,
  type StudyRow,
  type StudyTable,
} from "../../lib/studies/mod.ts";
import { printTable } from "./run_table.ts";

/** Metrics side by side that a terminal has room for. */
const ACROSS = 4;

/** Prints what a study answers to its claim, where it has one. */
export function printClaims(answers: readonly ClaimAnswer[]): void {
  for (const { sentence } of answers) console.log(`\n${sentence}`);
}

/** Prints our values, their interval over seeds and the published values below each other. */
export function printStudy(table: StudyTable, source?: string): void {
  console.log(`${table.title}\nMean ± standard deviation over seeds on ${table.split}`);
  for (let at = 0; at < table.metrics.length; at += ACROSS) {
    const keys = table.metrics.slice(at, at + ACROSS);
    const rows = table.rows.flatMap((row) => linesOf(row, keys));
    console.log("");
    printTable(["", ...keys], rows);
  }
  if (table.labels.length > 0) {
    console.log(`\n${LABEL_TITLE}\n`);
    printTable(LABEL_HEADER, labelRows(table.labels));
  }
  const remarks = table.missing.length + table.notes.length > 0 || source !== undefined;
  if (remarks) console.log("");
  if (source !== undefined) {
    console.log(`Published: ${source}. + inside, - outside our 95 % interval over seeds`);
  }
  if (table.missing.length > 0) console.log(`Not finished: ${table.missing.join(", ")}`);
  for (const note of table.notes) console.log(`Note: ${note}.`);
}

function linesOf(row: StudyRow, keys: readonly string[]): string[][] {
  if (keys.every((key) => row.ours[key] === undefined)) return [];
  const textOf = (value: StudyRow["ours"][string] | undefined) => {
    if (value === undefined) return "";
    const spread = value.deviation === null ? "" : ` ± ${value.deviation.toFixed(3)}`;
    return `${value.mean.toFixed(3)}${spread}`;
  };
  const ours = keys.map((key) => textOf(row.ours[key]));
  const valid = keys.map((key) => textOf(row.valid?.[key]));
  const intervals = keys.map((key) => {
    const estimate = row.ours[key]?.estimate ?? null;
    return estimate === null ? "" : `[${estimate.low.toFixed(3)}, ${estimate.high.toFixed(3)}]`;
  });
  const published = row.published.map(({ label, values }) => [
    `  ${label}`,
    ...keys.map((key) => {
      const found = values[key];
      if (found === undefined) return "";
      const mark = found.isInside === null ? "" : found.isInside ? " +" : " -";
      return `${found.value.toFixed(3)}${mark}`;
    }),
  ]);
  return [
    [row.name, ...ours],
    ...[["  interval", ...intervals], ["  on valid", ...valid], ...published].filter((line) =>
      line.slice(1).some((cell) => cell !== "")
    ),
  ];
}
