/** Tables of labels, such as the `label.csv` of MMSA's datasets. @module */

import { parseCsv } from "../../core/csv.ts";
import { DataError, reasonOf } from "../../core/errors.ts";
import type { Entries } from "./layout.ts";
import { meaningOf } from "./names.ts";
import { numberIn } from "./texts.ts";

/** Columns that hold numbers, or names of classes. */
const LABELS = /^(regression|classification)_labels/;

/** Whether a file of that name is a table. */
export function isTable(path: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(path);
}

/**
 * The columns of a table by their header: ids or video and clip, labels, `mode`. The text of a clip
 * is its raw text.
 *
 * @throws {DataError} when it cannot be read, or a label is no number
 */
export function readLabelTable(path: string): Entries {
  const { header, rows } = parseTable(path);
  const entries = new Map<string, unknown>();
  header.forEach((name, column) => {
    const meaning = meaningOf(name);
    const cells = rows.map((row) => row[column]!);
    const key = meaning === "text" ? "raw_text" : meaning;
    if (key === undefined || entries.has(key)) return;
    // Names of classes are no numbers in any row; a single one is a mistake.
    const hasNumbers = LABELS.test(key) && cells.some(isNumber);
    entries.set(
      key,
      hasNumbers ? cells.map((cell, row) => toNumber(path, name, row, cell)) : cells,
    );
  });
  return entries;
}

function parseTable(path: string): ReturnType<typeof parseCsv> {
  let text: string;
  try {
    text = Deno.readTextFileSync(path).replace(/^\ufeff/, "");
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${reasonOf(error)}, expected a table of labels`);
  }
  const [line = ""] = text.split("\n");
  const separator = ["\t", ";"].find((sign) => line.includes(sign) && !line.includes(","));
  // Neither occurs inside the tables' fields where it separates them.
  return parseCsv(separator === undefined ? text : text.replaceAll(separator, ","), path);
}

function isNumber(cell: string): boolean {
  return numberIn(cell) !== null;
}

/** An empty cell is a label that is missing, which the label check names. */
function toNumber(path: string, column: string, row: number, cell: string): number {
  const text = cell.trim();
  const number = numberIn(text);
  if (number !== null) return number;
  if (text === "" || /^nan$/i.test(text)) return NaN;
  throw new DataError(
    `Cannot read "${path}": line ${row + 2} has the ${column} "${cell}", expected a number`,
  );
}
