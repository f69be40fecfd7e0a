/**
 * Steps as graph functions: a step is recorded once for each shape of its inputs, and from then on
 * run by one call.
 *
 * The recorded run is only for the record: its effects on the state are taken back, and the
 * function makes the real ones, so that results do not depend on when a step was recorded. A step
 * that reads a tensor which it did not declare is refused. What it made from plain JavaScript
 * values is constant in the function; at some later calls, and at every call in check mode, the step is
 * recorded again, and a difference is an error.
 *
 * @module
 */

import { backend, dispose, type Tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import { EngineError } from "../../core/errors.ts";
import type { CompiledStep, CompileOptions, NamedTensors } from "../types.ts";
import type { TensorFlowBinding } from "./binding.ts";
import { GraphBuilder } from "./graph.ts";
import type { NodeBackend } from "./ops.ts";
import { type Argument, Recording } from "./recording.ts";

/** Calls of a function at which it is recorded again: 16, 256, 4096, … */
const RECHECK = 16;
/** Largest difference between compiled and eager results in check mode, per max(1, |value|). */
const CHECK_TOLERANCE = 1e-4;

/** A function that TensorFlow knows. */
interface GraphFunction {
  readonly name: string;
  /** Names of the state variables that it gives back, first among its outputs. */
  readonly changed: readonly string[];
  readonly outputs: readonly string[];
  readonly signature: readonly string[];
  calls: number;
  nextCheck: number;
}

/** Names of functions are never used again. */
let functionCount = 0;

/** Compiles `step`; see `Engine.compile`. */
export function compileGraph<I extends NamedTensors, O extends NamedTensors>(
  step: (inputs: I, variant: string) => O,
  options: CompileOptions,
): CompiledStep<I, O> {
  const compiler = new Compiler(step, options);
  return Object.assign(
    (inputs: I, variant = "") => compiler.run(inputs, variant),
    { dispose: () => compiler.dispose() },
  );
}

class Compiler<I extends NamedTensors, O extends NamedTensors> {
  readonly #step: (inputs: I, variant: string) => O;
  readonly #state: readonly (readonly [string, Variable])[];
  readonly #statics: readonly (readonly [string, Tensor])[];
  readonly #checksAlways: boolean;
  readonly #functions = new Map<string, GraphFunction>();
  readonly #backend = backend() as unknown as NodeBackend;

  constructor(step: (inputs: I, variant: string) => O, options: CompileOptions) {
    this.#step = step;
    this.#state = Object.entries(options.state);
    this.#statics = Object.entries(options.statics ?? {});
    this.#checksAlways = options.check ?? false;
  }

  get #binding(): TensorFlowBinding {
    return this.#backend.binding;
  }

  run(inputs: I, variant: string): O {
    const shapes = Object.entries(inputs).map(([name, { shape }]) => `${name}[${shape}]`);
    const key = `${variant}|${shapes.join()}`;
    let compiled = this.#functions.get(key);
    if (compiled === undefined) {
      compiled = this.#compile(inputs, variant);
      this.#functions.set(key, compiled);
    }
    compiled.calls++;
    if (this.#checksAlways) return this.#runChecked(compiled, inputs, variant);
    if (compiled.calls === compiled.nextCheck) {
      compiled.nextCheck *= RECHECK;
      this.#record(inputs, variant, (recording) => compareSignatures(compiled, recording));
    }
    return this.#call(compiled, inputs);
  }

  dispose(): void {
    const { memory, context } = this.#binding;
    for (const { name } of this.#functions.values()) {
      memory.native.TFE_ContextRemoveFunction(context, memory.cString(name), memory.status);
      memory.check("remove a compiled step");
    }
    this.#functions.clear();
  }

  #call(compiled: GraphFunction, inputs: I): O {
    const ids = this.#backend.getInputTensorIds(this.#argumentTensors(inputs));
    const { changed, outputs } = compiled;
    const made = this.#binding.executeOp(compiled.name, [], ids, changed.length + outputs.length)
      .map((metadata) => this.#backend.createOutputTensor(metadata));
    const state = new Map(this.#state);
    changed.forEach((name, i) => {
      state.get(name)!.assign(made[i]!);
      made[i]!.dispose();
    });
    return Object.fromEntries(outputs.map((name, i) => [name, made[changed.length + i]!])) as O;
  }

  #compile(inputs: I, variant: string): GraphFunction {
    return this.#record(inputs, variant, (recording, outputs, before) => {
      const after = this.#ids(this.#state.map(([, variable]) => variable));
      const changed = this.#state.map(([name], i) => ({ name, i }))
        .filter(({ i }) => after[i] !== before[i]);
      const names = Object.keys(outputs);
      const results = [
        ...changed.map(({ i }) => after[i]!),
        ...this.#ids(names.map((name) => outputs[name]!)),
      ];
      const name = `msa_step_${functionCount++}`;
      using graph = new GraphBuilder(this.#binding);
      recording.build(graph, name, results);
      return {
        name,
        changed: changed.map(({ name }) => name),
        outputs: names,
        signature: recording.signature(),
        calls: 0,
        nextCheck: RECHECK,
      };
    });
  }

  /**
   * Runs the step op by op under a recording, hands the record to `use`, and takes back what the
   * step did to the state.
   */
  #record<R>(
    inputs: I,
    variant: string,
    use: (recording: Recording, outputs: O, before: readonly number[]) => R,
  ): R {
    const tensors = this.#argumentTensors(inputs);
    const ids = this.#ids(tensors);
    const names = [
      ...this.#state.map(([name]) => name),
      ...this.#statics.map(([name]) => name),
      ...Object.keys(inputs),
    ];
    const args = ids.map((id, i): Argument => ({
      ...this.#binding.describe(id),
      name: names[i]!,
    }));
    using recording = new Recording(this.#backend, args);
    const saved = this.#state.map(([, variable]) => tidy(() => variable.clone()));
    try {
      return tidy(() => {
        const outputs = recording.run(() => this.#step(inputs, variant));
        const result = use(recording, outputs, ids.slice(0, this.#state.length));
        dispose(outputs as never);
        return result as never;
      });
    } finally {
      this.#state.forEach(([, variable], i) => variable.assign(saved[i]! as never));
      dispose(saved);
    }
  }

  /** Runs the step both ways and compares state and outputs. */
  #runChecked(compiled: GraphFunction, inputs: I, variant: string): O {
    const expected = this.#record(inputs, variant, (recording, outputs) => {
      compareSignatures(compiled, recording);
      const all = [...this.#state, ...Object.entries(outputs)];
      return all.map(([name, tensor]) => [name, tensor.dataSync().slice()] as const);
    });
    const outputs = this.#call(compiled, inputs);
    const actual = new Map([...this.#state, ...Object.entries(outputs)]);
    for (const [name, values] of expected) {
      compareValues(name, actual.get(name)!.dataSync(), values);
    }
    return outputs;
  }

  #argumentTensors(inputs: I): Tensor[] {
    return [
      ...this.#state.map(([, variable]) => variable),
      ...this.#statics.map(([, tensor]) => tensor),
      ...Object.values(inputs),
    ];
  }

  #ids(tensors: readonly Tensor[]): number[] {
    return this.#backend.getInputTensorIds(tensors);
  }
}

/** @throws {EngineError} when the step no longer does what was compiled */
function compareSignatures(compiled: GraphFunction, recording: Recording): void {
  const now = recording.signature();
  const { signature } = compiled;
  const at = now.findIndex((line, i) => line !== signature[i]);
  if (at < 0 && now.length === signature.length) return;
  const place = at < 0 ? Math.min(now.length, signature.length) : at;
  throw new EngineError(
    `Cannot go on with a compiled step: at call ${compiled.calls} its op ${place} is ` +
      `${now[place] ?? "absent"}, but ${signature[place] ?? "absent"} was compiled; what changes ` +
      "between calls has to be an input or part of the state",
  );
}

function compareValues(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
): void {
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    const isSame = difference <= CHECK_TOLERANCE || Object.is(actual[i], expected[i]);
    if (isSame) continue;
    throw new EngineError(
      `Cannot trust a compiled step: "${name}" is ${actual[i]} at ${i}, expected ${expected[i]} ` +
        "as the step gives op by op",
    );
  }
}
