/** Records what a step does on the cpu backend while it runs. @module */

import {
  engine,
  getKernel,
  type NamedAttrMap,
  type Tensor,
  type TensorInfo,
  Variable,
} from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { createHash } from "node:crypto";
import { EngineError } from "../../core/errors.ts";
import { attributeText, undeclaredTensor } from "../recorded_step.ts";
import type { Assignment, Call, DataId, Operand, Recording } from "./step_program.ts";

/** What a step did. */
export interface Recorded extends Recording {
  /** One line an action and constant; equal for runs that did the same. */
  readonly lines: readonly string[];
}

/** Records one run of a step. */
export class StepRecorder {
  readonly #backend: MathBackendCPU;
  readonly #state: readonly Variable[];
  readonly #given: readonly string[];
  readonly #values = new Map<DataId, number>();
  /** Values of tensors that the step has made of numbers. */
  readonly #written = new Set<DataId>();
  readonly #constants = new Map<number, TensorInfo>();
  /** As they were made. */
  readonly #shapes: string[] = [];
  readonly #actions: (Call | Assignment)[] = [];
  readonly #lines: string[] = [];
  #isInKernel = false;

  /**
   * @param state each with a value of its own
   * @param given likewise; values by which the step gets its inputs and what is always the same
   */
  constructor(
    backend: MathBackendCPU,
    state: readonly Variable[],
    given: Readonly<Record<string, TensorInfo>>,
  ) {
    this.#backend = backend;
    this.#state = state;
    this.#given = Object.keys(given);
    for (const tensor of [...state, ...Object.values(given)]) this.#add(tensor);
  }

  /** Runs `step`, and tells what it did. */
  run<O extends Readonly<Record<string, Tensor>>>(step: () => O): [outputs: O, Recorded] {
    if (Object.hasOwn(engine(), "runKernel")) {
      throw new EngineError("Cannot compile a step: another one is being compiled, expected none");
    }
    const target = engine(), backend = this.#backend, { assign } = Variable.prototype;
    const { write, readSync } = backend, runKernel = target.runKernel.bind(target);
    const record = (name: string, inputs: object, attributes: NamedAttrMap = {}): unknown =>
      this.#runKernel(name, inputs, attributes, () => runKernel(name, inputs as never, attributes));
    target.runKernel = record as typeof target.runKernel;
    backend.write = (...tensor) => {
      const id = write.apply(backend, tensor);
      if (!this.#isInKernel) this.#written.add(id);
      return id;
    };
    backend.readSync = (id) => {
      if (this.#isInKernel || this.#written.has(id)) return readSync.call(backend, id);
      throw new EngineError(
        "Cannot read the values of a tensor: it has no value while a step is compiled, since the " +
          "step would do the same with all others",
      );
    };
    const onAssign = (variable: Variable, value: Tensor) => this.#assign(variable, value);
    Variable.prototype.assign = function (value) {
      onAssign(this, value);
      assign.call(this, value);
    };
    try {
      const outputs = step();
      const named = Object.entries(outputs).map(([name, tensor]) => {
        const operand = this.#operandOf(tensor, "result");
        this.#lines.push(`${name} = ${textOf(operand)}`);
        return [name, operand];
      });
      const recording = {
        actions: this.#actions,
        outputs: Object.fromEntries(named) as Record<string, Operand>,
        values: this.#shapes.length,
        state: this.#state,
        given: this.#given,
        constants: this.#constants,
      };
      return [outputs, { ...recording, lines: this.#lines }];
    } catch (error) {
      for (const { dataId } of this.#constants.values()) backend.disposeData(dataId);
      throw error;
    } finally {
      Object.assign(backend, { write, readSync });
      Variable.prototype.assign = assign;
      // What hides the method of the class goes, and the method is there again.
      Reflect.deleteProperty(target, "runKernel");
    }
  }

  #runKernel<R>(name: string, inputs: object, attributes: NamedAttrMap, run: () => R): R {
    if (this.#isInKernel) return run();
    const entries = Object.entries(inputs).map(([key, tensor]: [string, Tensor | null]) =>
      [key, tensor?.dataId === undefined ? null : this.#operandOf(tensor, name)] as const
    );
    this.#isInKernel = true;
    let result: R;
    try {
      result = run();
    } finally {
      this.#isInKernel = false;
    }
    const made = [result].flat() as unknown as Tensor[];
    const isNew = ({ dataId }: Tensor) => !this.#values.has(dataId);
    if (entries.every(([, operand]) => operand === null)) {
      // What depends on nothing is a constant.
      for (const { dataId } of made) this.#written.add(dataId);
    } else if (made.some(isNew)) {
      const outputs = made.map((tensor) => isNew(tensor) ? this.#add(tensor) : null);
      const operands = entries.map(([key, operand]) =>
        `${key}: ${operand === null ? "" : textOf(operand)}`
      );
      this.#lines.push(`${name} ${attributeText(attributes)} (${operands.join(", ")})`);
      this.#actions.push({
        kernel: getKernel(name, "cpu").kernelFunc,
        inputs: Array.isArray(inputs)
          ? entries.map(([, operand]) => operand!)
          : Object.fromEntries(entries),
        // A list that the step changes later is not to change here.
        attributes: structuredClone(attributes),
        outputs,
      });
    }
    return result;
  }

  #assign(variable: Variable, tensor: Tensor): void {
    const index = this.#state.indexOf(variable);
    if (index < 0) {
      throw new EngineError(
        `Cannot compile a step: it assigns the variable "${variable.name}" of shape ` +
          `[${variable.shape}], expected only variables of its state`,
      );
    }
    const value = this.#operandOf(tensor, "assign");
    this.#lines.push(`state ${index} = ${textOf(value)}`);
    this.#actions.push({ variable: index, value });
  }

  #add({ dataId, shape }: TensorInfo): number {
    this.#values.set(dataId, this.#shapes.length);
    return this.#shapes.push(`${shape}`) - 1;
  }

  /** @throws {EngineError} the step did not make it, nor was it given */
  #operandOf(tensor: Tensor, reader: string): Operand {
    const { dataId, shape, dtype } = tensor;
    let value = this.#values.get(dataId);
    if (value === undefined) {
      if (!this.#written.has(dataId)) {
        throw undeclaredTensor(reader, shape);
      }
      value = this.#add(tensor);
      // A copy, since the tensor goes with the step.
      const values = (this.#backend.data.get(dataId).values as Float32Array).slice();
      this.#constants.set(value, this.#backend.makeTensorInfo(shape, dtype, values));
      const digest = createHash("sha1").update(new Uint8Array(values.buffer)).digest("hex");
      this.#lines.push(`constant ${dtype}[${shape}] ${digest}`);
    }
    return { value, shape: `${shape}` === this.#shapes[value] ? null : [...shape], dtype };
  }
}

function textOf({ value, shape, dtype }: Operand): string {
  return `#${value} ${dtype}${shape === null ? "" : ` [${shape}]`}`;
}
