/** Pages that need nothing from elsewhere: one file, no script, no request. @module */

import { type GridCell, textOfCell } from "./grid.ts";
import { escapeXml } from "./xml.ts";

/** For a screen of any width, light or dark, and for paper. */
export const STYLE = `
:root { color-scheme: light dark; --text: #1a1a1a; --faint: #444; --line: #ddd; --edge: #888;
  --page: #fff; --link: #005a8c; }
@media screen and (prefers-color-scheme: dark) {
  :root { --text: #e8e8e8; --faint: #bbb; --line: #444; --edge: #888; --page: #161616;
    --link: #7cc4f0; }
}
body { font: 16px/1.5 Helvetica, Arial, sans-serif; color: var(--text);
  background: var(--page); margin: 0 auto; max-width: 66rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 1rem 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.2rem 0 .5rem; border-bottom: 2px solid #0072b2; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .3rem; }
p, ul { margin: .4rem 0; }
li { margin: .2rem 0; }
a { color: var(--link); }
.small { font-size: .85rem; color: var(--faint); }
nav { border: 1px solid var(--line); padding: .2rem .8rem .5rem; margin: 1rem 0; font-size: .9rem; }
nav ul { margin: 0; padding-left: 1.1rem; }
nav ul ul { padding: 0; }
nav ul ul li { display: inline-block; margin: .1rem 1rem .1rem 0; }
section section { margin: 0; }
details { margin: .4rem 0; font-size: .9rem; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .82rem; margin: .5rem 0;
  font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { padding: .25rem .7rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
thead th { border-bottom: 2px solid var(--edge); white-space: nowrap; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.wide td:first-child { min-width: min(14rem, 38vw); max-width: 24rem; overflow-wrap: anywhere; }
tbody th { font-weight: normal; color: var(--faint); }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
figure { margin: 0; max-width: 100%; }
h4 { font-size: .95rem; margin: 1rem 0 .3rem; }
figure svg { max-width: 100%; height: auto; }
blockquote { margin: .4rem 0 .4rem 1rem; max-width: 45rem; }
figcaption { font-size: .8rem; color: var(--faint); line-height: 1.35; }
@page { margin: 15mm; }
@media print {
  body { font-size: 10pt; max-width: none; padding: 0; }
  table { font-size: 7.5pt; }
  .wide { overflow: visible; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  figure, tr { break-inside: avoid; }
  thead { display: table-header-group; }
}
`;

/** A whole page with its contents; `body` is HTML, `title` is text, `style` is CSS besides. */
export function page(title: string, body: string, style = ""): string {
  const { content, contents } = withContents(body);
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; ' +
    "style-src 'unsafe-inline'; img-src data:\">",
    '<link rel="icon" href="data:,">',
    `<title>${escapeXml(title)}</title>\n<style>${STYLE}${style}</style>\n</head>\n<body>`,
    `<header><h1>${escapeXml(title)}</h1></header>`,
    contents,
    "<main>",
    content,
    "</main>",
    "</body>\n</html>\n",
  ].filter((part) => part !== "").join("\n");
}

/** The body with a name for each of its headings of the second and third level, and links to them. */
function withContents(body: string): { readonly content: string; readonly contents: string } {
  const names = new Set<string>();
  const links: { readonly level: string; readonly name: string; readonly text: string }[] = [];
  let above = "";
  const content = body.replace(/<h([23])>(.*?)<\/h\1>/g, (_, level: string, text: string) => {
    const own = text.toLowerCase().replace(/&\w+;/g, "").replace(/[^\p{L}\d]+/gu, "-")
      .replace(/^-|-$/g, "");
    if (level === "2") above = own;
    const wanted = level === "2" ? own : `${above}-${own}`;
    let name = wanted;
    for (let i = 2; names.has(name); i++) name = `${wanted}-${i}`;
    names.add(name);
    links.push({ level, name, text });
    return `<h${level} id="${name}">${text}</h${level}>`;
  });
  if (links.length < 2) return { content, contents: "" };
  const items = links.map(({ level, name, text }, i) => {
    const opens = level === "3" && links[i - 1]?.level !== "3";
    const closes = level === "3" && links[i + 1]?.level !== "3";
    const link = `<li><a href="#${name}">${text}</a>`;
    const isAbove = level === "2" && links[i + 1]?.level === "3";
    return `${opens ? "<ul>" : ""}${link}${isAbove ? "" : "</li>"}${closes ? "</ul></li>" : ""}`;
  });
  return { content, contents: `<nav aria-label="Contents"><ul>\n${items.join("\n")}\n</ul></nav>` };
}

/** A heading of the second level and what belongs to it; nothing where nothing does. */
export function section(title: string, ...content: readonly string[]): string {
  const text = content.filter((part) => part !== "").join("\n");
  return text === "" ? "" : `<section>\n<h2>${escapeXml(title)}</h2>\n${text}\n</section>`;
}

/** A heading of the third level and what belongs to it; nothing where nothing does. */
export function part(title: string, ...content: readonly string[]): string {
  const text = content.filter((piece) => piece !== "").join("\n");
  return text === "" ? "" : `<section>\n${heading(title)}\n${text}\n</section>`;
}

/** A heading alone, by default of the third level. */
export function heading(title: string, level: 3 | 4 = 3): string {
  return `<h${level}>${escapeXml(title)}</h${level}>`;
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
      // What stands in brackets goes below: values are narrower than their heads.
      const escaped = escapeXml(textOfCell(cell));
      const text = tag === "th" ? escaped.replace(" (", "<br>(") : escaped;
      return `<${tag}${tag === "th" ? ' scope="col"' : ""}${
        isNumber[i] ? ' class="number"' : ""
      }>` +
        `${typeof cell === "string" ? text : `<b>${text}</b>`}</${tag}>`;
    });
    return `<tr>${parts.join("")}</tr>`;
  };
  return [
    `<div class="wide" tabindex="0" role="group" aria-label="${escapeXml(title)}"><table>`,
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
