/** Tables of comparisons: Markdown, LaTeX, HTML. @module */

import type { Comparison, ComparisonTable } from "./compare.ts";
import { rowNames } from "./groups.ts";
import { metricName } from "../../evaluation/protocols.ts";
import { list, page, table } from "../../display/html.ts";
import { formatSigned } from "./verdict_sentence.ts";

/** A table of comparisons: its header and its cells, and for each column on which side it is set. */
export interface ComparisonCells {
  readonly header: readonly string[];
  /** By what differs between the models of a comparison; p after Holm's correction. */
  readonly rows: readonly (readonly string[])[];
  /** `l` or `r` for each column. */
  readonly align: string;
}

/** The cells of a table; with a margin and its p where one was given. */
export function cellsOf({ comparisons, holm }: ComparisonTable): ComparisonCells {
  const { nameOf } = rowNames(comparisons.flatMap(({ a, b }) => [a, b]));
  const hasMargin = holm.equivalence !== undefined;
  const margins = (texts: readonly string[]) => hasMargin ? texts : [];
  const family = familyOf(comparisons.length);
  return {
    header: [
      ...["a", "b", "metric", "a - b", "interval", `p seeds (${family})`, `p samples (${family})`],
      ...margins(["margin", `p equivalent (${familyOf(testedMargins(holm))})`]),
      "verdict",
    ],
    rows: comparisons.map((comparison, i) => {
      const { a, b, metric, difference, equivalence } = comparison;
      return [
        nameOf(a),
        nameOf(b),
        metricName(metric),
        formatSigned(difference.value),
        `[${formatSigned(difference.low)}, ${formatSigned(difference.high)}]`,
        shortP(holm.seeds[i]!),
        shortP(holm.samples[i]!),
        ...margins(
          equivalence === undefined
            ? ["", ""]
            : [`±${formatSigned(equivalence.margin)}`, shortP(holm.equivalence![i]!)],
        ),
        verdictText(comparison, nameOf),
      ];
    }),
    align: `lllrrrr${hasMargin ? "rr" : ""}l`,
  };
}

/** What a p is corrected for, beside it. */
function familyOf(size: number): string {
  return size === 1 ? "one comparison" : `Holm of ${size}`;
}

function testedMargins({ equivalence = [] }: ComparisonTable["holm"]): number {
  return equivalence.filter((p) => p !== null).length;
}

function verdictText(
  { a, b, verdict, equivalence }: Comparison,
  nameOf: (label: string) => string,
): string {
  switch (verdict) {
    case "a better":
      return `${nameOf(a)} better`;
    case "b better":
      return `${nameOf(b)} better`;
    case "equivalent":
      return verdict;
    case "not established":
      return equivalence === undefined ? verdict : "not shown either way";
  }
}

/**
 * The table, the sentences, and what was refused, as Markdown.
 */
export function toMarkdown(table: ComparisonTable): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const { header, rows, align } = cellsOf(table);
  return [
    line(header),
    line([...align].map((side) => side === "r" ? "---:" : "---")),
    ...rows.map(line),
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
  const { header, rows, align } = cellsOf(table);
  return [
    ...notesOf(table).map((note) => `% ${note}`),
    `\\begin{tabular}{${align}}`,
    "\\toprule",
    line(header),
    "\\midrule",
    ...rows.map(line),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

/**
 * A page on its own, without any request.
 */
export function toHtml(found: ComparisonTable): string {
  const { header, rows } = cellsOf(found);
  return page("Comparison", table(header, rows) + list(notesOf(found)));
}

/** The sentences, what the p are, and what was refused. */
export function notesOf({ comparisons, holm, refused }: ComparisonTable): string[] {
  const family = comparisons.length === 1
    ? ["p are not corrected: one comparison is the whole family of this table"]
    : [
      `p are adjusted by Holm's correction of the ${comparisons.length} comparisons of this table; ` +
      "intervals are not: each covers its own difference",
    ];
  const tested = testedMargins(holm);
  return [
    ...comparisons.map(({ sentence }) => sentence),
    ...family,
    ...(tested === 0 ? [] : [
      "p equivalent is the larger one of two one-sided tests over seeds and of those over seeds and " +
      `samples${tested === 1 ? "" : `, adjusted by Holm's correction of the ${tested} of them`}`,
    ]),
    ...new Set(refused.map(({ reason }) => reason)),
  ];
}

function shortP(p: number): string {
  return p < 0.001 ? "< 0.001" : p.toFixed(3);
}

function escapeLatex(text: string): string {
  return text.replace(/[&%$#_{}]/g, "\\$&").replace(/[<>]/g, "$$$&$$").replace(/^-/, "$-$")
    .replace("±", "$\\pm$");
}
