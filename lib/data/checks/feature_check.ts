/**
 * What a scan of the features of a modality tells, as problems.
 *
 * @module
 */

import { type ColumnScan, NONFINITE_KINDS } from "./column_scan.ts";
import { counted, listSome, type Problem, problem } from "../problem.ts";
import type { SplitSource } from "../source.ts";

/** Columns that a message names. */
const MOST_COLUMNS = 5;

/** Values that are not finite, one problem for all columns of a modality. */
export function nonfiniteProblem(scan: ColumnScan, split: SplitSource): Problem[] {
  const ids = idsWhere(scan.nonfiniteSamples, split.ids);
  if (ids.length === 0) return [];
  const { modality } = scan.source;
  const columns = nonfiniteColumns(scan);
  const named = columns.slice(0, MOST_COLUMNS).map(({ column, kinds }) =>
    `column ${column} is ${kinds.map(({ kind, rows }) => `${kind} in ${rows}`).join(", ")}`
  );
  const more = columns.length > MOST_COLUMNS ? ` and ${columns.length - MOST_COLUMNS} more` : "";
  // Reading has made float32 of them: what was beyond its range cannot be told from infinity.
  const infinite = columns.some(({ kinds }) => kinds.some(({ kind }) => kind !== "NaN"));
  const note = scan.source.values.dtype === "<f8" && infinite
    ? ", where float64 beyond 3.4e38 counts as infinite"
    : "";
  const message = `${modality} ${named.join("; ")}${more} of ${split.ids.length} rows of split ` +
    `"${split.name}" (${counted(scan.nonfinite, "value")}${note})`;
  const rest = { split: split.name, modality, ids, count: ids.length };
  return [problem("warning", "nonfinite-feature", message, rest)];
}

/** Columns with values that are not finite, and in how many samples there are such of each kind. */
function nonfiniteColumns(
  scan: ColumnScan,
): { column: number; kinds: { kind: string; rows: number }[] }[] {
  return Array.from({ length: scan.source.width }, (_, column) => ({
    column,
    kinds: NONFINITE_KINDS
      .map((kind, i) => ({ kind, rows: scan.kindRows[column * NONFINITE_KINDS.length + i]! }))
      .filter(({ rows }) => rows > 0),
  })).filter(({ kinds }) => kinds.length > 0);
}

/** Lengths below 1 or beyond the array, which were moved into it. */
export function lengthProblem(scan: ColumnScan, split: SplitSource): Problem[] {
  const { modality, steps, wrongLengths } = scan.source;
  if (wrongLengths.length === 0) return [];
  const ids = wrongLengths.map((row) => split.ids[row]!);
  const message =
    `split "${split.name}" has ${counted(ids.length, `${modality} length`)} outside 1 to ` +
    `${steps}, moved to the nearest: ${listSome(ids)}`;
  return [problem("warning", "length-range", message, { split: split.name, modality, ids })];
}

/** Columns that hold one value only, within the lengths of the samples. */
export function constantProblem(scan: ColumnScan, split: SplitSource): Problem[] {
  if (split.ids.length < 2) return [];
  const { modality, width } = scan.source;
  const columns = Array.from({ length: width }, (_, column) => column)
    .filter((column) => !(scan.least[column]! < scan.greatest[column]!));
  if (columns.length === 0) return [];
  const shown = columns.slice(0, MOST_COLUMNS).join(", ");
  const more = columns.length > MOST_COLUMNS ? ` and ${columns.length - MOST_COLUMNS} more` : "";
  const message =
    `split "${split.name}" has ${counted(columns.length, `${modality} column`)} with one ` +
    `value only: ${shown}${more}`;
  const rest = { split: split.name, modality, count: columns.length };
  return [problem("warning", "constant-column", message, rest)];
}

/** Samples without any value but 0: the modality is missing there, or everywhere. */
export function zeroProblem(scan: ColumnScan, split: SplitSource): Problem[] {
  const ids = idsWhere(scan.zeroSamples, split.ids);
  if (ids.length === 0) return [];
  const { modality } = scan.source;
  const rest = { split: split.name, modality, ids };
  if (ids.length === split.ids.length && ids.length > 1) {
    const message = `split "${split.name}" has no ${modality}: it is 0 in all ${ids.length} ` +
      "samples, and --modalities without it leaves it out";
    return [problem("warning", "empty-modality", message, rest)];
  }
  const message = `split "${split.name}" has ${ids.length} of ${split.ids.length} samples ` +
    `whose ${modality} is all 0`;
  return [problem("warning", "zero-rows", message, rest)];
}

function idsWhere(flags: Uint8Array, ids: readonly string[]): string[] {
  return ids.filter((_, row) => flags[row] === 1);
}
