/** Tables of comparisons: Markdown, LaTeX, HTML. @module */

import type { Comparison, ComparisonTable } from "./compare.ts";
import { formatSigned } from "./verdict_sentence.ts";

const HEADER = ["a", "b", "metric", "a - b", "interval", "p seeds", "p samples", "verdict"];

/** The table, the sentences, and what was refused, as Markdown. */
export function toMarkdown(table: ComparisonTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    line(HEADER),
    line(HEADER.map((_, i) => i > 2 && i < 7 ? "---:" : "---")),
    ...rowsOf(table).map(line),
    "",
    ...notesOf(table).map((note) => `- ${note}`),
    "",
  ].join("\n");
}

/** A `tabular` with booktabs' rules, and the sentences as comments. */
export function toLatex(table: ComparisonTable): string {
  const line = (cells: readonly string[]) => `${cells.map(escapeLatex).join(" & ")} \\\\`;
  return [
    ...notesOf(table).map((note) => `% ${note}`),
    "\\begin{tabular}{lllrrrrl}",
    "\\toprule",
    line(HEADER),
    "\\midrule",
    ...rowsOf(table).map(line),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

/** A page on its own, without any request. */
export function toHtml(table: ComparisonTable): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join("")}</tr>`;
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width"><title>Comparison</title>',
    "<style>body{font:16px/1.5 sans-serif;margin:2em auto;max-width:60em;padding:0 1em}" +
    "div{overflow-x:auto}table{border-collapse:collapse}" +
    "th,td{padding:.3em .6em;border-bottom:1px solid #ccc;text-align:left}</style>",
    "<h1>Comparison</h1><div><table>",
    row(HEADER, "th"),
    ...rowsOf(table).map((cells) => row(cells, "td")),
    "</table></div><ul>",
    ...notesOf(table).map((note) => `<li>${escapeHtml(note)}</li>`),
    "</ul></html>",
    "",
  ].join("\n");
}

/** The cells of each comparison; p after Holm's correction. */
function rowsOf({ comparisons, holm }: ComparisonTable): string[][] {
  return comparisons.map(({ a, b, metric, difference, verdict }, i) => [
    a,
    b,
    metric,
    formatSigned(difference.value),
    `[${formatSigned(difference.low)}, ${formatSigned(difference.high)}]`,
    shortP(holm.seeds[i]!),
    shortP(holm.samples[i]!),
    winnerOf({ a, b, verdict }),
  ]);
}

function winnerOf({ a, b, verdict }: Pick<Comparison, "a" | "b" | "verdict">): string {
  return verdict === "not established" ? verdict : `${verdict === "a better" ? a : b} better`;
}

function notesOf({ comparisons, refused }: ComparisonTable): string[] {
  const family = comparisons.length === 1 ? [] : [
    `p are adjusted by Holm's correction of the ${comparisons.length} comparisons of this table`,
  ];
  return [
    ...comparisons.map(({ sentence }) => sentence),
    ...family,
    ...new Set(refused.map(({ reason }) => reason)),
  ];
}

function shortP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function escapeLatex(text: string): string {
  return text.replace(/[&%$#_{}]/g, "\\$&").replace(/[<>]/g, "$$$&$$").replace(/^-/, "$-$");
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
