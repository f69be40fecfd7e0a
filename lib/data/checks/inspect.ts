/**
 * The whole check of a file or store, as `data:check` prints it.
 *
 * @module
 */

import { DataError, messageOf } from "../../core/errors.ts";
import { type Displayable, JUPYTER_DISPLAY } from "../../display/notebook.ts";
import type { ColumnSummary, Inspection, LabelSummary, SplitSummary } from "./inspection.ts";
import { displayInspection } from "./report.ts";
import {
  featureProblems,
  gapProblems,
  registryProblems,
  sampleProblems,
  scanSplit,
  type SplitScan,
} from "./integrity.ts";
import { FileColumn } from "../column.ts";
import { columnScales } from "./column_scales.ts";
import { countSigns } from "./label_check.ts";
import { textKind } from "./text_kind.ts";
import { MODALITIES, type Modality, type ProtocolName } from "../modality.ts";
import type { LabelRange } from "../label_range.ts";
import type { SourceOptions } from "../source_options.ts";
import { openDataset } from "../open.ts";
import { type Problem, problem, type ProblemCode } from "../problem.ts";
import { recognize, tellProtocol } from "../registry.ts";
import { type DatasetSource, presentSplits, shapeOf } from "../source.ts";

/**
 * Checks the file or store at `path` in one pass. A file that cannot be read is an inspection with
 * one problem, not an exception. In a notebook the inspection shows itself.
 *
 * @param protocol where the caller knows it
 * @param options how it is read, where the file does not say it
 *
 * @example
 * ```ts
 * import { inspectDataset } from "./inspect.ts";
 * import { assertEquals } from "@std/assert";
 * const { ok, splits } = inspectDataset("synthetic:n=8");
 * assertEquals([ok, splits.train!.samples], [true, 8]);
 * ```
 */
export function inspectDataset(
  path: string,
  protocol?: ProtocolName,
  options: SourceOptions = {},
): Inspection & Displayable {
  return {
    ...inspect(path, protocol, options),
    [JUPYTER_DISPLAY]() {
      return displayInspection(this);
    },
  };
}

function inspect(
  path: string,
  protocol: ProtocolName | undefined,
  options: SourceOptions,
): Inspection {
  const asked = protocol ?? null;
  try {
    using source = openDataset(path, {}, options);
    return inspectSource(source, asked, options.labelRange);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const unreadable = problem("error", "unreadable", messageOf(error), { count: 1 });
    const nothing = {
      format: null,
      layout: null,
      renamed: [],
      padding: {},
      ...UNREAD,
      recognized: null,
      protocolReason: null,
      sha256: null,
      bytes: null,
      splits: {},
    };
    return { ok: false, path, protocol: asked, ...nothing, problems: [unreadable] };
  }
}

function inspectSource(
  source: DatasetSource,
  asked: ProtocolName | null,
  range: LabelRange | undefined,
): Inspection {
  const sums = source.sums();
  const shape = shapeOf(source);
  const recognition = recognize(shape, sums);
  const said = asked ?? source.protocol;
  const told = said === null ? tellProtocol(shape, recognition) : null;
  const protocol = said ?? told?.protocol ?? null;
  const splits = presentSplits(source);
  const scans = splits.map((split) => scanSplit(split));
  const problems = [
    ...source.problems,
    ...registryProblems(source, shape, recognition),
    // A part of a dataset lacks what the other parts have.
    ...(source.problems.some(({ code }) => code === "part-of-dataset")
      ? []
      : gapProblems(splits, protocol, told)),
    ...sampleProblems(splits, protocol, range),
    ...featureProblems(scans),
    ...storeProblems(source, scans),
  ];
  // Errors first, else in the order of the checks.
  problems.sort((a, b) => Number(a.severity === "warning") - Number(b.severity === "warning"));
  return {
    ok: problems.every(({ severity }) => severity !== "error"),
    path: source.path,
    format: source.format,
    layout: source.layout,
    renamed: source.renamed,
    padding: source.padding,
    ...readings(source, recognition !== null),
    recognized: recognition && { name: recognition.file.name, by: recognition.by },
    protocol,
    protocolReason: told?.by ?? null,
    sha256: sums.sha256,
    bytes: sums.bytes,
    splits: Object.fromEntries(scans.map((scan) => [scan.split.name, summarize(scan)])),
    problems,
  };
}

