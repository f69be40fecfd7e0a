/**
 * Everything that a training needs to go on as if it had never stopped, in one file that is either
 * the old one or the new one.
 *
 * @module
 */

import { DataError, RunError } from "../core/errors.ts";
import { exists } from "../core/files.ts";
import type { EpochRecord } from "./history.ts";
import type { Learner } from "./learner.ts";
import type { PlateauState } from "./learning_rates.ts";
import { assignWeights, copyWeights, readWeights, type Weights, writeWeights } from "./weights.ts";

/** How far a training is; with the tensors it is all that a resume needs. */
export interface TrainingProgress {
  /** The engine that made it: another one would not give the same bytes. */
  engine: string;
  /** Number of the epoch that is under way, from 1. */
  epoch: number;
  /** Batches of it that are done. */
  batches: number;
  /** Sums over these batches of the loss, `total`, and its parts. */
  sums: Record<string, number>;
  /** The stage of a network that has several, from 1, and the epochs that came before it. */
  stage?: number;
  stageStart?: number;
  bestEpoch: number;
  /** null before the first finite one: JSON has no Infinity. */
  bestLoss: number | null;
  /** Of learning rates that fall on a plateau. */
  plateau?: PlateauState;
  /** Whether early stopping or the epoch limit has ended the training. */
  finished: boolean;
  history: EpochRecord[];
}

/**
 * Writes the checkpoint file `path`, atomically: a crash at any moment leaves the old one.
 *
 * @throws {Error} when the file cannot be written, for example on a full disk.
 */
export async function saveCheckpoint(
  path: string,
  learner: Learner,
  best: Weights,
  progress: TrainingProgress,
): Promise<void> {
  // One tensor after the other is read while it is written, where the engine can be asked to wait:
  // all at once they are several times the network.
  const variables = [...learner.variables()];
  const state = progress.engine === "webgpu" ? await copyWeights(variables) : new Map(variables);
  const kept = [...best].map(([name, weights]) => [`best/${name}`, weights] as const);
  writeWeights(path, [...state, ...kept], {
    progress: JSON.stringify(progress),
    optimizerSteps: String(learner.optimizerSteps),
    stepsBefore: JSON.stringify(learner.counts.before),
    stepsOfPass: JSON.stringify(learner.counts.ofPass),
  });
}

/**
 * Puts a learner where the checkpoint was written.
 *
 * @returns the best weights so far and the progress; null where there is no checkpoint
 * @throws {RunError} when the checkpoint was made by another engine or for another network.
 * @throws {DataError} when the file is damaged.
 */
export function loadCheckpoint(
  path: string,
  learner: Learner,
  engine: string,
): { best: Weights; progress: TrainingProgress } | null {
  if (!exists(path)) return null;
  const { weights, metadata } = readWeights(path);
  const progress = parseProgress(metadata["progress"]);
  const optimizerSteps = Number(metadata["optimizerSteps"] ?? NaN);
  if (progress === null || !Number.isInteger(optimizerSteps)) {
    throw new DataError(
      `Cannot resume from "${path}": its record of progress is missing or damaged, ` +
        "expected the checkpoint of a training",
    );
  }
  if (progress.engine !== engine) {
    throw new RunError(
      `Cannot resume from "${path}" on engine "${engine}": it was made on "${progress.engine}", ` +
        "and only that engine continues it exactly",
    );
  }
  learner.enterStage(progress.stage ?? 1);
  // Of a group that was under way; older files always have them.
  if ([...weights.keys()].some((name) => name.startsWith("gradient/"))) learner.makeSums();
  assignWeights(learner.variables(), weights, path);
  learner.counts.steps = optimizerSteps;
  // An older checkpoint has none.
  learner.counts.before = JSON.parse(metadata["stepsBefore"] ?? "{}");
  learner.counts.ofPass = JSON.parse(metadata["stepsOfPass"] ?? "{}");
  const best = new Map(
    [...weights].filter(([name]) => name.startsWith("best/"))
      .map(([name, tensor]) => [name.slice("best/".length), tensor]),
  );
  return { best, progress };
}

/** null for text that is no progress */
function parseProgress(text = ""): TrainingProgress | null {
  let value: Partial<TrainingProgress> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const isProgress = typeof value?.engine === "string" && typeof value.sums === "object" &&
    [value.epoch, value.batches, value.bestEpoch].every(Number.isInteger) &&
    typeof value.finished === "boolean" && Array.isArray(value.history);
  return isProgress ? value as TrainingProgress : null;
}
