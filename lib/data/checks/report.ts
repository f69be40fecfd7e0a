/**
 * An inspection as text for people.
 *
 * @module
 */

import type { MediaBundle } from "../../display/notebook.ts";
import { htmlTable, textTable } from "../../display/tables.ts";
import { escapeForNotebook } from "../../display/xml.ts";
import type { ColumnSummary, Inspection, SplitSummary } from "./inspection.ts";
import { MODALITIES } from "../modality.ts";
import { byteCount } from "../arrays/positioned_file.ts";
import { counted, listSome, type Problem } from "../problem.ts";
import type { SourceFormat } from "../source.ts";

/** Ids that the text shows of a problem; `--json` has them all. */
const MOST_SHOWN = 3;

const FORMATS: Readonly<Record<SourceFormat, string>> = {
  "mmsa-pickle": "MMSA pickle",
  "pickle": "pickle",
  "numpy": "arrays of numpy",
  "torch": "PyTorch checkpoint",
  "hdf5": "HDF5",
  "files": "several files",
  "store": "store",
  "synthetic": "made up",
  "clips": "clips",
};

const TYPES: Readonly<Record<string, string>> = {
  "<f2": "float16",
  "<f4": "float32",
  "<f8": "float64",
  "<i4": "int32",
  "<i8": "int64",
};

/**
 * What `data:check` prints: what the file is, its splits, its features, its problems.
 *
 * @example
 * ```ts
 * import { formatInspection } from "./report.ts";
 * import { inspectDataset } from "./inspect.ts";
 * import { assertMatch } from "@std/assert";
 * assertMatch(formatInspection(inspectDataset("synthetic:n=8")), /No problems found$/);
 * ```
 */
export function formatInspection(inspection: Inspection): string {
  const { path, format, problems } = inspection;
  if (format === null) {
    return [path, "  not a dataset", "", formatProblems(problems)].join("\n");
  }
  const blocks = [
    [path, ...identity(inspection).map(([name, text]) => `  ${name!.padEnd(12)}${text}`)].join(
      "\n",
    ),
    indented(splitRows(inspection), "lrrrrrrr"),
    indented(featureRows(inspection), "llrrlrrr"),
    formatProblems(problems),
  ];
  return blocks.join("\n\n");
}

/** The same for a notebook. */
export function displayInspection(inspection: Inspection): MediaBundle {
  const { path, format, problems } = inspection;
  const list = problems.map(({ severity, code, message }) =>
    `<li><b>${severity}</b> ${escapeForNotebook(`${code}: ${message}`)}</li>`
  );
  const known = format === null ? ["<p>not a dataset</p>"] : [
    htmlTable([["", ""], ...identity(inspection)], "ll"),
    htmlTable(splitRows(inspection), "lrrrrrrr"),
    htmlTable(featureRows(inspection), "llrrlrrr"),
  ];
  return {
    "text/plain": formatInspection(inspection),
    "text/html": `<p><b>${escapeForNotebook(path)}</b></p>${known.join("")}` +
      `<p>${problemCounts(problems)}</p><ul>${list.join("")}</ul>`,
  };
}

function splitRows({ splits }: Inspection): string[][] {
  return [
    ["split", "samples", "label min", "max", "mean", "negative", "zero", "positive"],
    ...Object.entries(splits).map(([name, split]) => [
      name,
      String(split.samples),
      ...labelCells(split),
    ]),
  ];
}

function featureRows({ splits }: Inspection): string[][] {
  return [
    ["modality", "split", "steps", "width", "type", "length min/med/max", "least", "greatest"],
    ...MODALITIES.flatMap((modality) =>
      Object.entries(splits).flatMap(([name, { features }]) => {
        const column = features[modality];
        return column === undefined ? [] : [[modality, name, ...columnCells(column)]];
      })
    ),
  ];
}

