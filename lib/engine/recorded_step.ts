/**
 * What engines that record steps have in common: when a step is compared with its recording, and how a
 * step is refused that is not what was recorded.
 *
 * @module
 */

import { EngineError } from "../core/errors.ts";
import type { NamedTensors } from "./types.ts";

/** Calls at which a step is compared with its recording: 16, 256, 4096, … */
export const RECHECK = 16;

/** What calls have in common that one recording serves: the variant, types and shapes by name. */
export function recordingKey(inputs: NamedTensors, variant: string): string {
  const shapes = Object.entries(inputs).map(([name, { dtype, shape }]) =>
    `${name} ${dtype}[${shape}]`
  );
  return `${variant}|${shapes.join()}`;
}

/** Attributes of an op in words: other ones in others. */
export function attributeText(attributes: unknown): string {
  // JSON has one word for all numbers that are not finite.
  const own = (_: string, value: unknown) =>
    typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  return JSON.stringify(attributes, own);
}

/** Where a step does what an earlier one did not. */
export class Difference extends Error {
  /** The number of the line, what it is, and what it was to be. */
  constructor(at: number, found = "absent", expected = "absent") {
    super(`its op ${at} is ${found}, but ${expected} was compiled`);
  }
}

/** Says that a step no longer does what was recorded. */
export function changedStep(call: number, { message }: Difference): EngineError {
  return new EngineError(
    `Cannot go on with a compiled step: at call ${call} ${message}; what changes between calls ` +
      "has to be an input or part of the state",
  );
}

/** Says that a recording gives another value than the step. */
export function wrongStep(
  name: string,
  at: number,
  actual: number,
  expected: number,
): EngineError {
  return new EngineError(
    `Cannot trust a compiled step: "${name}" is ${actual} at ${at}, expected ${expected} as the ` +
      "step gives op by op",
  );
}

/** Says that a step reads what it did not declare. */
export function undeclaredTensor(reader: string, shape: readonly number[]): EngineError {
  return new EngineError(
    `Cannot compile a step: its op "${reader}" reads a tensor of shape [${shape}] that was made ` +
      "before, expected it among the inputs, the state or the statics",
  );
}
