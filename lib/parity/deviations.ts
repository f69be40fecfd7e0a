/**
 * Largest deviations of a replay from a recording, and what is allowed.
 *
 * @module
 */

/** The quantities of a recording. */
export type Quantity =
  | "loss"
  | "grads"
  | "outputs"
  | "labels"
  | "centers"
  | "weights"
  | "test"
  | "metrics";

/**
 * Allowed deviations, absolute. For `grads` it is the deviation divided by its own allowance,
 * 1e-6 + 1e-4 of the tensor's largest entry.
 */
export const TOLERANCE: Readonly<Record<Quantity, number>> = {
  loss: 1e-4,
  grads: 1,
  outputs: 1e-5,
  labels: 5e-4,
  centers: 1e-5,
  weights: 5e-5,
  test: 1e-5,
  metrics: 1e-4,
};

/** Largest deviation of each quantity; null for what the recording lacks. */
export type ParityReport = Readonly<Record<Quantity, number | null>> & {
  /** Whether everything is finite and within its tolerance. */
  readonly ok: boolean;
  /** Whether losses, labels, centres and weights stayed finite. */
  readonly finite: boolean;
  /** What is allowed of each: absolute, but for `grads` in units of its own allowance. */
  readonly tolerance: Readonly<Record<Quantity, number>>;
};

/** Collects deviations. A missing or non-finite value counts as an infinite one. */
export class Deviations {
  readonly #largest = new Map<Quantity, number>();
  #finite = true;

  /**
   * Compares two lists, entry by entry.
   *
   * @param free largest deviation that does not count at all
   */
  add(
    quantity: Quantity,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    free = 0,
  ): void {
    const deviation = largestDifference(actual, expected);
    this.#note(quantity, deviation <= free ? 0 : deviation);
  }

  /** Compares a gradient with its recording. */
  addGradient(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
    let largest = 0;
    for (let i = 0; i < expected.length; i++) largest = Math.max(largest, Math.abs(expected[i]!));
    this.#note("grads", largestDifference(actual, expected) / (1e-6 + 1e-4 * largest));
  }

  /** Compares a metric, rounded to 4 decimals as the reference does. */
  addRounded(actual: number, expected: number): void {
    const difference = Math.abs(Math.round(actual * 1e4) - Math.round(expected * 1e4)) / 1e4;
    this.#note("metrics", difference);
  }

  /** Looks for values that are not finite. */
  addFinite(values: ArrayLike<number>): void {
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) this.#finite = false;
  }

  report(): ParityReport {
    const deviations = Object.fromEntries(
      Object.keys(TOLERANCE).map((name) => [name, this.#largest.get(name as Quantity) ?? null]),
    ) as Record<Quantity, number | null>;
    const within = Object.entries(deviations).every(([name, deviation]) =>
      deviation === null || deviation <= TOLERANCE[name as Quantity]
    );
    return {
      ok: this.#finite && within,
      ...deviations,
      finite: this.#finite,
      tolerance: TOLERANCE,
    };
  }

  #note(quantity: Quantity, deviation: number): void {
    const known = Number.isNaN(deviation) ? Infinity : deviation;
    this.#largest.set(quantity, Math.max(this.#largest.get(quantity) ?? 0, known));
  }
}

/** Infinity for lists of different lengths */
function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity;
  let largest = 0;
  for (let i = 0; i < actual.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(difference)) return Infinity;
    largest = Math.max(largest, difference);
  }
  return largest;
}
