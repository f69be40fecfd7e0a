/**
 * Every problem of a dataset, found in one pass over the file with memory for one chunk.
 *
 * @module
 */

import { readRows } from "../rows.ts";
import { ColumnScan } from "./column_scan.ts";
import { constantProblem, lengthProblem, nonfiniteProblem, zeroProblem } from "./feature_check.ts";
import type { LabelRange } from "../label_range.ts";
import { countSigns, labelProblems } from "./label_check.ts";
import {
  MODALITIES,
  type Modality,
  PROTOCOL_NAMES,
  type ProtocolName,
  type SplitName,
  SPLITS,
} from "../modality.ts";
import { listSome, type Problem, problem } from "../problem.ts";
import {
  countMismatches,
  type DatasetShape,
  type Recognition,
  resembles,
  type ToldProtocol,
} from "../registry.ts";
import { RowHashes } from "./row_hashes.ts";
import { contentProblems, idProblems, sizeProblems } from "./sample_check.ts";
import { type ColumnSource, type DatasetSource, type SplitSource } from "../source.ts";

/** What one pass over the features of a split has found. */
export interface SplitScan {
  readonly split: SplitSource;
  readonly hashes: RowHashes;
  readonly columns: Readonly<Partial<Record<Modality, ColumnScan>>>;
}

/** Called with each piece of a column: whole rows as found, the first of which is `start`. */
export type OnRows = (column: ColumnSource, rows: Float32Array, start: number) => void;

/** Scans one split, modality by modality. */
export function scanSplit(split: SplitSource, onRows?: OnRows): SplitScan {
  const { hashes, columns } = emptyScan(split);
  for (const scan of Object.values(columns)) {
    for (const { start, rows } of readRows(scan.source)) {
      scan.add(rows, start);
      onRows?.(scan.source, rows, start);
    }
  }
  return { split, hashes, columns };
}

/** A scan whose columns have seen nothing yet; see {@linkcode ColumnScan} for `exactRange`. */
export function emptyScan(split: SplitSource, exactRange = true): SplitScan {
  const hashes = new RowHashes(split.ids.length, split.rawText);
  const columns: Partial<Record<Modality, ColumnScan>> = {};
  for (const modality of MODALITIES) {
    const source = split.columns[modality];
    if (source !== undefined) columns[modality] = new ColumnScan(source, hashes, exactRange);
  }
  return { split, hashes, columns };
}

/** Problems that only a pass over the features shows. */
export function featureProblems(scans: readonly SplitScan[]): Problem[] {
  const each = scans.flatMap(({ split, columns }) =>
    Object.values(columns).flatMap((scan) => [
      ...nonfiniteProblem(scan, split),
      ...lengthProblem(scan, split),
      ...constantProblem(scan, split),
      ...zeroProblem(scan, split),
    ])
  );
  return [...each, ...contentProblems(scans)];
}

/** Problems of ids, labels and sizes, which need no pass over the features. */
export function sampleProblems(
  splits: readonly SplitSource[],
  protocol: ProtocolName | null,
  range?: LabelRange,
): Problem[] {
  const each = splits.flatMap((
    split,
  ) => [...sizeProblems(split), ...labelProblems(split, protocol, range)]);
  return [...each, ...idProblems(splits)];
}

/** What a training cannot do without, and how to come by it. */
const REMEDIES: Readonly<Partial<Record<SplitName, string>>> = {
  train: "training needs it",
  valid: "training needs it: --valid 0.15 takes whole videos of train for it",
};

/**
 * What an incomplete file lacks: splits, labels, a modality in some splits, a protocol. What training
 * would refuse is an error.
 *
 * @param told how the protocol came about, where nobody has said it
 */
export function gapProblems(
  splits: readonly SplitSource[],
  protocol: ProtocolName | null,
  told: ToldProtocol | null = null,
): Problem[] {
  const problems: Problem[] = [];
  for (const name of SPLITS) {
    const split = splits.find((split) => split.name === name);
    const remedy = REMEDIES[name];
    const severity = remedy === undefined ? "warning" : "error";
    if (split === undefined) {
      const message = `has no split "${name}"${remedy === undefined ? "" : `; ${remedy}`}`;
      problems.push(problem(severity, "missing-split", message, { split: name }));
    } else if (split.labels === null) {
      const message =
        `split "${name}" has no labels: it can be predicted, not trained on or scored; ` +
        "--labels FILE.csv adds those of a table";
      const count = split.ids.length;
      problems.push(problem(severity, "missing-labels", message, { split: name, count }));
    }
  }
  for (const modality of MODALITIES) {
    const without = splits.filter((split) => !split.columns[modality] && split.ids.length > 0);
    if (without.length === 0 || !splits.some((split) => split.columns[modality])) continue;
    const names = without.map(({ name }) => name);
    const message = `${modality} is missing in split ${listSome(names)}, so it is not used`;
    const rest = { modality, count: without.length };
    problems.push(problem("warning", "partial-modality", message, rest));
  }
  if (told?.isGuess) {
    const other = told.protocol === "mosi" ? " (mosei has its metrics, and other defaults)" : "";
    const message = `protocol ${told.protocol} is told by ${told.by}, alone: --protocol says ` +
      `another${other}`;
    problems.push(problem("warning", "guessed-protocol", message));
  }
  if (protocol === null) {
    const message =
      "neither content nor labels nor file name tell the protocol, so the label range was not " +
      `checked: give --protocol ${PROTOCOL_NAMES.join("|")}`;
    problems.push(problem("warning", "unknown-protocol", message));
  }
  return problems;
}

/** Counts that are not those of the published file that this is, or looks like. */
export function registryProblems(
  source: DatasetSource,
  shape: DatasetShape,
  recognition: Recognition | null,
): Problem[] {
  const known = recognition?.file ?? resembles(shape);
  if (known === null) return [];
  const problems = countMismatches(shape, known).map(({ split, found, published }) => {
    const message = `split "${split}" has ${found} samples, ${known.name} has ${published}`;
    return problem("warning", "count-mismatch", message, { split, count: found });
  });
  const labels = source.splits.test?.labels;
  if (recognition !== null && known.testLabels !== null && labels) {
    const { negative, neutral, positive } = countSigns(labels);
    const found = [negative, neutral, positive].join("/");
    const published = known.testLabels.join("/");
    if (found !== published) {
      const message = `split "test" has ${found} negative/zero/positive labels, ` +
        `${known.name} has ${published}`;
      const rest = { split: "test", count: labels.length } as const;
      problems.push(problem("warning", "label-counts", message, rest));
    }
  }
  return problems;
}
