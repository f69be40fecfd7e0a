/**
 * How the learning rates of all groups change while a network is trained: one factor for all.
 *
 * @module
 */

/** Where a step stands in a training. */
export interface SchedulePlace {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Number of optimizer steps before this one. */
  readonly step: number;
  /** Number of optimizer steps that the largest number of epochs allows. */
  readonly steps: number;
}

/** Which factor all learning rates get. */
export type RateSchedule =
  | { readonly kind: "constant" }
  /** A function of the place alone, which needs no memory. */
  | { readonly kind: "planned"; factorAt(place: SchedulePlace): number }
  /**
   * PyTorch's `ReduceLROnPlateau` of a loss: after more than `patience` epochs in a row whose loss on
   * valid was not below best · (1 − threshold), the factor is multiplied by `factor`.
   */
  | {
    readonly kind: "plateau";
    readonly factor: number;
    readonly patience: number;
    /** Default: 1e-4. */
    readonly threshold?: number;
  };

/**
 * A linear rise from 0 over a share of all steps, then a linear fall to 0: that of Hugging Face's
 * `get_linear_schedule_with_warmup`.
 *
 * @example
 * ```ts
 * import { linearSchedule } from "./rate_schedule.ts";
 * import { assertEquals } from "@std/assert";
 * const schedule = linearSchedule(0.2);
 * if (schedule.kind !== "planned") throw new TypeError();
 * const factors = [0, 1, 2, 6, 10].map((step) => schedule.factorAt({ epoch: 1, step, steps: 10 }));
 * assertEquals(factors, [0, 0.5, 1, 0.5, 0]);
 * ```
 */
export function linearSchedule(warmUp: number): RateSchedule {
  return {
    kind: "planned",
    factorAt: ({ step, steps }) => {
      const rise = Math.floor(warmUp * steps);
      if (step < rise) return step / rise;
      return Math.max(0, (steps - step) / Math.max(1, steps - rise));
    },
  };
}

/**
 * A linear rise over a tenth of `epochs`, then a fall as half a cosine over the rest, once an epoch:
 * ALMT's.
 *
 * @param start what the first epoch counts as: with 0, the reference's, its rate is 0
 *
 * @example
 * ```ts
 * import { cosineSchedule } from "./rate_schedule.ts";
 * import { assertEquals } from "@std/assert";
 * const schedule = cosineSchedule(20, 0);
 * if (schedule.kind !== "planned") throw new TypeError();
 * const factors = [1, 2, 3, 4].map((epoch) => schedule.factorAt({ epoch, step: 0, steps: 1 }));
 * assertEquals(factors, [0, 0.5, 1, 1]);
 * ```
 */
export function cosineSchedule(epochs: number, start: 0 | 1): RateSchedule {
  const rise = 0.1 * epochs, fall = 0.9 * epochs;
  return {
    kind: "planned",
    factorAt: ({ epoch }) => {
      const done = epoch - 1 + start;
      return done <= rise ? done / rise : (1 + Math.cos(Math.PI * (done - rise - 1) / fall)) / 2;
    },
  };
}
