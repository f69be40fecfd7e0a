/** A table of results before it is written, whatever it is written as. @module */

/** A text, or the best one of its column, which is set in bold. */
export type GridCell = string | { readonly best: string };

/** A table of results, rounded for people and unrounded for programs. */
export interface Grid {
  /** What it shows, without a full stop: a caption. */
  readonly title: string;
  /** Of what it is, in a word for `\label{tab:…}`. */
  readonly name: string;
  /** One text a column. */
  readonly header: readonly string[];
  /** Of as many cells as the header. */
  readonly rows: readonly (readonly GridCell[])[];
  /** Rows that say more of the one above them than a paper has room for, from 0. */
  readonly asides?: readonly number[];
  /** A letter a column, `l` or `r`. */
  readonly align: string;
  /** How many columns say what a row is; the others are what was measured. */
  readonly keys: number;
  /** How many of those name it, so that they are told even where they are the same in all rows. Default: 1. */
  readonly names?: number;
  /** What is in bold, where something is. */
  readonly best?: string;
  /** What a reader has to know, a sentence each. */
  readonly notes: readonly string[];
  /** The same at length, for who wants to know it exactly. */
  readonly details: readonly string[];
  /** The rows without rounding, by names that a program reads; null is not known. */
  readonly records: readonly Readonly<Record<string, string | number | null>>[];
}

/** The text of a cell. */
export function textOfCell(cell: GridCell): string {
  return typeof cell === "string" ? cell : cell.best;
}

/** Whether a column says the same of every row, so that it need not be said again. */
export function isShared({ rows, keys, names = 1 }: Grid, column: number): boolean {
  if (column < names || column >= keys) return false;
  return rows.every((row) => row[column] === rows[0]![column]);
}

/** The columns that a table needs in each of its parts: those that tell its rows apart. */
export function repeatedColumns(grid: Grid): number[] {
  return grid.header.map((_, i) => i).filter((i) => i < grid.keys && !isShared(grid, i));
}

/** The notes and what the bold, or the mark in its place, says. */
export function notesWith({ rows, notes, best }: Grid, mark: string): string[] {
  const isMarked = rows.some((row) => row.some((cell) => typeof cell !== "string"));
  return best === undefined || !isMarked ? [...notes] : [`${mark} ${best}`, ...notes];
}
