/**
 * A step as the kernels that it runs, one after the other: without TensorFlow.js's tensors, scopes and
 * tapes, which take as long as the kernels of a small network.
 *
 * @module
 */

import { engine, type KernelFunc, type Tensor, type TensorInfo } from "@tensorflow/tfjs-core";
import type { Variable } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";

/** What a tensor's values are known by. */
export type DataId = TensorInfo["dataId"];

/** A value of a step, by its number, as a kernel sees it. */
export interface Operand {
  readonly value: number;
  /** null where it is as it was made: it may depend on numbers, as of the LSTM's trace. */
  readonly shape: readonly number[] | null;
  readonly dtype: TensorInfo["dtype"];
}

/** A kernel that runs. */
export interface Call {
  readonly kernel: KernelFunc;
  /** By name, or in a list. */
  readonly inputs: Readonly<Record<string, Operand | null>> | readonly Operand[];
  readonly attributes: object;
  /** Numbers of the values that it makes; null for one that there was before. */
  readonly outputs: readonly (number | null)[];
}

/** A state variable that gets a value. */
export interface Assignment {
  /** Its number in the state. */
  readonly variable: number;
  readonly value: Operand;
}

/** What a step does. */
export interface Recording {
  /** In their order. */
  readonly actions: readonly (Call | Assignment)[];
  readonly outputs: Readonly<Record<string, Operand>>;
  /** How many values there are. The first are those of the state, then of all that the step is given. */
  readonly values: number;
  readonly state: readonly Variable[];
  readonly given: readonly string[];
  /** Values that are always the same. The program frees them in the end. */
  readonly constants: ReadonlyMap<number, TensorInfo>;
}

/** A kernel's operand, which gets its values before each call. */
interface Place {
  dataId: DataId;
  shape: number[];
  readonly dtype: TensorInfo["dtype"];
}

/** An action with what it needs to run. */
interface Step {
  readonly call: null | {
    readonly kernel: KernelFunc;
    readonly operands: readonly (readonly [place: Place, operand: Operand])[];
    readonly args: Parameters<KernelFunc>[0];
    readonly outputs: readonly (number | null)[];
  };
  readonly assignment: Assignment | null;
  /** Values that nothing reads from here on. */
  readonly frees: readonly number[];
}

const NOTHING: TensorInfo = { dataId: {}, shape: [], dtype: "float32" };

/** Runs a recorded step. */
export class StepProgram {
  readonly #backend: MathBackendCPU;
  readonly #recording: Recording;
  readonly #steps: readonly Step[];
  readonly #values: TensorInfo[];
  /** State variables whose values are read. */
  readonly #read: readonly number[];
  /** Values that are freed once the outputs have theirs. */
  readonly #last: readonly number[];

  /** @param recording of a step on `backend` */
  constructor(backend: MathBackendCPU, recording: Recording) {
    this.#backend = backend;
    this.#recording = recording;
    const { state, given, constants, outputs } = recording;
    const actions = neededOf(recording);
    const lastUse = new Map<number, number>();
    actions.forEach((action, at) => {
      for (const value of [...readBy(action), ...madeBy(action)]) lastUse.set(value, at);
    });
    for (const { value } of Object.values(outputs)) lastUse.set(value, actions.length);
    const read = state.keys().filter((i) => lastUse.has(i)).toArray();
    const frees = Array.from({ length: actions.length + 1 }, (): number[] => []);
    const isOwn = (value: number) =>
      !constants.has(value) &&
      (value >= state.length + given.length || read.includes(value));
    for (const [value, at] of lastUse) if (isOwn(value)) frees[at]!.push(value);
    this.#read = read;
    this.#last = frees.pop()!;
    this.#steps = actions.map((action, at) => this.#stepOf(action, frees[at]!));
    this.#values = new Array<TensorInfo>(recording.values).fill(NOTHING);
    for (const [value, info] of constants) this.#values[value] = info;
  }

