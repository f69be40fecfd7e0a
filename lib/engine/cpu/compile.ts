/**
 * Steps that run without TensorFlow.js: the first call for each shape of the inputs runs as it is and is
 * recorded, the others run its kernels. At some later calls, and at every call in check mode, the step
 * runs as it is again, and a difference is an error.
 *
 * @module
 */

import { backend, dispose, type Tensor, tensor, tidy, type Variable } from "@tensorflow/tfjs-core";
import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { changedStep, Difference, RECHECK, recordingKey, wrongStep } from "../recorded_step.ts";
import type { CompiledStep, CompileOptions, NamedTensors } from "../types.ts";
import { StepProgram } from "./step_program.ts";
import { type Recorded, StepRecorder } from "./step_recorder.ts";

/** Recordings of a step, at most, as of batches of other shapes: the longest unused goes. */
const MOST = 64;

/** A recorded step. */
interface Compiled {
  readonly program: StepProgram;
  readonly lines: readonly string[];
  calls: number;
  nextCheck: number;
}

/** Compiles `step`; see `Engine.compile`. */
export function compileRecorded<I extends NamedTensors, O extends NamedTensors>(
  step: (inputs: I, variant: string) => O,
  options: CompileOptions,
): CompiledStep<I, O> {
  const compiler = new Compiler(step, options);
  const run = (inputs: I, variant = "") => compiler.run(inputs, variant);
  return Object.assign(run, {
    // deno-lint-ignore require-await -- an error is to be a rejection
    start: async (inputs: I, variant?: string) => run(inputs, variant),
    dispose: () => compiler.dispose(),
  });
}

class Compiler<I extends NamedTensors, O extends NamedTensors> {
  readonly #step: (inputs: I, variant: string) => O;
  readonly #state: readonly (readonly [string, Variable])[];
  readonly #statics: NamedTensors;
  readonly #checksAlways: boolean;
  readonly #compiled = new Map<string, Compiled>();

  constructor(step: (inputs: I, variant: string) => O, options: CompileOptions) {
    this.#step = step;
    this.#state = Object.entries(options.state);
    this.#statics = Object.fromEntries(
      Object.entries(options.statics ?? {}).map(([name, tensor]) => [`static ${name}`, tensor]),
    );
    this.#checksAlways = options.check ?? false;
  }

  run(inputs: I, variant: string): O {
    const key = recordingKey(inputs, variant);
    const compiled = this.#compiled.get(key);
    if (compiled === undefined) return this.#compile(key, inputs, variant);
    // The last one used goes last.
    this.#compiled.delete(key);
    this.#compiled.set(key, compiled);
    compiled.calls++;
    if (this.#checksAlways) return this.#runChecked(compiled, inputs, variant);
    if (compiled.calls === compiled.nextCheck) {
      compiled.nextCheck *= RECHECK;
      return this.#runAgain(compiled, inputs, variant);
    }
    return compiled.program.run({ ...this.#statics, ...inputs }) as O;
  }

  dispose(): void {
    for (const { program } of this.#compiled.values()) program.dispose();
    this.#compiled.clear();
  }

  #compile(key: string, inputs: I, variant: string): O {
    const [outputs, recorded] = this.#record(inputs, variant);
    const program = new StepProgram(backend() as MathBackendCPU, recorded);
    this.#compiled.set(key, { program, lines: recorded.lines, calls: 1, nextCheck: RECHECK });
    if (this.#compiled.size > MOST) {
      const [oldest] = this.#compiled;
      oldest![1].program.dispose();
      this.#compiled.delete(oldest![0]);
    }
    return outputs;
  }

  /** Runs the step as it is, and records it. */
  #record(inputs: I, variant: string): [O, Recorded] {
    const cpu = backend() as MathBackendCPU;
    // Values that are the same now need not be so the next time.
    for (const [, variable] of this.#state) {
      if (cpu.refCount(variable.dataId) === 1) continue;
      const own = copyOf(variable);
      variable.assign(own);
      own.dispose();
    }
    const state = this.#state.map(([, variable]) => variable);
    const statics = Object.values(this.#statics);
    const seen = new Set([...state, ...statics].map(({ dataId }) => dataId));
    const copies: Tensor[] = [];
    const own = Object.entries(inputs).map(([name, tensor]) => {
      const isSeen = seen.has(tensor.dataId);
      seen.add(tensor.dataId);
      if (!isSeen) return [name, tensor];
      const copy = copyOf(tensor);
      copies.push(copy);
      return [name, copy];
    });
    const given: I = Object.fromEntries(own);
    const recorder = new StepRecorder(cpu, state, { ...this.#statics, ...given });
    let recorded!: Recorded;
    try {
      const outputs = tidy(() => {
        const [outputs, done] = recorder.run(() => this.#step(given, variant));
        recorded = done;
        const others = new Set<Tensor>([...state, ...statics, ...Object.values(given)]);
        // What it returns as it was given is the caller's twice.
        const all = Object.entries(outputs).map((
          [name, output],
        ) => [name, others.has(output) ? output.clone() : output]);
        return Object.fromEntries(all);
      }) as O;
      return [outputs, recorded];
    } finally {
      dispose(copies);
    }
  }

  /** @throws {EngineError} when the step no longer does what was compiled */
  #runAgain(compiled: Compiled, inputs: I, variant: string): O {
    const [outputs, { lines, constants }] = this.#record(inputs, variant);
    const cpu = backend() as MathBackendCPU;
    for (const { dataId } of constants.values()) cpu.disposeData(dataId);
    const before = compiled.lines;
    const most = Math.max(lines.length, before.length);
    for (let at = 0; at < most; at++) {
      if (lines[at] === before[at]) continue;
      dispose(outputs as never);
      throw changedStep(compiled.calls, new Difference(at, lines[at], before[at]));
    }
    return outputs;
  }

  /** Runs the step both ways and compares state and outputs. */
  #runChecked(compiled: Compiled, inputs: I, variant: string): O {
    const valuesOf = (outputs: O) =>
      [...this.#state, ...Object.entries(outputs)].map(([name, tensor]) =>
        [name, tensor.dataSync().slice()] as const
      );
    const saved = this.#state.map(([, variable]) => copyOf(variable));
    let expected: ReturnType<typeof valuesOf>;
    try {
      const plain = this.#runAgain(compiled, inputs, variant);
      expected = valuesOf(plain);
      dispose(plain as never);
      this.#state.forEach(([, variable], i) => variable.assign(saved[i]! as never));
    } finally {
      dispose(saved);
    }
    const outputs = compiled.program.run({ ...this.#statics, ...inputs }) as O;
    for (const [i, [name, actual]] of valuesOf(outputs).entries()) {
      const values = expected[i]![1];
      const at = actual.findIndex((value, j) => !Object.is(value, values[j]));
      if (at < 0) continue;
      dispose(outputs as never);
      throw wrongStep(name, at, actual[at]!, values[at]!);
    }
    return outputs;
  }
}

/** The same values by themselves. */
function copyOf({ dataId, shape, dtype }: Tensor): Tensor {
  const { values } = (backend() as MathBackendCPU).data.get(dataId);
  return tensor((values as Float32Array).slice(), shape, dtype);
}