function identity(inspection: Inspection): string[][] {
  const { format, layout, renamed, recognized, protocol, protocolReason, sha256, bytes } =
    inspection;
  const { textPooling, standardize } = inspection;
  const padded = Object.entries(inspection.padding)
    .map(([modality, place]) =>
      place === "none" ? `${modality} none` : `${modality} at the ${place}`
    );
  const splits = Object.values(inspection.splits);
  const how = { sha256: "its SHA-256", sha1: "its SHA-1", shapes: "its shapes and counts" };
  const tokens = splits.find(({ textBert }) => textBert !== null)?.textBert?.[2];
  const human = MODALITIES.filter((modality) =>
    splits.some(({ unimodalLabels }) => unimodalLabels.includes(modality))
  );
  const extras = [
    splits.some(({ rawText }) => rawText) ? "raw text" : "no raw text",
    tokens === undefined ? "no text_bert" : `text_bert of ${tokens} tokens`,
    human.length === 0 ? "no unimodal labels" : `human labels of ${human.join(", ")}`,
  ];
  return [
    ["format", `${FORMATS[format!]}${bytes === null ? "" : `, ${byteCount(bytes)}`}`],
    ...(layout === null ? [] : [["layout", layout]]),
    ...(renamed.length === 0 ? [] : [["renamed", renamed.join(", ")]]),
    ...(padded.length === 0 ? [] : [["padding", padded.join(", ")]]),
    ...(textPooling === null
      ? []
      : [["text", `textPooling ${textPooling}: ${inspection.textPoolingReason}`]]),
    ...(standardize === null
      ? []
      : [["scales", `standardize ${standardize}: ${inspection.standardizeReason}`]]),
    ["sha256", String(sha256)],
    [
      "recognized",
      recognized === null
        ? "no: not a published file that the registry knows"
        : `${recognized.name}, by ${how[recognized.by]}`,
    ],
    [
      "protocol",
      `${protocol ?? "unknown"}${protocolReason === null ? "" : `, by ${protocolReason}`}`,
    ],
    ["contains", extras.join(", ")],
  ];
}

function labelCells({ labels }: SplitSummary): string[] {
  if (labels === null) return ["none", "", "", "", "", ""];
  const { least, greatest, mean, negative, neutral, positive } = labels;
  return [...[least, greatest, mean].map(short), ...[negative, neutral, positive].map(String)];
}

function columnCells(column: ColumnSummary): string[] {
  const { steps, width, dtype, lengths, range } = column;
  const { least, median, greatest } = lengths;
  const origin = {
    given: "",
    none: " (full)",
    mask: " (of text_bert)",
    text: " (of the text)",
    zeros: " (of its zeros)",
  };
  const from = steps === 1 ? "" : origin[column.lengthOrigin];
  return [
    String(steps),
    String(width),
    TYPES[dtype] ?? dtype,
    `${least}/${median}/${greatest}${from}`,
    ...(range ?? [NaN, NaN]).map(short),
  ];
}

function formatProblems(problems: readonly Problem[]): string {
  const lines = problems.map(({ severity, code, message, ids }) => {
    const shown = ids.length === 0 || message.includes(`"${ids[0]}"`)
      ? ""
      : `\n      ids: ${listSome(ids, MOST_SHOWN)}`;
    return `  ${severity.padEnd(7)}  ${code}: ${message}${shown}`;
  });
  return [problemCounts(problems), ...lines].join("\n");
}

function problemCounts(problems: readonly Problem[]): string {
  if (problems.length === 0) return "No problems found";
  const errors = problems.filter(({ severity }) => severity === "error").length;
  return `${counted(errors, "error")}, ${counted(problems.length - errors, "warning")}`;
}

/** Three significant digits; nothing for what is not finite. */
function short(value: number): string {
  if (!Number.isFinite(value)) return "";
  return Math.abs(value) >= 1e5 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** A table two spaces from the margin. */
function indented(rows: readonly (readonly string[])[], align: string): string {
  return textTable(rows, align).replaceAll(/^/gm, "  ");
}
