/**
 * One list of kernels for batches of any size, from recordings of several sizes: what they have in
 * common, with sizes that grow with the batch.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import type {
  KernelCall,
  KernelRecording,
  Origin,
  RecordedConstant,
  RecordedTensor,
} from "../engine/record_kernels.ts";
import { type Size, sizesOf } from "./size.ts";

/** A constant, one for each batch that was recorded. */
export interface ConstantOrigin {
  readonly constants: readonly RecordedConstant["values"][];
}

/** Where a value comes from: a name, the output of a call, or constants. */
export type ValueOrigin = Exclude<Origin, RecordedConstant> | ConstantOrigin;

/** A tensor of the program. */
export interface Value {
  readonly origin: ValueOrigin;
  readonly shape: readonly Size[];
  readonly dtype: RecordedTensor["dtype"];
}

/** A kernel of the program. */
export class ProgramCall {
  /** As TensorFlow.js registers it. */
  readonly kernel: string;
  /** By TensorFlow.js's names. */
  readonly inputs: Readonly<Record<string, Value>>;
  readonly #calls: readonly KernelCall[];

  /** Calls of the same kernel, one for each batch that was recorded. */
  constructor(calls: readonly KernelCall[]) {
    const [first] = calls as [KernelCall];
    this.kernel = first.kernel;
    this.#calls = calls;
    this.inputs = Object.fromEntries(
      Object.keys(first.inputs).map((key) => [
        key,
        valueOf(calls.map(({ inputs }) => inputs[key]), `input "${key}" of ${first.kernel}`),
      ]),
    );
  }

  /** How many outputs it has. */
  get outputCount(): number {
    return this.#calls[0]!.outputs.length;
  }

  /**
   * What it makes; the first where not told otherwise.
   *
   * @throws {UsageError} it grows otherwise than with the batch, as what is made for gradients may
   */
  output(i = 0): Value {
    return valueOf(this.#calls.map(({ outputs }) => outputs[i]), `what ${this.kernel} makes`);
  }

  /**
   * An attribute that does not depend on the batch.
   *
   * @throws {UsageError} it does
   */
  attribute<T>(name: string): T {
    const [first, ...others] = this.#calls.map(({ attributes }) => attributes[name]);
    const text = JSON.stringify(first);
    if (others.every((other) => JSON.stringify(other) === text)) return first as T;
    throw new UsageError(
      `Cannot export the network: attribute "${name}" of ${this.kernel} depends on the batch`,
    );
  }

  /** An attribute that is a list of numbers, each of which may grow with the batch. */
  sizes(name: string): Size[] {
    const lists = this.#calls.map(({ attributes }) => attributes[name] as number[]);
    return sizesOf(lists, `attribute "${name}" of ${this.kernel}`);
  }
}

/** Kernels in the order in which they run. */
export interface Program {
  /** What `outputs` do not depend on is null. */
  readonly calls: readonly (ProgramCall | null)[];
  readonly outputs: Readonly<Record<string, Value>>;
}

/**
 * What recordings of the same computation have in common.
 *
 * @param recordings one for each of `BATCHES`
 * @throws {UsageError} they are not of the same kernels, or a size does not grow in a line
 */
export function programOf(recordings: readonly KernelRecording[]): Program {
  const [first] = recordings as [KernelRecording];
  const kernels = recordings.map(({ calls }) => calls.map(({ kernel }) => kernel).join(" "));
  if (kernels.some((names) => names !== kernels[0])) {
    const counts = recordings.map(({ calls }) => calls.length).join(", ");
    throw new UsageError(
      `Cannot export the network: which operations it runs depends on the batch (${counts} of ` +
        "them), expected the same ones for every batch",
    );
  }
  const isUsed = usedCalls(first);
  return {
    calls: first.calls.map((_, i) =>
      isUsed[i] ? new ProgramCall(recordings.map(({ calls }) => calls[i]!)) : null
    ),
    outputs: Object.fromEntries(
      Object.keys(first.outputs).map((name) => [
        name,
        valueOf(recordings.map(({ outputs }) => outputs[name]), `output "${name}"`),
      ]),
    ),
  };
}

/** Which calls the outputs depend on: what a kernel makes for a gradient alone is none of them. */
function usedCalls({ calls, outputs }: KernelRecording): boolean[] {
  const isUsed = calls.map(() => false);
  const use = ({ origin }: RecordedTensor) => {
    if ("call" in origin) isUsed[origin.call] = true;
  };
  Object.values(outputs).forEach(use);
  for (let i = calls.length - 1; i >= 0; i--) {
    if (isUsed[i]) Object.values(calls[i]!.inputs).forEach(use);
  }
  return isUsed;
}

/** The same tensor in every recording. @throws {UsageError} it is not */
function valueOf(tensors: readonly (RecordedTensor | undefined)[], what: string): Value {
  const [first] = tensors as [RecordedTensor];
  const origins = tensors.map((tensor) => tensor?.origin);
  const keys = origins.map((origin) =>
    origin === undefined || "values" in origin ? typeof origin : JSON.stringify(origin)
  );
  if (keys.some((key) => key !== keys[0])) {
    throw new UsageError(
      `Cannot export the network: where ${what} comes from depends on the batch`,
    );
  }
  const shape = sizesOf(tensors.map((tensor) => tensor!.shape), what);
  const { origin, dtype } = first;
  if (!("values" in origin)) return { origin, shape, dtype };
  const constants = origins.map((origin) => (origin as RecordedConstant).values);
  return { origin: { constants }, shape, dtype };
}
