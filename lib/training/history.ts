/**
 * The record of a training: one line of JSON an epoch.
 *
 * @module
 */

import { DataError, reasonOf } from "../core/errors.ts";
import { writeFileAtomic } from "../core/files.ts";
import type { Modality } from "../data/mod.ts";

/** What became of the labels that a training generates for one modality, after an epoch. */
export interface LabelDiagnosis {
  /** Mean over the train split. */
  readonly mean: number;
  /** Standard deviation over the train split, divided by n. */
  readonly deviation: number;
  /** Labels lie in [-range, range]. */
  readonly range: number;
  /** Number of labels in each of equal bins over that range. */
  readonly histogram: readonly number[];
  /** Mean weight W_s = tanh |Y_s - y_m| of the modality's loss (equation 15). */
  readonly weight: number;
  /** Distance between the centres of the positive and the negative class. */
  readonly centerDistance: number;
  /** What is out of the ordinary, counted: see `UnimodalLabels.generation`. */
  readonly events: Readonly<Record<string, number>>;
  /** Against the labels that people gave to the modality (or that made-up data planted). */
  readonly human?: {
    /** Pearson's correlation; 0 where either is constant. */
    readonly corr: number;
    readonly mae: number;
    /** Share of samples with the same sign (negative, zero, positive). */
    readonly signAgreement: number;
  };
}

/** What happened in an epoch. */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  /** Mean of the batch losses. */
  readonly trainLoss: number;
  /** Mean of each part of the loss. */
  readonly trainParts: Readonly<Record<string, number>>;
  /** The loss on the valid split, of which the smallest is the best epoch's; not in old runs. */
  readonly validLoss?: number;
  /** Metrics on the valid split, unrounded; SIMS clips scores before its `mae`. */
  readonly valid: Readonly<Record<string, number>>;
  /** Wall time of training (without validation) and of validation. */
  readonly seconds: { readonly train: number; readonly valid: number };
  /** Tensors that were alive after the epoch. */
  readonly tensors: number;
  /** Learning rates by parameter group. */
  readonly learningRates: Readonly<Record<string, number>>;
  /** Of models that generate unimodal labels. */
  readonly unimodalLabels?: Readonly<Partial<Record<Modality, LabelDiagnosis>>>;
}

/** Writes `history.jsonl`, whole and atomically: a record is small, a half one is useless. */
export function writeHistory(path: string, history: readonly EpochRecord[]): void {
  writeFileAtomic(path, history.map((record) => JSON.stringify(record) + "\n").join(""));
}

/**
 * Reads a `history.jsonl`.
 *
 * @throws {DataError} the file is missing or damaged
 */
export function readHistory(path: string): EpochRecord[] {
  try {
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "")
      .map((line) => JSON.parse(line));
  } catch (error) {
    throw new DataError(
      `Cannot read "${path}": ${reasonOf(error)}, expected one line of JSON an epoch`,
      { cause: error },
    );
  }
}
