/** A table of results for a paper of two columns. @module */

import { blocksOf } from "./blocks.ts";
import {
  type Grid,
  type GridCell,
  isShared,
  notesWith,
  repeatedColumns,
  textOfCell,
} from "./grid.ts";

/** Points of a column: of the narrowest of the usual styles (ACL 219, article 229, IEEE 252). */
const COLUMN = 218;
/** Points of both columns: of the narrowest too. */
const PAGE = 455;
/** Points of a character of 8 points, rather more than less, and between two columns. */
const [CHARACTER, GAP] = [4.3, 6];

/**
 * A `table` with booktabs' rules that fits a column: what is the same in all rows is in its caption, and
 * metrics that have no room are in a second block below. Where the names of the rows alone have no room,
 * it is a `table*` over both columns.
 */
export function latexTable(whole: Grid): string {
  const grid = { ...whole, rows: whole.rows.filter((_, i) => !whole.asides?.includes(i)) };
  const { header, rows, align, title, name } = grid;
  const shared = header.map((_, i) => i).filter((i) => isShared(grid, i));
  const shown = header.map((_, i) => i).filter((i) => !shared.includes(i));
  const widths = shown.map((i) =>
    CHARACTER * Math.max(widthOf(header[i]!, true), ...rows.map((row) => widthOf(row[i]!)))
  );
  const repeated = repeatedColumns(grid).map((i) => shown.indexOf(i));
  const inBlocks = (limit: number) => {
    const blocks = blocksOf(widths, { limit, gap: GAP, repeated });
    const widthOf = (block: readonly number[]) =>
      block.reduce((sum, i) => sum + widths[i]! + GAP, -GAP);
    return { blocks, fits: blocks.every((block) => widthOf(block) <= limit) };
  };
  const narrow = inBlocks(COLUMN);
  const { blocks, fits } = narrow.fits ? narrow : inBlocks(PAGE);
  const environment = narrow.fits ? "table" : "table*";
  const caption = [
    title + shared.map((i) => `, ${header[i]} ${textOfCell(rows[0]![i]!)}`).join(""),
    ...notesWith(grid, "Bold:"),
  ].map((text) => `${escapeLatex(text)}.`).join(" ");
  const tabulars = blocks.map((block) => {
    const columns = block.map((i) => shown[i]!);
    const text = tabularOf(grid, columns, align);
    return fits ? text : `\\resizebox{\\textwidth}{!}{%\n${text}}`;
  });
  return [
    `% Needs \\usepackage{booktabs}${fits ? "" : " and \\usepackage{graphicx}"}`,
    ...grid.details.map((text) => `% ${text}`),
    `\\begin{${environment}}[t]`,
    "\\centering\\footnotesize\\setlength{\\tabcolsep}{3pt}",
    `\\caption{${caption}}`,
    `\\label{tab:${name}}`,
    tabulars.join("\n\n\\medskip\n"),
    `\\end{${environment}}`,
    "",
  ].join("\n");
}

function tabularOf({ header, rows }: Grid, columns: readonly number[], align: string): string {
  const line = (cells: readonly string[]) => `${cells.join(" & ")} \\\\`;
  return [
    `\\begin{tabular}{@{}${columns.map((i) => align[i]).join("")}@{}}`,
    "\\toprule",
    line(columns.map((i) => headerOf(header[i]!, align[i]!))),
    "\\midrule",
    ...rows.map((row) => line(columns.map((i) => cellOf(row[i]!)))),
    "\\bottomrule",
    "\\end{tabular}",
  ].join("\n");
}

/** `Acc-2 (neg/pos)` on two lines: its values are short. */
function headerOf(text: string, side: string): string {
  const [, first, second] = /^(.+?) (\(.+\))$/.exec(text) ?? [];
  if (first === undefined) return escapeLatex(text);
  return `\\shortstack[${side}]{${escapeLatex(first)}\\\\${escapeLatex(second!)}}`;
}

/** A deviation is set smaller than its mean, and without its zero before the point. */
function cellOf(cell: GridCell): string {
  const [value = "", deviation] = textOfCell(cell).split(" ± ");
  const text = escapeLatex(value);
  const shown = typeof cell === "string" ? text : `\\textbf{${text}}`;
  return deviation === undefined
    ? shown
    : `${shown}{\\scriptsize\\,$\\pm$\\,${deviation.replace(/^0\./, ".")}}`;
}

/** Characters that a cell takes; of a header, the longer line. */
function widthOf(cell: GridCell, isHeader = false): number {
  const text = textOfCell(cell);
  if (!isHeader) return text.replace(" ± 0.", "+.").length;
  return Math.max(...text.split(/ (?=\()/).map(({ length }) => length));
}

const ESCAPED: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "$<$",
  ">": "$>$",
  "±": "$\\pm$",
  "−": "$-$",
  "≤": "$\\leq$",
  "≥": "$\\geq$",
  "×": "$\\times$",
  "…": "\\dots{}",
  "–": "--",
};

/** Text as LaTeX has it; a minus before a number is one. */
export function escapeLatex(text: string): string {
  return text
    .replace(/[\\^~<>±−≤≥×…–]|[&%$#_{}]/g, (sign) => ESCAPED[sign] ?? `\\${sign}`)
    .replace(
      /(^|[\s[(,])-(?=\d)| - /g,
      (_, before) => before === undefined ? " $-$ " : `${before}$-$`,
    );
}
