/** Tables of cells as text and as HTML. @module */

import { blocksOf } from "./blocks.ts";
import { breakCells } from "./broken_cells.ts";
import { escapeForNotebook } from "./xml.ts";
import { type GridCell, textOfCell } from "./grid.ts";

/** Where a table of text has to fit. */
export interface TextWidth {
  /** Characters of a line; a wider table goes on below. Default: any number. */
  readonly width?: number;
  /** Columns that are told again in each part. Default: the first. */
  readonly repeated?: readonly number[];
}

/** Between two columns of text. */
const GAP = 2;

/**
 * Lines of cells in columns that are two spaces apart.
 *
 * @param rows the header first; all of one length
 * @param align a letter a column, `l` or `r`. Default: the first to the left, the others to the right
 */
export function textTable(
  rows: readonly (readonly string[])[],
  align?: string,
  { width = Infinity, repeated = [0] }: TextWidth = {},
): string {
  const whole = linesOf(rows, align, { width, repeated });
  if (whole.length === 1) return whole[0]!;
  // What stands in brackets goes below, where that leaves room for more columns.
  const [header = [], ...body] = rows;
  return linesOf([...twoLines(header), ...body], align, { width, repeated })
    .map((block) => block.replace(/^\n/, "")).join("\n\n");
}

/** The blocks of a table. */
function linesOf(
  whole: readonly (readonly string[])[],
  align: string | undefined,
  { width, repeated }: Required<TextWidth>,
): string[] {
  const place = { limit: width, gap: GAP, repeated };
  const fits = widthsOf(whole).reduce((sum, each) => sum + GAP + each, -GAP) <= width;
  const rows = fits ? whole : breakCells(whole, widthsOf(whole), place);
  const widths = widthsOf(rows);
  const isLeft = (i: number) => align === undefined ? i === 0 : align[i] === "l";
  const cell = (text: string, i: number) =>
    isLeft(i) ? text.padEnd(widths[i]!) : text.padStart(widths[i]!);
  return blocksOf(widths, place).map((columns) =>
    rows.map((row) => columns.map((i) => cell(row[i]!, i)).join(" ".repeat(GAP)).trimEnd())
      .join("\n")
  );
}

/** The widest cell of each column, in characters. */
function widthsOf(rows: readonly (readonly string[])[]): number[] {
  return (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
}

/** `Acc-2 (neg/pos)` on two lines; a head of one line is on the lower one. */
function twoLines(header: readonly string[]): string[][] {
  const pairs = header.map((text) => /^(.+?) (\(.+\) ?)$/.exec(text)?.slice(1) ?? ["", text]);
  if (pairs.every(([upper]) => upper === "")) return [[...header]];
  return [
    // A space at the end is the place of a star below.
    pairs.map(([upper, lower]) => lower!.endsWith(" ") && upper !== "" ? `${upper} ` : upper!),
    pairs.map(([, lower]) => lower!),
  ];
}

/**
 * The table of {@linkcode textTable} as HTML for a notebook; cells are escaped. A header
 * of empty cells is left out.
 *
 * @param rows the header first; all of one length
 * @param align as for {@linkcode textTable}
 */
export function htmlTable(rows: readonly (readonly GridCell[])[], align?: string): string {
  const isLeft = (i: number) => align === undefined ? i === 0 : align[i] === "l";
  const line = (row: readonly GridCell[], tag: string) => {
    const cells = row.map((cell, i) => {
      const text = escapeForNotebook(textOfCell(cell));
      return `<${tag} style="text-align:${isLeft(i) ? "left" : "right"};white-space:nowrap">` +
        `${typeof cell === "string" ? text : `<b>${text}</b>`}</${tag}>`;
    });
    return `<tr>${cells.join("")}</tr>`;
  };
  const [header = [], ...body] = rows;
  const head = header.some((cell) => cell !== "") ? `<thead>${line(header, "th")}</thead>` : "";
  return `<table>${head}<tbody>${body.map((row) => line(row, "td")).join("")}</tbody></table>`;
}

/** Significant digits of the numbers of a column, and the decimals that each of them may have. */
const [DIGITS, LEAST_DECIMALS] = [4, 3];

/**
 * Numbers below each other: all with the same decimals, as many as four digits of the largest need,
 * and three at least where they have them; NaN is empty. Whole numbers stay whole.
 */
export function numberColumn(values: readonly number[]): string[] {
  const rounded = values.map((value) => Number(value.toPrecision(DIGITS)));
  const written = rounded.map((value) => /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0);
  const greatest = Math.max(...rounded.map(Math.abs).filter(Number.isFinite), 0);
  const most = Math.max(LEAST_DECIMALS, DIGITS - 1 - Math.floor(Math.log10(greatest || 1)));
  const decimals = Math.min(Math.max(...written, 0), most);
  return values.map((value, i) => {
    if (Number.isNaN(value)) return "";
    // Very small or large: by itself.
    const text = Number.isFinite(value) ? value.toFixed(decimals) : String(value);
    return Number(text) === 0 && value !== 0 ? String(rounded[i]) : text;
  });
}
