/** Pages that need nothing from elsewhere: one file, no script, no request. @module */

import { type GridCell, textOfCell } from "./grid.ts";
import { escapeXml } from "./xml.ts";

/** For a screen of any width, and for paper. */
const STYLE = `
:root { color-scheme: light; }
body { font: 16px/1.5 Helvetica, Arial, sans-serif; color: #1a1a1a; background: #fff;
  margin: 0 auto; max-width: 66rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; border-bottom: 2px solid #0072b2; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .3rem; }
p, ul { margin: .4rem 0; }
li { margin: .2rem 0; }
.small { font-size: .85rem; color: #444; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .82rem; margin: .5rem 0;
  font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid #ddd; text-align: left;
  vertical-align: top; }
thead th { border-bottom: 2px solid #888; }
.number { text-align: right; }
td.number { white-space: nowrap; }
tbody th { font-weight: normal; color: #444; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; max-width: 100%; }
figure svg { max-width: 100%; height: auto; }
figcaption { font-size: .8rem; color: #444; line-height: 1.35; }
@page { margin: 15mm; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  table { font-size: 7.5pt; }
  .wide { overflow: visible; }
  h2, h3 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;

/** A whole page; `body` is HTML, `title` is text. */
export function page(title: string, body: string): string {
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; ' +
    "style-src 'unsafe-inline'; img-src data:\">",
    '<link rel="icon" href="data:,">',
    `<title>${escapeXml(title)}</title>\n<style>${STYLE}</style>\n</head>\n<body>`,
    `<h1>${escapeXml(title)}</h1>`,
    body,
    "</body>\n</html>\n",
  ].join("\n");
}

/** A heading of the second level and what belongs to it; nothing where nothing does. */
export function section(title: string, ...content: readonly string[]): string {
  const text = content.filter((part) => part !== "").join("\n");
  return text === "" ? "" : `<section>\n<h2>${escapeXml(title)}</h2>\n${text}\n</section>`;
}

/** A heading of the third level. */
export function heading(title: string): string {
  return `<h3>${escapeXml(title)}</h3>`;
}

/** A paragraph of text. */
export function paragraph(text: string, isSmall = false): string {
  return `<p${isSmall ? ' class="small"' : ""}>${escapeXml(text)}</p>`;
}

/** A list of texts; nothing for none. */
export function list(items: readonly string[]): string {
  if (items.length === 0) return "";
  return `<ul>\n${items.map((item) => `<li>${escapeXml(item)}</li>`).join("\n")}\n</ul>`;
}

/** A number, an interval, or a time: what stands in a column to the right and is not broken. */
const NUMBER = /^[\[<]?\s?[-−]?\d[\d.:\s−±,+\]-]*$/;

/** What a table is besides its cells. */
export interface TableOptions {
  /** What it shows, for who cannot see where it stands. Default: its first column. */
  readonly title?: string;
  /** A letter a column, `l` or `r`. Default: columns of numbers to the right. */
  readonly align?: string;
}

/** A table of texts that scrolls by itself, with the keys too, where it is wide; nothing without rows. */
export function table(
  header: readonly string[],
  rows: readonly (readonly GridCell[])[],
  { title = `Table by ${header[0]}`, align }: TableOptions = {},
): string {
  if (rows.length === 0) return "";
  const isNumber = header.map((_, i) => {
    if (align !== undefined) return align[i] === "r";
    const cells = rows.map((row) => textOfCell(row[i]!));
    return cells.every((text) => text === "" || NUMBER.test(text)) && cells.some((t) => t !== "");
  });
  const row = (cells: readonly GridCell[], tag: "th" | "td") => {
    const parts = cells.map((cell, i) => {
      const text = escapeXml(textOfCell(cell));
      return `<${tag}${tag === "th" ? ' scope="col"' : ""}${
        isNumber[i] ? ' class="number"' : ""
      }>` +
        `${typeof cell === "string" ? text : `<b>${text}</b>`}</${tag}>`;
    });
    return `<tr>${parts.join("")}</tr>`;
  };
  return [
    `<div class="wide" tabindex="0" role="region" aria-label="${escapeXml(title)}"><table>`,
    `<thead>${row(header, "th")}</thead>`,
    `<tbody>\n${rows.map((cells) => row(cells, "td")).join("\n")}\n</tbody>`,
    "</table></div>",
  ].join("\n");
}

/** What is shown when its summary is clicked; nothing where there is nothing. */
export function folded(summary: string, html: string): string {
  return html === ""
    ? ""
    : `<details><summary>${escapeXml(summary)}</summary>\n${html}\n</details>`;
}

/** What there is to know of a thing, a line each: a name and a text. */
export function facts(lines: readonly (readonly [name: string, text: string])[]): string {
  const rows = lines.map(([name, text]) =>
    `<tr><th scope="row">${escapeXml(name)}</th><td>${escapeXml(text)}</td></tr>`
  );
  return `<table><tbody>\n${rows.join("\n")}\n</tbody></table>`;
}
