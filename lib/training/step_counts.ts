/**
 * How many steps the optimizer has taken, and what a step reads of that.
 *
 * @module
 */

import { type NamedTensors, tf } from "../engine/mod.ts";
import type { ParameterGroup } from "../models/mod.ts";
import type { Adam, AdamCorrection, StepCorrection } from "./optimizer.ts";

/**
 * What the optimizer reads in a step: `first` and `second`, the same with a dot and an epoch for groups
 * that start there, and `rate`.
 */
export type Correction = AdamCorrection & NamedTensors;

/** Counts the steps of all groups, and of those that start late. */
export class StepCounts {
  /** Number of steps so far. */
  steps = 0;
  /** Number of steps in each pass of all epochs, of a network that has several. */
  ofPass: Record<string, number> = {};
  /** Number of steps before the first epoch of groups that start late, by that epoch. */
  before: Record<string, number> = {};
  /** The first epochs of groups that start late. */
  readonly #lateEpochs: readonly number[];
  readonly #hasPasses: boolean;

  /** Starts at 0. */
  constructor(groups: readonly ParameterGroup[]) {
    this.#hasPasses = groups.some(({ pass }) => pass !== undefined);
    const epochs = groups.map(({ fromEpoch = 1 }) => fromEpoch).filter((epoch) => epoch > 1);
    this.#lateEpochs = [...new Set(epochs)];
  }

  /** Starts at 0 again. */
  restart(): void {
    this.steps = 0;
    this.ofPass = {};
    this.before = {};
  }

  /** Counts a step, and makes what it reads; the caller disposes it. */
  next(optimizer: Adam, epoch: number, rate: number | undefined): Correction {
    this.steps++;
    const { pass } = optimizer;
    // A checkpoint from before there were passes has none of theirs.
    this.ofPass[pass] = (this.ofPass[pass] ?? (this.#hasPasses ? 0 : this.steps - 1)) + 1;
    const tensors: Record<string, tf.Tensor> = {};
    const add = (ending: string, steps: number) => {
      const [first, second] = optimizer.correction(steps);
      tensors[`first${ending}`] = tf.scalar(first);
      tensors[`second${ending}`] = tf.scalar(second);
    };
    add("", this.ofPass[pass]!);
    for (const start of this.#lateEpochs) {
      if (epoch < start) this.before[start] = this.steps;
      else add(`.${start}`, this.steps - (this.before[start] ?? 0));
    }
    if (rate !== undefined) tensors["rate"] = tf.scalar(rate);
    return tensors as unknown as Correction;
  }

  /** Tells steps of other groups from those of `stage`. */
  variant(stage: string, correction: Correction | null): string {
    const late = this.#lateEpochs.filter((start) => correction?.[`first.${start}`] !== undefined);
    return [stage, ...late.map((start) => `from epoch ${start}`)].filter(Boolean).join(", ");
  }

  /** As the optimizer takes it. */
  toStep({ first, second, rate, ...rest }: Correction): StepCorrection {
    const late = this.#lateEpochs.flatMap((start) => {
      const [first, second] = [rest[`first.${start}`], rest[`second.${start}`]];
      return first === undefined ? [] : [[start, { first, second } as AdamCorrection] as const];
    });
    return { first, second, rate: rate as tf.Scalar | undefined, late: new Map(late) };
  }
}

/** Takes a correction out of the inputs of a step that holds both. */
export function takeCorrection<Inputs extends NamedTensors>(
  inputs: Inputs & Correction,
): [Inputs, Correction] {
  const isCorrection = ([name]: [string, tf.Tensor]) => /^(first|second|rate)(\.|$)/.test(name);
  const entries = Object.entries(inputs);
  const of = (part: typeof entries) => Object.fromEntries(part) as unknown;
  return [
    of(entries.filter((entry) => !isCorrection(entry))) as Inputs,
    of(entries.filter(isCorrection)) as Correction,
  ];
}
