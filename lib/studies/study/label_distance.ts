/**
 * How far the unimodal labels that trainings generate are from those that people gave, epoch by epoch.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { MODALITIES, type Modality } from "../../data/mod.ts";
import { mean } from "../../statistics/mod.ts";
import { type EpochRecord, type LabelDiagnosis, RunFolder } from "../../training/mod.ts";
import { historyOf } from "../runs/run_progress.ts";
import type { StudyRuns } from "./study_folder.ts";

/** Distances at an epoch, means over seeds. */
export interface LabelsAt {
  /** From 1; a mean where it differs by seed. */
  readonly epoch: number;
  /** Seeds that are counted: those whose training got so far. */
  readonly seeds: number;
  /** Pearson's correlation with the labels of people, by modality. */
  readonly corr: Readonly<Partial<Record<Modality, number>>>;
  /** Mean absolute difference from them, by modality. */
  readonly mae: Readonly<Partial<Record<Modality, number>>>;
}

/** The generated labels of a row of a study. */
export interface LabelDistance {
  /** SETTING of its folder. */
  readonly slug: string;
  /** The model's name. */
  readonly model: string;
  /** The dataset's name. */
  readonly dataset: string;
  /** What tells the row from the others. */
  readonly name: string;
  /** Every epoch that a seed was trained for; in the first, labels are copies of the multimodal ones. */
  readonly epochs: readonly LabelsAt[];
  /** At the epoch whose weights were kept. */
  readonly best: LabelsAt;
  /** At the end of the training: those of `labels.csv`. */
  readonly last: LabelsAt;
}

/** The distances of a group of runs; null where no label was generated, or people gave none. */
export function labelDistance(
  { cell, dataset, runs }: StudyRuns,
  name: string,
): LabelDistance | null {
  const trained = runs.flatMap(({ path, bestEpoch }) => {
    const history = readableHistory(path).filter(isCompared);
    return history.length === 0 ? [] : [{ history, bestEpoch }];
  });
  if (trained.length === 0) return null;
  const longest = Math.max(...trained.map(({ history }) => history.length));
  const epochs = Array.from(
    { length: longest },
    (_, i) => distanceOf(trained.flatMap(({ history }) => history[i] ?? [])),
  );
  const best = trained.map(({ history, bestEpoch }) => history[bestEpoch - 1] ?? history.at(-1)!);
  return {
    slug: cell.slug,
    model: cell.model,
    dataset,
    name,
    epochs,
    best: distanceOf(best),
    last: distanceOf(trained.map(({ history }) => history.at(-1)!)),
  };
}

/** Empty, too, where it cannot be read: that seed is not counted. */
function readableHistory(path: string): readonly EpochRecord[] {
  try {
    return historyOf(new RunFolder(path));
  } catch (error) {
    if (error instanceof DataError) return [];
    throw error;
  }
}

function isCompared({ unimodalLabels = {} }: EpochRecord): boolean {
  return Object.values(unimodalLabels).some(({ human }) => human !== undefined);
}

function distanceOf(records: readonly EpochRecord[]): LabelsAt {
  const means = (key: keyof NonNullable<LabelDiagnosis["human"]>) =>
    Object.fromEntries(MODALITIES.flatMap((modality) => {
      const values = records.flatMap((record) =>
        record.unimodalLabels?.[modality]?.human?.[key] ?? []
      );
      return values.length === 0 ? [] : [[modality, mean(values)]];
    }));
  return {
    epoch: mean(records.map(({ epoch }) => epoch)),
    seeds: records.length,
    corr: means("corr"),
    mae: means("mae"),
  };
}

/** The columns of {@linkcode labelRows}. */
export const LABEL_HEADER: readonly string[] = ["epoch", "seeds", ...MODALITIES];

/** What {@linkcode labelRows} shows. */
export const LABEL_TITLE =
  "Generated labels against those of people: correlation (and mean absolute difference), means over seeds";

/** Lines for people, below the name of each row: epochs 1, 2, 4, 8 and so on, the best and the last. */
export function labelRows(distances: readonly LabelDistance[]): string[][] {
  return distances.flatMap(({ name, epochs, best, last }) => [
    [name, ...LABEL_HEADER.slice(1).map(() => "")],
    ...epochs.filter(({ epoch }) => Number.isInteger(Math.log2(epoch)))
      .map((at) => lineOf(String(at.epoch), at)),
    lineOf(`best, ${shortEpoch(best)}`, best),
    lineOf(`last, ${shortEpoch(last)}`, last),
  ]);
}

function lineOf(epoch: string, { seeds, corr, mae }: LabelsAt): string[] {
  const cells = MODALITIES.map((modality) => {
    const [r, error] = [corr[modality], mae[modality]];
    return r === undefined ? "" : `${r.toFixed(3)} (${error!.toFixed(3)})`;
  });
  return [`  ${epoch}`, String(seeds), ...cells];
}

function shortEpoch({ epoch }: LabelsAt): string {
  return Number.isInteger(epoch) ? String(epoch) : epoch.toFixed(1);
}
