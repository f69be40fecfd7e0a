/**
 * Predictions: the one unit that analysis reads. A row is a sample of a run; a file holds those of
 * the valid and test splits.
 *
 * @module
 */

import { formatCsv, parseCsv } from "../core/csv.ts";
import { DataError, messageOf } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";

/** One sample: a line of `predictions.csv`. */
export interface PredictionRow {
  /** `valid` or `test`. */
  readonly split: string;
  /** As in the data file, for example `video$_$clip`. */
  readonly id: string;
  /** The true label; null when it is not known. */
  readonly label: number | null;
  /** The score. */
  readonly prediction: number;
}

/** The rows of one split as columns of the same length. */
export interface SplitPredictions {
  /** [samples] names of the samples. */
  readonly ids: string[];
  /** [samples] true labels. */
  readonly labels: Float64Array;
  /** [samples] scores. */
  readonly predictions: Float64Array;
}

const HEADER = ["split", "id", "label", "prediction"];

/**
 * The text of `predictions.csv`. Numbers are written so that the very same ones are read back.
 *
 * @throws {RangeError} a number that is not finite
 *
 * @example
 * ```ts
 * import { formatPredictions, parsePredictions } from "./predictions.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = [{ split: "test", id: "03bSnISJMiM$_$1", label: null, prediction: 0.1 + 0.2 }];
 * const text = formatPredictions(rows);
 * assertEquals(text, "split,id,label,prediction\ntest,03bSnISJMiM$_$1,,0.30000000000000004\n");
 * assertEquals(parsePredictions(text), rows);
 * ```
 */
export function formatPredictions(rows: Iterable<PredictionRow>): string {
  const lines: string[][] = [];
  for (const { split, id, label, prediction } of rows) {
    const known = label === null ? "" : formatNumber("label", id, label);
    lines.push([split, id, known, formatNumber("prediction", id, prediction)]);
  }
  return formatCsv(HEADER, lines);
}

/**
 * Reads the text of `predictions.csv`; `source` names it in errors.
 *
 * @throws {DataError} wrong columns, or something that is not a number, naming the row
 *
 * @example
 * ```ts
 * import { parsePredictions } from "./predictions.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = parsePredictions("split,id,label,prediction\ntest,a,,0.5\n");
 * assertEquals(rows, [{ split: "test", id: "a", label: null, prediction: 0.5 }]);
 * ```
 */
export function parsePredictions(text: string, source = "predictions.csv"): PredictionRow[] {
  const { header, rows } = parseCsv(text, source);
  if (header.join() !== HEADER.join()) {
    throw new DataError(
      `Cannot read "${source}": its columns are "${header.join()}", expected "${HEADER.join()}"`,
    );
  }
  return rows.map(([split, id, label, prediction], index) => ({
    split: split!,
    id: id!,
    label: label === "" ? null : parseNumber(label!, "label", index, source),
    prediction: parseNumber(prediction!, "prediction", index, source),
  }));
}

/**
 * Writes `predictions.csv` at `path`, atomically.
 *
 * @example
 * ```ts
 * import { writePredictions } from "./predictions.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * writePredictions(path, [{ split: "test", id: "a", label: 1, prediction: 0.5 }]);
 * assertEquals(Deno.readTextFileSync(path), "split,id,label,prediction\ntest,a,1,0.5\n");
 * Deno.removeSync(path);
 * ```
 */
export function writePredictions(path: string, rows: Iterable<PredictionRow>): void {
  writeFileAtomic(path, formatPredictions(rows));
}

/**
 * Reads `predictions.csv` at `path`.
 *
 * @throws {DataError} the file cannot be opened, is not UTF-8 or not of this form
 *
 * @example
 * ```ts
 * import { readPredictions } from "./predictions.ts";
 * import { writePredictions } from "./predictions.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * const rows = [{ split: "test", id: "a", label: 1, prediction: 0.5 }];
 * writePredictions(path, rows);
 * assertEquals(readPredictions(path), rows);
 * Deno.removeSync(path);
 * ```
 */
export function readPredictions(path: string): PredictionRow[] {
  let text: string;
  try {
    // A byte order mark, which spreadsheets write, is dropped.
    text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
  } catch (error) {
    throw new DataError(
      `Cannot read "${path}": ${messageOf(error)}, expected a file of predictions`,
      { cause: error },
    );
  }
  return parsePredictions(text, path);
}

/**
 * The rows of one split, in their order, ready for a metric.
 *
 * @throws {DataError} no row is of that split, or a label is not known
 *
 * @example
 * ```ts
 * import { selectSplit } from "./predictions.ts";
 * import { assertEquals } from "@std/assert";
 * const rows = [{ split: "test", id: "a", label: 1, prediction: 0.5 }];
 * assertEquals([...selectSplit(rows, "test").labels], [1]);
 * ```
 */
export function selectSplit(rows: readonly PredictionRow[], split: string): SplitPredictions {
  const chosen = rows.filter((row) => row.split === split);
  if (chosen.length === 0) {
    const known = [...new Set(rows.map((row) => row.split))].join(", ") || "none";
    throw new DataError(`Cannot select split "${split}": the predictions have ${known}`);
  }
  const unknown = chosen.find((row) => row.label === null);
  if (unknown !== undefined) {
    throw new DataError(
      `Cannot evaluate split "${split}": sample "${unknown.id}" has no label, expected a number`,
    );
  }
  return {
    ids: chosen.map((row) => row.id),
    labels: Float64Array.from(chosen, (row) => row.label!),
    predictions: Float64Array.from(chosen, (row) => row.prediction),
  };
}

/** The rows of one split as {@linkcode selectSplit} gives them; null where it would throw. */
export function labelledSplit(
  rows: readonly PredictionRow[],
  split: string,
): SplitPredictions | null {
  const chosen = rows.filter((row) => row.split === split);
  const isLabelled = chosen.length > 0 && chosen.every(({ label }) => label !== null);
  return isLabelled ? selectSplit(chosen, split) : null;
}

function formatNumber(what: string, id: string, value: number): string {
  if (!Number.isFinite(value)) {
    throw new RangeError(
      `Cannot write predictions: the ${what} of sample "${id}" is ${value}, ` +
        "expected a finite number",
    );
  }
  return Object.is(value, -0) ? "-0" : String(value);
}

function parseNumber(text: string, what: string, index: number, source: string): number {
  // Number() alone would take "", " ", "0x10" and "Infinity".
  const value = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(value)) {
    throw new DataError(
      `Cannot read "${source}": the ${what} of row ${index + 1} is "${text}", expected a number`,
    );
  }
  return value;
}
