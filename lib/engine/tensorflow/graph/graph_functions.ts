/** The functions of a process: steps that do the same share one, so that seeds compile once. @module */

import type { TensorFlowBinding } from "../binding/binding.ts";
import type { Trace } from "./known_steps.ts";

/** Functions that no step has, and that are kept for the next: those of some models. */
const KEPT = 32;

/** A function that TensorFlow knows. */
export interface GraphFunction extends Trace {
  readonly name: string;
  /** Shapes and types of its arguments. */
  readonly signature: string;
  /** Positions of the state variables that it changes. */
  readonly changed: readonly number[];
  readonly outputs: readonly string[];
}

/** Functions of each binding; they end with its process. */
const FUNCTIONS = new WeakMap<TensorFlowBinding, GraphFunctions>();

/** All that a binding knows. */
export class GraphFunctions {
  readonly #binding: TensorFlowBinding;
  readonly #bySignature = new Map<string, Set<GraphFunction>>();
  /** How many steps have each that is in use. */
  readonly #users = new Map<GraphFunction, number>();
  /** Those that nobody has, the longest unused first. */
  readonly #unused = new Set<GraphFunction>();
  #made = 0;

  private constructor(binding: TensorFlowBinding) {
    this.#binding = binding;
  }

  /** Those of a binding. */
  static of(binding: TensorFlowBinding): GraphFunctions {
    const known = FUNCTIONS.get(binding) ?? new GraphFunctions(binding);
    FUNCTIONS.set(binding, known);
    return known;
  }

  /** A name that none has had. */
  newName(): string {
    return `msa_step_${this.#made++}`;
  }

  /** Those with such arguments. */
  alike(signature: string): GraphFunction[] {
    return [...this.#bySignature.get(signature) ?? []];
  }

  /** One more step has it. */
  use(used: GraphFunction): GraphFunction {
    this.#unused.delete(used);
    this.#users.set(used, (this.#users.get(used) ?? 0) + 1);
    const alike = this.#bySignature.get(used.signature) ?? new Set();
    this.#bySignature.set(used.signature, alike.add(used));
    return used;
  }

  /** A step has it no more. */
  release(used: GraphFunction): void {
    const users = this.#users.get(used)! - 1;
    if (users > 0) return void this.#users.set(used, users);
    this.#users.delete(used);
    this.#unused.add(used);
    const [oldest] = this.#unused;
    if (this.#unused.size > KEPT) this.#remove(oldest!);
  }

  #remove(unused: GraphFunction): void {
    this.#unused.delete(unused);
    const alike = this.#bySignature.get(unused.signature)!;
    alike.delete(unused);
    if (alike.size === 0) this.#bySignature.delete(unused.signature);
    const { memory, context } = this.#binding;
    const name = memory.cString(unused.name);
    memory.native.TFE_ContextRemoveFunction(context, name, memory.status);
    memory.check("remove a compiled step");
  }
}
