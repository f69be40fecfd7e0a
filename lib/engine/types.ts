/** What an engine is to the rest of the program. @module */

import type { tf } from "./tensor.ts";

/** The engines of this version. */
export type EngineName = "tensorflow" | "webgpu" | "cpu";

/** Where an engine computes. */
export type Device = "cpu" | "gpu";

/** How an engine runs compiled steps. */
export type Steps = "compiled" | "eager" | "checked";

/** What may be asked of `openEngine`. */
export interface EngineOptions {
  /** `auto` (the default): `tensorflow` where its library is found, else `cpu`. */
  readonly engine?: EngineName | "auto";
  /** `auto` (the default): a GPU where the engine has one. */
  readonly device?: Device | "auto";
  /**
   * Threads of `tensorflow` and `cpu`; the default is one per core, on `cpu` no more than four, or what
   * `OMP_NUM_THREADS` says. There the number changes no bit.
   */
  readonly threads?: number;
  /**
   * How compiled steps run: `compiled` (the default) by whatever the engine has for it, `eager` op
   * by op, `checked` both ways, with an error where they differ. For the search of a mistake.
   */
  readonly steps?: Steps;
  /** Gets the one line that says what `auto` chose; the default writes it to stderr. */
  readonly log?: (line: string) => void;
}

/** Tensors by name. */
export interface NamedTensors {
  /** A tensor. */
  readonly [name: string]: tf.Tensor;
}

/** What a compiled step may touch beside its inputs. */
export interface CompileOptions {
  /** The variables that the step reads and assigns. It may assign no others. */
  readonly state: Readonly<Record<string, tf.Variable>>;
  /** Tensors that the step reads and that never change, such as features uploaded once. */
  readonly statics?: NamedTensors;
  /**
   * Check mode: every call also runs the step op by op and compares ops, constants, state and
   * outputs. Slow; for tests and for the search of a mistake. Without effect on engines that run
   * the step as it is.
   */
  readonly check?: boolean;
}

/**
 * A step made fast, called like the step itself. The caller owns inputs and outputs.
 *
 * Between two calls nothing but the inputs and the state may change: what else the step reads is
 * taken as constant, per `variant` and per shape of the inputs. Whatever makes the step branch has
 * to be told apart by `variant`, for example `"first epoch"` or `"accumulate"`.
 */
export interface CompiledStep<I extends NamedTensors, O extends NamedTensors> {
  (inputs: I, variant?: string): O;
  /**
   * Starts the step, and lets the caller do other things until it is done, steps of other state too.
   * Until then inputs and state must stay as they are. Where an engine cannot do so, it is done at
   * once.
   */
  start(inputs: I, variant?: string): Promise<O>;
  /** Frees what was compiled; the state stays. */
  dispose(): void;
}

/** An opened engine: the TensorFlow.js backend that all ops now run on. */
export interface Engine {
  /** Its name, as it is asked for. */
  readonly name: EngineName;
  /** What it computes on. */
  readonly device: Device;
  /** Names of the devices there are. */
  readonly devices: readonly string[];
  /** Path of the native library, where there is one. */
  readonly library: string | null;
  /** Version of what computes: TensorFlow's, or that of TensorFlow.js. */
  readonly version: string;
  /**
   * Makes a step fast, where the engine has a way: `tensorflow` turns it into one graph function, `cpu`
   * into the kernels that it runs; on `webgpu` it runs as it is, in a `tidy` of its own.
   *
   * @param step builds new tensors from its inputs and the state, and assigns the state. It gets
   *   `variant` (the empty string by default) and may branch on that alone.
   */
  compile<I extends NamedTensors, O extends NamedTensors>(
    step: (inputs: I, variant: string) => O,
    options: CompileOptions,
  ): CompiledStep<I, O>;
}
