/** Tables of results, written as what is asked for. @module */

import { formatCsv } from "../core/csv.ts";
import { UsageError } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import { type Grid, type GridCell, notesWith, repeatedColumns, textOfCell } from "./grid.ts";
import { folded, list, page, section, table } from "./html.ts";
import { latexTable } from "./latex.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "./notebook.ts";
import { htmlTable, textTable } from "./tables.ts";
import { escapeForNotebook } from "./xml.ts";

/** What a table can be written as, by the end of a file's name. */
export const TABLE_FILES = {
  ".txt": "toText",
  ".md": "toMarkdown",
  ".tex": "toLatex",
  ".csv": "toCsv",
  ".html": "toHtml",
} as const satisfies Readonly<Record<string, keyof GridTables>>;

/**
 * One or more tables of results. A notebook shows them; a paper, a README or a program takes them from
 * the method that is named after what it wants.
 *
 * @example
 * ```ts
 * import { GridTables } from "./grid_tables.ts";
 * import { assertEquals } from "@std/assert";
 * const tables = new GridTables("Results", [{
 *   title: "MAE on test",
 *   name: "results",
 *   header: ["model", "MAE"],
 *   rows: [["cnn", { best: "0.713" }], ["svm", "0.800"]],
 *   align: "lr",
 *   keys: 1,
 *   best: "the lowest",
 *   notes: [],
 *   details: [],
 *   records: [{ model: "cnn", mae: 0.7132 }, { model: "svm", mae: 0.8 }],
 * }]);
 * assertEquals(tables.toCsv(), "model,mae\ncnn,0.7132\nsvm,0.8\n");
 * assertEquals(tables.toText().split("\n")[2], "model    MAE");
 * ```
 */
export class GridTables implements Displayable {
  /** Of the page, where they make one. */
  readonly title: string;
  /** From top to bottom. */
  readonly #grids: readonly Grid[];

  /** Made by what measures, such as `resultsTable`. */
  constructor(title: string, grids: readonly Grid[]) {
    this.title = title;
    this.#grids = grids;
  }

  /**
   * For a terminal.
   *
   * @param options characters of a line, beyond which a table goes on below (default: any number); and
   * whether the sentences at length are told too (default: not)
   */
  toText(options: { readonly width?: number; readonly details?: boolean } = {}): string {
    const { width = Infinity, details = false } = options;
    return this.#grids.map((grid) => {
      const marked = grid.header.map((_, i) => grid.rows.some((row) => isBest(row[i]!)));
      const cell = (cell: GridCell, i: number) =>
        textOfCell(cell) + (isBest(cell) ? "*" : marked[i] ? " " : "");
      const rows = grid.rows.map((row) => row.map(cell));
      const table = [grid.header.map(cell), ...rows];
      const body = textTable(table, grid.align, { width, repeated: repeatedColumns(grid) });
      const told = [...notesWith(grid, "*"), ...details ? grid.details : []];
      const notes = told.length === 0 ? [] : [told.join("\n")];
      return [...grid.title === "" ? [] : [grid.title], body, ...notes].join("\n\n");
    }).join("\n\n") + "\n";
  }

  /** For a README. */
  toMarkdown(): string {
    const line = (cells: readonly string[]) =>
      `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return this.#grids.map((grid) => {
      const { header, rows, align, title, details } = grid;
      const cell = (cell: GridCell) => isBest(cell) ? `**${textOfCell(cell)}**` : textOfCell(cell);
      const notes = notesWith(grid, "Bold:").map((note) => `- ${note}`);
      return [
        ...title === "" ? [] : [`${title}\n`],
        line(header),
        line([...align].map((side) => side === "r" ? "---:" : "---")),
        ...rows.map((row) => line(row.map(cell))),
        ...notes.length === 0 ? [] : ["", ...notes],
        ...details.length === 0 ? [] : [
          "\n<details><summary>At length</summary>\n",
          ...details.map((text) => `- ${text}`),
          "\n</details>",
        ],
      ].join("\n");
    }).join("\n\n") + "\n";
  }

  /** For a paper: booktabs' rules, a caption, a label, as wide as a column of two. */
  toLatex(): string {
    return this.#grids.map(latexTable).join("\n");
  }

  /**
   * For a program: every number unrounded. Of several tables with different columns it is the last, which
   * says most.
   */
  toCsv(): string {
    const records = this.#grids.at(-1)?.records ?? [];
    const header = [...new Set(records.flatMap((record) => Object.keys(record)))];
    return formatCsv(
      header,
      records.map((record) => header.map((key) => String(record[key] ?? ""))),
    );
  }

  /** A page on its own, without any request. */
  toHtml(): string {
    return page(
      this.title,
      this.#grids.map((grid) => section(grid.title, gridHtml(grid))).join("\n"),
    );
  }

  /**
   * Writes a file as what its name ends in: `.tex`, `.csv`, `.md`, `.html` or `.txt`. One that is there is
   * replaced.
   *
   * @throws {UsageError} its name ends otherwise
   */
  save(path: string): void {
    const ends = Object.keys(TABLE_FILES) as (keyof typeof TABLE_FILES)[];
    const end = ends.find((end) => path.endsWith(end));
    if (end === undefined) {
      throw new UsageError(
        `Cannot write tables into "${path}": expected a name that ends in ${ends.join(", ")}`,
      );
    }
    writeFileAtomic(path, this[TABLE_FILES[end]]());
  }

  /** For notebooks: the tables as HTML and as text, the sentences at length folded. */
  [JUPYTER_DISPLAY](): MediaBundle {
    const items = (texts: readonly string[]) =>
      `<ul>${texts.map((text) => `<li>${escapeForNotebook(text)}</li>`).join("")}</ul>`;
    const parts = this.#grids.map((grid) => {
      const notes = notesWith(grid, "Bold:");
      return `<p><b>${escapeForNotebook(grid.title)}</b></p>` +
        htmlTable([grid.header, ...grid.rows], grid.align) +
        (notes.length === 0 ? "" : items(notes)) +
        (grid.details.length === 0
          ? ""
          : `<details><summary>At length</summary>${items(grid.details)}</details>`);
    });
    return { "text/plain": this.toText({ details: true }), "text/html": parts.join("") };
  }
}

/** A table with its notes inside a page. */
export function gridHtml(grid: Grid): string {
  const { header, rows, title, align, details } = grid;
  return table(header, rows, { title, align }) + list(notesWith(grid, "Bold:")) +
    folded("At length", list(details));
}

function isBest(cell: GridCell): boolean {
  return typeof cell !== "string";
}
