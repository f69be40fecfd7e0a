/**
 * The batches of an epoch, of which some networks see each more than once.
 *
 * @module
 */

import type { Network } from "../models/mod.ts";

/** A batch, and where it stands in its epoch. */
export interface PlannedBatch {
  /** Positions in the train split. */
  readonly indices: Uint32Array;
  /** The pass of the epoch, from 1. */
  readonly pass: number;
  /** Whether it is of the last pass, whose losses are those of the epoch. */
  readonly isCounted: boolean;
  /** Whether its gradient starts a new sum. */
  readonly startsGroup: boolean;
  /** Whether the optimizer steps after it, by the sum of the group. */
  readonly endsGroup: boolean;
  /** Whether it steps before that, by the sum so far. */
  readonly stepsWithin: boolean;
}

/** Which batches share a step of the optimizer. */
export interface GroupRules {
  /** Number of batches whose gradients are summed before each step. */
  readonly updateEpochs: number;
  /** Whether an incomplete last group steps too. */
  readonly applyTrailingGroup: boolean;
  /** Whether there is a step after each batch besides. */
  readonly stepsWithin: boolean;
}

/** All batches of an epoch, one pass after the other. */
export function planEpoch(
  network: Pick<Network, "passes" | "batchesOfPass">,
  batches: readonly Uint32Array[],
  { updateEpochs, applyTrailingGroup, stepsWithin }: GroupRules,
): PlannedBatch[] {
  const { passes = 1 } = network;
  return Array.from({ length: passes }, (_, i) => i + 1).flatMap((pass) => {
    const count = network.batchesOfPass?.(pass, batches.length) ?? batches.length;
    return batches.slice(0, count).map((indices, i) => ({
      indices,
      pass,
      isCounted: pass === passes,
      startsGroup: i % updateEpochs === 0,
      endsGroup: i % updateEpochs === updateEpochs - 1 || applyTrailingGroup && i === count - 1,
      stepsWithin,
    }));
  });
}

/** Number of the optimizer's steps in an epoch. */
export function stepsOf(batches: readonly PlannedBatch[]): number {
  return batches.reduce(
    (sum, batch) => sum + Number(batch.endsGroup) + Number(batch.stepsWithin),
    0,
  );
}
