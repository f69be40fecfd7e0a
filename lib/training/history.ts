/**
 * The record of a training: one line of JSON an epoch.
 *
 * @module
 */

import { writeFileAtomic } from "../core/files.ts";

/** What happened in an epoch. */
export interface EpochRecord {
  readonly epoch: number;
  /** Mean of the batch losses. */
  readonly trainLoss: number;
  /** Mean of each part of the loss. */
  readonly trainParts: Readonly<Record<string, number>>;
  /** Metrics on the valid split, unrounded. */
  readonly valid: Readonly<Record<string, number>>;
  /** Wall time of training (without validation) and of validation. */
  readonly seconds: { readonly train: number; readonly valid: number };
  /** Tensors that were alive after the epoch. */
  readonly tensors: number;
  /** Learning rates by parameter group. */
  readonly learningRates: Readonly<Record<string, number>>;
}

/** Writes `history.jsonl`, whole and atomically: a record is small, a half one is useless. */
export function writeHistory(path: string, history: readonly EpochRecord[]): void {
  writeFileAtomic(path, history.map((record) => JSON.stringify(record) + "\n").join(""));
}
