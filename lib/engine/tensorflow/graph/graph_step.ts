/**
 * Steps as graph functions: a step is recorded once for each shape of its inputs, and from then on
 * run by one call.
 *
 * The state lives in TensorFlow's own variables, which the function changes in place. Recording
 * runs nothing: every op goes into the graph, and the state stays as it is. A step that reads a
 * tensor which it did not declare is refused. What it made from plain JavaScript values is constant
 * in the function; at some later calls, and at every call in check mode, the step is recorded again,
 * and a difference is an error. Steps that do the same on other state share a function.
 *
 * @module
 */

import { backend, dispose, type Tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import type { CompiledStep, CompileOptions, NamedTensors } from "../../types.ts";
import type { TensorFlowBinding, TensorMetadata } from "../binding/binding.ts";
import type { GraphValue } from "./graph.ts";
import { type GraphFunction, GraphFunctions } from "./graph_functions.ts";
import { changedStep, Difference, RECHECK, recordingKey, wrongStep } from "../../recorded_step.ts";
import { LazyGraph } from "./lazy_graph.ts";
import type { NodeBackend } from "../binding/ops.ts";
import { ownCopy, ownValue } from "./own_value.ts";
import { StepRecorder } from "./step_recorder.ts";

/** Largest difference between compiled and eager results in check mode, per max(1, |value|). */
const CHECK_TOLERANCE = 1e-4;

/** A function that does what a step does, and how often that has called it. */
interface Compiled {
  readonly function: GraphFunction;
  /** Numbers of the tensors that are this step's alone: arguments after the inputs. */
  readonly parameters: readonly number[];
  calls: number;
  nextCheck: number;
}

/** Compiles `step`; see `Engine.compile`. */
export function compileGraph<I extends NamedTensors, O extends NamedTensors>(
  step: (inputs: I, variant: string) => O,
  options: CompileOptions,
): CompiledStep<I, O> {
  const compiler = new Compiler(step, options);
  return Object.assign(
    (inputs: I, variant = "") => compiler.run(inputs, variant),
    {
      start: async (inputs: I, variant = "") => await compiler.start(inputs, variant),
      dispose: () => compiler.dispose(),
    },
  );
}

class Compiler<I extends NamedTensors, O extends NamedTensors> {
  readonly #step: (inputs: I, variant: string) => O;
  readonly #state: readonly (readonly [string, Variable])[];
  readonly #statics: readonly (readonly [string, Tensor])[];
  readonly #checksAlways: boolean;
  readonly #compiled = new Map<string, Compiled>();
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

  get #functions(): GraphFunctions {
    return GraphFunctions.of(this.#binding);
  }

  run(inputs: I, variant: string): O {
    const compiled = this.#ready(inputs, variant);
    if (this.#checksAlways) return this.#runChecked(compiled, inputs, variant);
    return this.#call(compiled, inputs);
  }

  async start(inputs: I, variant: string): Promise<O> {
    const compiled = this.#ready(inputs, variant);
    if (this.#checksAlways) return this.#runChecked(compiled, inputs, variant);
    const { name, outputs } = compiled.function;
    const ids = this.#arguments(compiled, inputs);
    return this.#results(
      compiled,
      await this.#binding.executeFunctionAside(name, ids, outputs.length),
    );
  }

  /** The function for these inputs, checked when its time has come. */
  #ready(inputs: I, variant: string): Compiled {
    const key = recordingKey(inputs, variant);
    for (const [, variable] of this.#state) ownValue(this.#backend, variable);
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      compiled = this.#compile(inputs, variant);
      this.#compiled.set(key, compiled);
    }
    compiled.calls++;
    if (compiled.calls === compiled.nextCheck) {
      compiled.nextCheck *= RECHECK;
      this.#recheck(compiled, inputs, variant);
    }
    return compiled;
  }

  dispose(): void {
    for (const compiled of this.#compiled.values()) this.#functions.release(compiled.function);
    this.#compiled.clear();
  }

  #call(compiled: Compiled, inputs: I): O {
    const { name, outputs } = compiled.function;
    const ids = this.#arguments(compiled, inputs);
    return this.#results(compiled, this.#binding.executeOp(name, [], ids, outputs.length));
  }

  #arguments({ function: { changed }, parameters }: Compiled, inputs: I): number[] {
    const state = this.#stateIds();
    const ids = [
      ...state.map((id) => this.#binding.toResource(id)),
      ...this.#ids(this.#inputTensors(inputs)),
      ...parameters,
    ];
    // A value that something has read and still holds would live on beside the new one.
    for (const i of changed) this.#binding.dropRead(state[i]!);
    return ids;
  }

  #results({ function: { outputs } }: Compiled, made: readonly TensorMetadata[]): O {
    return Object.fromEntries(
      outputs.map((output, i) => [output, this.#backend.createOutputTensor(made[i]!)]),
    ) as O;
  }

  /** With the function of a step that does the same, where there is one. */
  #compile(inputs: I, variant: string): Compiled {
    const signature = this.#signature(inputs);
    using graph = new LazyGraph(this.#binding, this.#functions.alike(signature));
    return this.#record(graph, inputs, variant, (recording, values, outputs, before) => {
      const { parameters } = recording;
      const make = (): GraphFunction => {
        const changed = before.keys().filter((i) => recording.isChanged(before[i]!)).toArray();
        const name = this.#functions.newName();
        recording.finish(name, graph, values);
        return { ...recording.trace, name, signature, changed, outputs };
      };
      const used = this.#functions.use(graph.end() ?? make());
      return { function: used, parameters, calls: 0, nextCheck: RECHECK };
    });
  }

  /** Records the step, and hands the recording and its results to `use`. */
  #record<R>(
    into: LazyGraph<GraphFunction>,
    inputs: I,
    variant: string,
    use: (
      recording: StepRecorder,
      values: readonly GraphValue[],
      names: readonly string[],
      before: readonly number[],
    ) => R,
  ): R {
    const before = this.#stateIds();
    return this.#keepingState(() => {
      const given = this.#toldApart(inputs, before);
      const inputIds = this.#ids(this.#inputTensors(given));
      const recording = new StepRecorder(this.#backend, into, before, inputIds);
      const [outputs, ids] = recording.run(() => {
        const made = this.#step(given, variant);
        return [made, this.#ids(Object.values(made))] as const;
      });
      const names = Object.keys(outputs);
      const results = Object.fromEntries(names.map((name, i) => [name, ids[i]!]));
      const values = recording.end(this.#stateIds(), results);
      const result = use(recording, values, names, before);
      // What it returns as it was given is the caller's.
      const lasting = new Set<Tensor>([
        ...this.#inputTensors(inputs),
        ...this.#state.map(([, variable]) => variable),
      ]);
      dispose(Object.values(outputs).filter((output) => !lasting.has(output)));
      return result;
    });
  }

  /** The inputs, copies where one is another too, or of the state: later ones need not be. */
  #toldApart(inputs: I, state: readonly number[]): I {
    const seen = new Set([...state, ...this.#ids(this.#statics.map(([, tensor]) => tensor))]);
    return Object.fromEntries(
      Object.entries(inputs).map(([name, tensor]) => {
        const [id] = this.#ids([tensor]), isSeen = seen.has(id!);
        seen.add(id!);
        return [name, isSeen ? ownCopy(this.#backend, tensor) : tensor];
      }),
    ) as I;
  }

  /** Runs `change` and takes back what it did to the state. */
  #keepingState<R>(change: () => R): R {
    const saved = this.#state.map(([, variable]) => tidy(() => variable.clone()));
    try {
      return tidy(() => change() as never);
    } finally {
      this.#state.forEach(([, variable], i) => variable.assign(saved[i]! as never));
      dispose(saved);
    }
  }

  /** @throws {EngineError} when the step no longer does what was compiled */
  #recheck(compiled: Compiled, inputs: I, variant: string): void {
    using graph = new LazyGraph(this.#binding, [compiled.function]);
    this.#record(graph, inputs, variant, ({ parameters }) => {
      graph.end();
      const changed = parameters.findIndex((id, i) => id !== compiled.parameters[i]);
      const difference = graph.difference ??
        (changed < 0 ? null : new Difference(changed, "another random key", "the first"));
      if (difference === null) return;
      throw changedStep(compiled.calls, difference);
    });
  }

  /** Runs the step both ways and compares state and outputs. */
  #runChecked(compiled: Compiled, inputs: I, variant: string): O {
    this.#recheck(compiled, inputs, variant);
    const expected = this.#keepingState(() => {
      const outputs = this.#step(inputs, variant);
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

  #inputTensors(inputs: I): Tensor[] {
    return [...this.#statics.map(([, tensor]) => tensor), ...Object.values(inputs)];
  }

  #signature(inputs: I): string {
    const state = this.#state.map(([, variable]) => variable);
    return [state, this.#inputTensors(inputs)].map((tensors) =>
      tensors.map(({ dtype, shape }) => `${dtype}[${shape}]`).join()
    ).join("|");
  }

  #stateIds(): number[] {
    return this.#ids(this.#state.map(([, variable]) => variable));
  }

  #ids(tensors: readonly Tensor[]): number[] {
    return this.#backend.getInputTensorIds(tensors);
  }
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
    throw wrongStep(name, i, actual[i]!, expected[i]!);
  }
}
