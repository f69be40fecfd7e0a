/**
 * DataFrames of danfojs, loaded at the first use, made whole in one step and shown by notebooks.
 *
 * @module
 */

import { JUPYTER_DISPLAY } from "../../display/notebook.ts";
import { loadPackage } from "../../core/packages.ts";
import { numberColumn } from "../../display/tables.ts";
import { escapeForNotebook } from "../../display/xml.ts";

/** A value of a frame; a number that is not known is NaN, since `describe` fails on null. */
export type Cell = string | number;

/** Columns of the same length, by name. */
export type Columns = Readonly<Record<string, ArrayLike<Cell>>>;

/** A danfojs DataFrame, as far as its types are told here; it has all of its other methods too. */
export interface Frame {
  /** Number of rows and of columns. */
  readonly shape: readonly [rows: number, columns: number];
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** `string` or `float32`, by column. */
  readonly dtypes: readonly string[];
  /** Names of the rows, from 0 on at first. */
  readonly index: readonly Cell[];
  /** Row by row. */
  readonly values: readonly (readonly Cell[])[];
  /** One column by its name. */
  column(name: string): FrameColumn;
  /** The first rows, 5 by default. */
  head(rows?: number): Frame;
  /** The last rows, 5 by default. */
  tail(rows?: number): Frame;
  /** A frame that can be changed alone. */
  copy(): Frame;
  /** The rows for which a condition of a column holds. */
  query(condition: unknown): Frame;
  /** The rows in the order of a column. */
  sortValues(by: string, options?: { readonly ascending?: boolean }): Frame;
  /** Rows with the same values of some columns, together. */
  groupby(columns: readonly string[]): FrameGroups;
  /** Count, mean, deviation and range of each column of numbers. */
  describe(): Frame;
  /** The frame as a table of characters. */
  toString(): string;
}

/** A column: a danfojs Series. */
export interface FrameColumn {
  /** The cells, from top to bottom. */
  readonly values: readonly Cell[];
  /** Their mean. */
  mean(): number;
  /** Their sample standard deviation. */
  std(): number;
  /** Where a cell is that value. */
  eq(value: Cell): unknown;
  /** Where a cell is less. */
  lt(value: Cell): unknown;
  /** Where a cell is more. */
  gt(value: Cell): unknown;
}

/** Rows by the values of some columns. */
export interface FrameGroups {
  /** A row a group, with `mean`, `std`, `count`, … of columns. */
  agg(operations: Readonly<Record<string, string | readonly string[]>>): Frame;
}

/** What is used of the package. */
interface Danfo {
  readonly DataFrame: {
    new (
      rows: readonly (readonly Cell[])[],
      options: { readonly columns: readonly string[]; readonly dtypes: readonly string[] },
    ): Frame;
    readonly prototype: object;
  };
}

/** Rows that a notebook shows of a long frame: half from its start, half from its end. */
const SHOWN_ROWS = 20;

/**
 * Makes a frame of columns.
 *
 * @throws {TypeError} there are no columns, or they differ in length
 * @throws {DataError} danfojs cannot be loaded
 *
 * @example
 * ```ts
 * import { makeFrame } from "./frame.ts";
 * import { assertEquals } from "@std/assert";
 * const frame = await makeFrame({ model: ["svm", "cnn", "cnn"], mae: [1.1, 0.9, 1.0] });
 * const cnn = frame.query(frame.column("model").eq("cnn"));
 * assertEquals([cnn.shape, cnn.column("mae").mean()], [[2, 2], 0.95]);
 * ```
 */
export async function makeFrame(columns: Columns): Promise<Frame> {
  const names = Object.keys(columns);
  const lists = Object.values(columns);
  const rows = lists[0]?.length ?? 0;
  const other = lists.findIndex(({ length }) => length !== rows);
  if (names.length === 0 || other >= 0) {
    const state = names.length === 0
      ? "there are no columns"
      : `column "${names[other]}" has ${lists[other]!.length} values, "${names[0]}" ${rows}`;
    throw new TypeError(`Cannot make a frame: ${state}, expected columns of the same length`);
  }
  const values: Cell[][] = new Array(rows);
  for (let i = 0; i < rows; i++) values[i] = lists.map((list) => list[i]!);
  // With types at hand, nothing is guessed: a frame of a million rows takes a third of the time.
  const dtypes = lists.map((list) => typeof list[0] === "string" ? "string" : "float32");
  return new (await loadDanfo()).DataFrame(values, { columns: names, dtypes });
}

/**
 * The rows of several frames below each other; what a frame does not have is NaN, or empty.
 *
 * danfojs has a `concat` that writes into the first of its inputs. This one leaves them alone.
 *
 * @throws {TypeError} there is no frame
 */
export function concatFrames(frames: readonly Frame[]): Promise<Frame> {
  const columns: Record<string, Cell[]> = {};
  for (const [i, name] of frames.flatMap((frame) => frame.columns).entries()) {
    if (columns[name] !== undefined) continue;
    const type = frames.flatMap((frame) => frame.dtypes)[i];
    columns[name] = frames.flatMap((frame) => {
      const place = frame.columns.indexOf(name);
      const missing = type === "string" ? "" : NaN;
      return frame.values.map((row) => place < 0 ? missing : row[place]!);
    });
  }
  return makeFrame(columns);
}

async function loadDanfo(): Promise<Danfo> {
  const loaded = await loadPackage<{ readonly default: Danfo }>("danfojs-node");
  const { DataFrame } = loaded.default;
  // It has no display of its own. What its methods return is of the class that it extends.
  const shared: object = Object.getPrototypeOf(DataFrame.prototype);
  Object.defineProperty(shared, JUPYTER_DISPLAY, {
    configurable: true,
    value(this: Frame) {
      return { "text/html": toHtmlTable(this), "text/plain": String(this) };
    },
  });
  return loaded.default;
}

/** A table as notebooks show it, with the middle of a long one left out. */
function toHtmlTable(frame: Frame): string {
  const { columns, values, index } = frame;
  const isLong = values.length > SHOWN_ROWS;
  const half = SHOWN_ROWS / 2;
  const all = [...values.keys()];
  const places = isLong ? [...all.slice(0, half), ...all.slice(-half)] : all;
  const shown = columns.map((_, column) => shownColumn(places.map((i) => values[i]![column]!)));
  const rows = places.map((place, i) =>
    `<tr><th>${escapeForNotebook(String(index[place]))}</th>` +
    `${shown.map((column) => `<td>${escapeForNotebook(column[i]!)}</td>`).join("")}</tr>`
  );
  if (isLong) rows.splice(half, 0, `<tr><th>…</th>${"<td>…</td>".repeat(columns.length)}</tr>`);
  const header = columns.map((name) => `<th>${escapeForNotebook(name)}</th>`).join("");
  return `<table><thead><tr><th></th>${header}</tr></thead><tbody>${
    rows.join("")
  }</tbody></table>` +
    `<p>${values.length} rows × ${columns.length} columns</p>`;
}

function shownColumn(cells: readonly Cell[]): string[] {
  const isNumeric = cells.every((cell): cell is number => typeof cell === "number");
  return isNumeric ? numberColumn(cells) : cells.map(String);
}
