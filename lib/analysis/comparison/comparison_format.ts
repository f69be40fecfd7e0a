/** Tables of comparisons: Markdown, LaTeX, HTML. @module */

import type { ComparisonTable } from "./compare.ts";
import { rowNames } from "./groups.ts";
import { metricName } from "../../evaluation/protocols.ts";
import { list, page, table } from "../../display/html.ts";
import { formatSigned } from "./verdict_sentence.ts";

/** The columns of a table of comparisons; those of p say of how many comparisons they are the family. */
export function headerOf({ comparisons: { length } }: ComparisonTable): string[] {
  const family = length === 1 ? "one comparison" : `Holm of ${length}`;
  const columns = ["a", "b", "metric", "a - b", "interval"];
  return [...columns, `p seeds (${family})`, `p samples (${family})`, "verdict"];
}

/**
 * The table, the sentences, and what was refused, as Markdown.
 */
export function toMarkdown(table: ComparisonTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [
    line(headerOf(table)),
    line(headerOf(table).map((_, i) => i > 2 && i < 7 ? "---:" : "---")),
    ...rowsOf(table).map(line),
    "",
    ...notesOf(table).map((note) => `- ${note}`),
    "",
  ].join("\n");
}

/**
 * A `tabular` with booktabs' rules, and the sentences as comments.
 */
export function toLatex(table: ComparisonTable): string {
  const line = (cells: readonly string[]) => `${cells.map(escapeLatex).join(" & ")} \\\\`;
  return [
    ...notesOf(table).map((note) => `% ${note}`),
    "\\begin{tabular}{lllrrrrl}",
    "\\toprule",
    line(headerOf(table)),
    "\\midrule",
    ...rowsOf(table).map(line),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

/**
 * A page on its own, without any request.
 */
export function toHtml(found: ComparisonTable): string {
  return page("Comparison", table(headerOf(found), rowsOf(found)) + list(notesOf(found)));
}

/** The cells of each comparison, by what differs between its models; p after Holm's correction. */
export function rowsOf({ comparisons, holm }: ComparisonTable): string[][] {
  const { nameOf } = rowNames(comparisons.flatMap(({ a, b }) => [a, b]));
  return comparisons.map(({ a, b, metric, difference, verdict }, i) => [
    nameOf(a),
    nameOf(b),
    metricName(metric),
    formatSigned(difference.value),
    `[${formatSigned(difference.low)}, ${formatSigned(difference.high)}]`,
    shortP(holm.seeds[i]!),
    shortP(holm.samples[i]!),
    verdict === "not established" ? verdict : `${nameOf(verdict === "a better" ? a : b)} better`,
  ]);
}

/** The sentences, what the p are, and what was refused. */
export function notesOf({ comparisons, refused }: ComparisonTable): string[] {
  const family = comparisons.length === 1
    ? ["p are not corrected: one comparison is the whole family of this table"]
    : [
      `p are adjusted by Holm's correction of the ${comparisons.length} comparisons of this table; ` +
      "intervals are not: each covers its own difference",
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