  /** Runs it with what it is given by name; outputs are the caller's. */
  run(inputs: Readonly<Record<string, TensorInfo>>): Record<string, Tensor> {
    const { state, given, outputs } = this.#recording;
    const values = this.#values, backend = this.#backend;
    given.forEach((name, i) => values[state.length + i] = inputs[name]!);
    for (const i of this.#read) {
      const { dataId, shape, dtype } = state[i]!;
      values[i] = { dataId, shape, dtype };
      // Brought here, if it is elsewhere.
      backend.data.get(dataId);
      backend.incRef(dataId);
    }
    try {
      for (const { call, assignment, frees } of this.#steps) {
        if (call !== null) this.#run(call);
        else this.#assign(assignment!);
        for (const value of frees) this.#free(value);
      }
      const made = Object.entries(outputs).map(([name, operand]) => {
        const info = this.#infoOf(operand);
        backend.incRef(info.dataId);
        return [name, engine().makeTensorFromTensorInfo(info, backend)];
      });
      for (const value of this.#last) this.#free(value);
      return Object.fromEntries(made);
    } catch (error) {
      for (const { frees } of this.#steps) for (const value of frees) this.#free(value);
      for (const value of this.#last) this.#free(value);
      throw error;
    }
  }

  /** Frees the constants. */
  dispose(): void {
    for (const value of this.#recording.constants.keys()) this.#free(value);
  }

  #run({ kernel, operands, args, outputs }: NonNullable<Step["call"]>): void {
    const values = this.#values;
    for (const [place, { value, shape }] of operands) {
      const info = values[value]!;
      place.dataId = info.dataId;
      if (shape === null) place.shape = info.shape;
    }
    const made = kernel(args);
    if (!Array.isArray(made)) values[outputs[0]!] = made;
    else {
      for (let i = 0; i < made.length; i++) {
        const value = outputs[i]!;
        if (value === null) this.#backend.disposeData(made[i]!.dataId);
        else values[value] = made[i]!;
      }
    }
  }

  #assign({ variable, value }: Assignment): void {
    // As much of a tensor as it reads.
    this.#recording.state[variable]!.assign(this.#infoOf(value) as Tensor);
  }

  #infoOf({ value, shape, dtype }: Operand): TensorInfo {
    const info = this.#values[value]!;
    return { dataId: info.dataId, shape: [...shape ?? info.shape], dtype };
  }

  #free(value: number): void {
    const info = this.#values[value]!, backend = this.#backend;
    if (info === NOTHING) return;
    this.#values[value] = NOTHING;
    // What a variable had is known to TensorFlow.js.
    if (backend.disposeData(info.dataId)) engine().removeDataId(info.dataId, backend);
  }

  #stepOf(action: Call | Assignment, frees: readonly number[]): Step {
    if ("variable" in action) return { call: null, assignment: action, frees };
    const { kernel, inputs, attributes, outputs } = action;
    const operands: (readonly [Place, Operand])[] = [];
    const placeOf = (operand: Operand | null): Place | null => {
      if (operand === null) return null;
      const { shape, dtype } = operand;
      const place = { dataId: NOTHING.dataId, shape: [...shape ?? []], dtype };
      operands.push([place, operand]);
      return place;
    };
    const places = Array.isArray(inputs)
      ? inputs.map(placeOf)
      : Object.fromEntries(Object.entries(inputs).map(([name, of]) => [name, placeOf(of)]));
    const args = { inputs: places, attrs: attributes, backend: this.#backend };
    const call = { kernel, operands, args: args as Parameters<KernelFunc>[0], outputs };
    return { call, assignment: null, frees };
  }
}

function readBy(action: Call | Assignment): number[] {
  if ("variable" in action) return [action.value.value];
  return Object.values(action.inputs).flatMap((operand: Operand | null) => operand?.value ?? []);
}

function madeBy(action: Call | Assignment): number[] {
  return "variable" in action ? [] : action.outputs.filter((value) => value !== null);
}

/** The actions without calls whose values nobody reads, and all but the last value of each variable. */
function neededOf({ actions, outputs }: Recording): (Call | Assignment)[] {
  const read = new Set(Object.values(outputs).map(({ value }) => value));
  const assigned = new Set<number>();
  return actions.toReversed().filter((action) => {
    if ("variable" in action) {
      if (assigned.has(action.variable)) return false;
      assigned.add(action.variable);
    } else if (!madeBy(action).some((value) => read.has(value))) return false;
    for (const value of readBy(action)) read.add(value);
    return true;
  }).reverse();
}