/** How features are read, where there are none. */
const UNREAD = {
  textPooling: null,
  textPoolingReason: null,
  standardize: null,
  standardizeReason: null,
} as const;

/** How networks read the features of train where nothing is said. */
function readings(
  source: DatasetSource,
  isPublished: boolean,
): Pick<Inspection, keyof typeof UNREAD> {
  const train = source.splits.train;
  if (train === undefined || train.ids.length === 0) return UNREAD;
  const reason = "its numbers are known";
  const isKnown = isPublished || source.format === "synthetic";
  const columns = Object.values(train.columns).map((column) =>
    [column.modality, new FileColumn(column)] as const
  );
  const features = Object.fromEntries(columns);
  const text = features["text"];
  const kind = isKnown ? { isSentence: true, reason } : text && textKind(text, train.labels);
  const scales = isKnown ? { isUnscaled: false, reason } : columnScales(features);
  const hasScales = features["audio"] !== undefined || features["vision"] !== undefined;
  return {
    ...UNREAD,
    ...(text === undefined || kind === undefined ? {} : {
      textPooling: kind.isSentence ? "first" : "lstm",
      textPoolingReason: kind.reason,
    }),
    ...(hasScales
      ? { standardize: scales.isUnscaled ? "train" : "none", standardizeReason: scales.reason }
      : {}),
  };
}

/** What only the converted file can show. */
const OF_THE_FILE: readonly ProblemCode[] = [
  "length-range",
  "unknown-key",
  "trailing-bytes",
  "filled-in",
  "made-ids",
  "missing-text",
  "latin1-text",
  "front-padding",
  "zero-length",
];

/** Whether a store still holds what was written, and what only its pickle could show. */
function storeProblems(source: DatasetSource, scans: readonly SplitScan[]): Problem[] {
  if (source.store === null) return [];
  const { problems, fingerprints } = source.store;
  const recorded = problems.filter(({ code }) => OF_THE_FILE.includes(code));
  const changed = scans.filter(({ split, hashes }) =>
    fingerprints[split.name] !== undefined && hashes.fingerprint() !== fingerprints[split.name]
  );
  return [
    ...recorded,
    ...changed.map(({ split }) => {
      const message = `split "${split.name}" is not what was written: convert it again`;
      const rest = { split: split.name, count: split.ids.length };
      return problem("error", "damaged-store", message, rest);
    }),
  ];
}

function summarize({ split, columns }: SplitScan): SplitSummary {
  const features: Partial<Record<Modality, ColumnSummary>> = {};
  for (const scan of Object.values(columns)) {
    const { modality, steps, width, values, lengths, lengthOrigin } = scan.source;
    const sorted = lengths.toSorted();
    const least = scan.least.reduce((a, b) => Math.min(a, b), Infinity);
    const greatest = scan.greatest.reduce((a, b) => Math.max(a, b), -Infinity);
    features[modality] = {
      steps,
      width,
      dtype: values.dtype,
      lengths: {
        least: sorted[0] ?? 0,
        median: sorted[sorted.length >> 1] ?? 0,
        greatest: sorted.at(-1) ?? 0,
      },
      lengthOrigin,
      range: least <= greatest ? [least, greatest] : null,
      nonfinite: scan.nonfinite,
    };
  }
  return {
    samples: split.ids.length,
    labels: split.labels === null ? null : summarizeLabels(split.labels),
    unimodalLabels: MODALITIES.filter((modality) => split.unimodalLabels[modality] !== undefined),
    features,
    textBert: split.textBert?.shape ?? null,
    rawText: split.rawText?.some((text) => text !== "") ?? false,
  };
}

function summarizeLabels(labels: Float32Array): LabelSummary {
  const finite = labels.filter(Number.isFinite);
  return {
    least: finite.reduce((a, b) => Math.min(a, b), Infinity),
    greatest: finite.reduce((a, b) => Math.max(a, b), -Infinity),
    mean: finite.reduce((a, b) => a + b, 0) / finite.length,
    ...countSigns(labels),
  };
}
