/** The test predictions of a group of runs, sample by sample, or why they cannot be compared. @module */

import { RunError } from "../../core/errors.ts";
import type { ProtocolName } from "../../data/mod.ts";
import {
  type PredictionRow,
  readPredictions,
  selectSplit,
  type SplitPredictions,
} from "../../evaluation/mod.ts";
import { labelledSplit } from "../../evaluation/predictions.ts";
import { RunFolder } from "../../training/mod.ts";
import type { RunGroup } from "./groups.ts";
import { testSelection } from "../../studies/runs/mod.ts";

/** Scores of all runs of a group on the same samples. */
export interface TestScores {
  readonly protocol: ProtocolName;
  /** Sorted, so that the order of a file does not matter. */
  readonly ids: readonly string[];
  readonly labels: Float64Array;
  /** One [samples] array a run, by seed. */
  readonly predictions: readonly Float64Array[];
  /** Whether the runs say that every other seed gives the same model. */
  readonly isSeedless: boolean;
  /** What each run predicted on valid; null where labels or rows are missing. */
  readonly valid: readonly (Pick<SplitPredictions, "labels" | "predictions"> | null)[];
}

/**
 * Reads what a group predicted on test.
 *
 * @throws {RunError} its runs are there twice, selected by test, or have other samples
 * @throws {DataError} predictions are missing or damaged
 */
export function readTestScores(group: RunGroup): TestScores {
  const [first] = group.runs;
  const refuse = (state: string): never => {
    throw new RunError(`Cannot compare "${group.label}": ${state}`);
  };
  const twice = group.runs.find((run, i) => group.runs[i - 1]?.seed === run.seed);
  if (twice !== undefined) refuse(`seed ${twice.seed} is there twice, expected independent runs`);
  const tables = group.runs.map((run) => {
    const selection = testSelection(run);
    if (selection !== null) {
      refuse(`test was used for selection in "${run.path}": ${selection}, expected valid only`);
    }
    const rows = readPredictions(new RunFolder(run.path).file("predictions.csv"));
    const shared = sharedId(rows);
    if (shared !== undefined) {
      refuse(
        `test was used for selection in "${run.path}": ` +
          `sample "${shared}" is in valid and test, expected splits without common samples`,
      );
    }
    return { ...sortedTest(rows), valid: labelledSplit(rows, "valid") };
  });
  const [table] = tables;
  tables.forEach((other, i) => {
    const difference = differingSample(table!, other);
    if (difference !== null) {
      refuse(`${difference} in "${first!.path}" and "${group.runs[i]!.path}", expected the same`);
    }
  });
  return {
    protocol: first!.protocol,
    ids: table!.ids,
    labels: table!.labels,
    predictions: tables.map(({ predictions }) => predictions),
    isSeedless: group.runs.every(({ path }) =>
      new RunFolder(path).readRecord()?.isSeedless === true
    ),
    valid: tables.map(({ valid }) => valid),
  };
}

/** How the samples of two tables differ; null where they are the same. */
export function differingSample(
  a: { readonly ids: readonly string[]; readonly labels: Float64Array },
  b: { readonly ids: readonly string[]; readonly labels: Float64Array },
): string | null {
  if (a.ids.length !== b.ids.length) {
    return `the test ids differ (${a.ids.length} and ${b.ids.length} samples)`;
  }
  const at = a.ids.findIndex((id, i) => id !== b.ids[i]);
  if (at >= 0) return `the test ids differ ("${a.ids[at]}" and "${b.ids[at]}")`;
  const label = a.labels.findIndex((value, i) => Math.fround(value) !== Math.fround(b.labels[i]!));
  if (label < 0) return null;
  return `the labels of test sample "${a.ids[label]}" differ ` +
    `(${a.labels[label]} and ${b.labels[label]})`;
}

/** Test rows by id; an id that is there several times keeps its occurrences in order. */
function sortedTest(rows: readonly PredictionRow[]) {
  const { ids, labels, predictions } = selectSplit(rows, "test");
  const order = ids.map((_, i) => i)
    .sort((i, j) => ids[i]! < ids[j]! ? -1 : ids[i]! > ids[j]! ? 1 : i - j);
  return {
    ids: order.map((i) => ids[i]!),
    labels: Float64Array.from(order, (i) => labels[i]!),
    predictions: Float64Array.from(order, (i) => predictions[i]!),
  };
}

function sharedId(rows: readonly PredictionRow[]): string | undefined {
  const valid = new Set(rows.filter(({ split }) => split === "valid").map(({ id }) => id));
  return rows.find(({ split, id }) => split === "test" && valid.has(id))?.id;
}
