/**
 * The factor of all learning rates, and what it depends on.
 *
 * @module
 */

import type { RateSchedule, SchedulePlace } from "../models/mod.ts";

/** What a plateau's factor depends on; a checkpoint keeps it. */
export interface PlateauState {
  /** The smallest loss so far; null before the first: JSON has no Infinity. */
  best: number | null;
  /** Epochs in a row that were not better. */
  bad: number;
  /** What the learning rates are multiplied with. */
  factor: number;
}

/** Share by which a loss must fall to be better, as PyTorch's default. */
const THRESHOLD = 1e-4;

/**
 * Follows a schedule.
 *
 * @example The second epoch in a row without a better loss divides the rates by 10
 * ```ts
 * import { LearningRates } from "./learning_rates.ts";
 * import { assertEquals } from "@std/assert";
 * const rates = new LearningRates({ kind: "plateau", factor: 0.1, patience: 1 });
 * const factors = [0.5, 0.5, 0.6, 0.4].map((loss) => {
 *   rates.observe(loss);
 *   return rates.factorAt({ epoch: 1, step: 0, steps: 1 });
 * });
 * assertEquals(factors, [1, 1, 0.1, 0.1]);
 * ```
 */
export class LearningRates {
  readonly #schedule: RateSchedule;
  /** Of a plateau. */
  readonly state: PlateauState;

  /** Starts anew, or where `state` was left. */
  constructor(schedule: RateSchedule, state?: PlateauState) {
    this.#schedule = schedule;
    this.state = state ?? { best: null, bad: 0, factor: 1 };
  }

  /** Whether the factor is always 1. */
  get isConstant(): boolean {
    return this.#schedule.kind === "constant";
  }

  /** Whether there is a state to keep. */
  get hasState(): boolean {
    return this.#schedule.kind === "plateau";
  }

  /** The factor of a step. */
  factorAt(place: SchedulePlace): number {
    const schedule = this.#schedule;
    return schedule.kind === "planned" ? schedule.factorAt(place) : this.state.factor;
  }

  /** Takes the loss of an epoch on the valid split. */
  observe(loss: number): void {
    const schedule = this.#schedule, { state } = this;
    if (schedule.kind !== "plateau") return;
    const bar = (state.best ?? Infinity) * (1 - (schedule.threshold ?? THRESHOLD));
    if (loss < bar) Object.assign(state, { best: loss, bad: 0 });
    else state.bad++;
    if (state.bad > schedule.patience) {
      Object.assign(state, { bad: 0, factor: state.factor * schedule.factor });
    }
  }
}
