/** The largest errors as HTML: a table, and what is behind each sample when it is opened. @module */

import { MODALITIES } from "../../data/mod.ts";
import { table } from "../../display/html.ts";
import { htmlTable } from "../../display/tables.ts";
import { escapeForNotebook, escapeXml } from "../../display/xml.ts";
import { rounded } from "../spread.ts";
import type { ErrorSample, FoundErrors } from "./found_errors.ts";

/** Most characters of what is said: by the sample, by a neighbour. */
const [WORDS, NEIGHBOUR_WORDS] = [600, 90];

/** How the place that the HTML is for writes. */
interface Writer {
  readonly escape: (text: string) => string;
  readonly table: (rows: readonly string[][], align: string, title: string) => string;
}

const PAGE: Writer = {
  escape: escapeXml,
  table: ([header = [], ...rows], align, title) => table(header, rows, { title, align }),
};
const NOTEBOOK: Writer = { escape: escapeForNotebook, table: htmlTable };

/** For a report. */
export function forPage(found: FoundErrors): string {
  return htmlOf(found, PAGE);
}

/** For a notebook, whose theme says the colours. */
export function forNotebook(found: FoundErrors): string {
  const { errors, samples, split } = found;
  const title = `${samples} samples of ${split}, the ${errors.length} largest errors`;
  return `<p>${title}</p>${htmlOf(found, NOTEBOOK)}`;
}

/** A row a sample: label, score, error, and the score of each modality. */
export function errorRows(
  { errors, scoredBy }: Pick<FoundErrors, "scoredBy"> & {
    readonly errors: readonly Pick<ErrorSample, "id" | "label" | "prediction" | "scores">[];
  },
): { readonly header: string[]; readonly rows: string[][] } {
  const modalities = MODALITIES.filter((name) => errors.some(({ scores }) => name in scores));
  const own = scoredBy === "alone" ? "alone" : "head";
  return {
    header: ["sample", "label", "score", "error", ...modalities.map((name) => `${name} (${own})`)],
    rows: errors.map(({ id, label, prediction, scores }) => {
      const error = prediction - label;
      return [
        id,
        rounded(label),
        rounded(prediction),
        `${error > 0 ? "+" : ""}${rounded(error)}`,
        ...modalities.map((name) => scores[name] === undefined ? "" : rounded(scores[name])),
      ];
    }),
  };
}

function htmlOf(found: FoundErrors, { escape, table }: Writer): string {
  const { header, rows } = errorRows(found);
  const parts = found.errors.map((sample) => {
    const { id, text, neighbours } = sample;
    if (text === null && neighbours.length === 0) return "";
    const near = neighbours.map((other) => [
      other.id,
      rounded(other.label),
      other.distance.toPrecision(3),
      shortened(other.text ?? "", NEIGHBOUR_WORDS),
    ]);
    const head = ["nearest in train", "label", "distance", "what is said"];
    return [
      `<details><summary>${escape(summaryOf(sample))}</summary>`,
      text === null ? "" : `<blockquote>${escape(shortened(text, WORDS))}</blockquote>`,
      near.length === 0 ? "" : table([head, ...near], "lrrl", `Near ${id}`),
      "</details>",
    ].join("\n");
  });
  const all = table([header, ...rows], "l".padEnd(header.length, "r"), "The largest errors");
  return [all, ...parts].filter((part) => part !== "").join("\n");
}

/** `clip$_$3: true −1.2, score 0.8` */
function summaryOf({ id, label, prediction }: ErrorSample): string {
  return `${id}: true ${rounded(label)}, score ${rounded(prediction)}`;
}

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
