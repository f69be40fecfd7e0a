/** An estimate with its uncertainty. @module */

/** A value and an interval that holds the true one in a share `level` of all repetitions. */
export interface Interval {
  /** The estimate. */
  readonly value: number;
  /** Lower end. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
  /** In (0, 1), for example 0.95. */
  readonly level: number;
}

/** What a quantity can be. */
export type Bounds = readonly [low: number, high: number];

/** The part of an interval that can be: a t interval does not know that no accuracy is above 1. */
export function within<T extends Interval>(interval: T, [least, most]: Bounds): T {
  const held = (end: number) => Math.min(most, Math.max(least, end));
  return { ...interval, low: held(interval.low), high: held(interval.high) };
}

/** @throws {RangeError} the level is not in (0, 1) */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) {
    throw new RangeError(`Cannot use a level of ${level}: expected a number in (0, 1)`);
  }
}

/**
 * The ends between which a share `level` of sorted resampled values lies: the k-th smallest and the
 * k-th largest with k = (R + 1)(1 - level) / 2, so the 250th of 9,999. No interpolation, so that
 * the ends of the negated values are the negated ends, exactly.
 */
export function percentileEnds(sorted: Float64Array, level: number): [low: number, high: number] {
  checkLevel(level);
  // 1e-9: 10,000 × (1 - 0.95) / 2 is 250.00000000000023.
  const k = Math.max(1, Math.floor((sorted.length + 1) * (1 - level) / 2 + 1e-9));
  return [sorted[k - 1]!, sorted[sorted.length - k]!];
}
