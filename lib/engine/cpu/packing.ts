/**
 * Sequences of different lengths without their padding: the rows that exist, step by step, the
 * longest sample first. At every step the samples still running are then a prefix, and the rows of
 * one step are one small matrix. (PyTorch's `PackedSequence` has the same order.)
 *
 * @module
 */

/** Where the rows of a batch of sequences lie once they are packed. */
export interface Packing {
  /** Sample numbers, by falling length; equal lengths keep their order. */
  readonly order: Int32Array;
  /** True length of each sample, in the same order as {@linkcode order}. */
  readonly lengths: Int32Array;
  /** `starts[t]` = first row of step t, for t from 0 to the longest length, included. */
  readonly starts: Int32Array;
  /** Number of rows altogether: the sum of the lengths. */
  readonly rows: number;
  /** Number of steps: the longest length. */
  readonly steps: number;
}

/**
 * Packs samples of the given true lengths.
 *
 * @param time size of the time axis, which no length may exceed
 * @throws {RangeError} if a length is not in 1 … `time`
 */
export function packLengths(lengths: ArrayLike<number>, time: number): Packing {
  const order = Int32Array.from(lengths, (_, sample) => sample);
  for (const sample of order) {
    const length = lengths[sample]!;
    if (!(length >= 1 && length <= time)) {
      throw new RangeError(
        `Cannot run an LSTM: the length of sample ${sample} is ${length}, ` +
          `expected a number from 1 to ${time}`,
      );
    }
  }
  order.sort((a, b) => lengths[b]! - lengths[a]! || a - b);
  const sorted = order.map((sample) => lengths[sample]!);
  const steps = sorted[0] ?? 0;
  const starts = new Int32Array(steps + 1);
  let active = sorted.length;
  for (let t = 0; t < steps; t++) {
    while (sorted[active - 1]! <= t) active--;
    starts[t + 1] = starts[t]! + active;
  }
  return { order, lengths: sorted, starts, rows: starts[steps]!, steps };
}

/** How a [batch, time, width] or [time, batch, width] array is walked through. */
export interface Walk {
  readonly batch: number;
  readonly time: number;
  /** From the true last step back to step 0. */
  readonly reverse: boolean;
  /** The array is [time, batch, width]. */
  readonly timeMajor: boolean;
}

/** Number, in units of rows, of what packed sample `k` reads or writes at its step `t`. */
export function rowOf(packing: Packing, walk: Walk, k: number, t: number): number {
  const sample = packing.order[k]!;
  const position = walk.reverse ? packing.lengths[k]! - 1 - t : t;
  return walk.timeMajor ? position * walk.batch + sample : sample * walk.time + position;
}
