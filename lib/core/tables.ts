/** Tables of cells as text and as HTML. @module */

import { escapeForNotebook } from "./xml.ts";

/**
 * Lines of cells in columns that are two spaces apart.
 *
 * @param rows the header first; all of one length
 * @param align a letter a column, `l` or `r`. Default: the first to the left, the others to the right
 *
 * @example
 * ```ts
 * import { textTable } from "./tables.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals(textTable([["model", "mae"], ["svm", "0.812"]]), "model    mae\nsvm    0.812");
 * ```
 */
export function textTable(rows: readonly (readonly string[])[], align?: string): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const isLeft = (i: number) => align === undefined ? i === 0 : align[i] === "l";
  const cell = (text: string, i: number) =>
    isLeft(i) ? text.padEnd(widths[i]!) : text.padStart(widths[i]!);
  return rows.map((row) => row.map(cell).join("  ").trimEnd()).join("\n");
}

/**
 * The table of {@linkcode textTable} as HTML for a notebook; cells are escaped.
 *
 * @param rows the header first; all of one length
 * @param align as for {@linkcode textTable}
 *
 * @example
 * ```ts
 * import { htmlTable } from "./tables.ts";
 * import { assertMatch } from "@std/assert";
 * assertMatch(htmlTable([["model", "mae"], ["<svm>", "0.812"]]), /&lt;svm>/);
 * ```
 */
export function htmlTable(rows: readonly (readonly string[])[], align?: string): string {
  const isLeft = (i: number) => align === undefined ? i === 0 : align[i] === "l";
  const line = (row: readonly string[], tag: string) => {
    const cells = row.map((text, i) =>
      `<${tag} style="text-align:${isLeft(i) ? "left" : "right"};white-space:nowrap">${
        escapeForNotebook(text)
      }</${tag}>`
    );
    return `<tr>${cells.join("")}</tr>`;
  };
  const [header = [], ...body] = rows;
  return `<table><thead>${line(header, "th")}</thead><tbody>${
    body.map((row) => line(row, "td")).join("")
  }</tbody></table>`;
}
