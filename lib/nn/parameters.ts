/**
 * The named tensors of a network: what gradient descent changes, and what is saved beside it.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";

/**
 * Named variables; the names are those under which weights are saved.
 *
 * @example
 * ```ts
 * import { openEngine } from "../engine/mod.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const parameters = new Parameters();
 * parameters.add("head.bias", [2], Float32Array.of(0.5, 1));
 * assertEquals(parameters.get("head.bias").arraySync(), [0.5, 1]);
 * parameters.dispose();
 * ```
 */
export class Parameters implements Iterable<[string, tf.Variable]> {
  readonly #variables = new Map<string, tf.Variable>();
  readonly #trainable: boolean;

  /** Without variables. @param trainable false for buffers, which have no gradient */
  constructor(trainable = true) {
    this.#trainable = trainable;
  }

  /**
   * Adds a float32 variable with the given start values (C order).
   *
   * @throws {Error} when the name is taken, or there are more or fewer values than the shape has.
   */
  add<T extends tf.Tensor>(
    name: string,
    shape: number[],
    values: Float32Array,
  ): T & tf.Variable {
    if (this.#variables.has(name)) throw new Error(`Cannot add parameter "${name}": it exists`);
    const variable = tf.tidy(() => {
      // A copy: the cpu engine would take the array as its own memory.
      const start = tf.tensor1d(values.slice(), "float32");
      // An op, so that an engine with memory of its own takes the values now: 400 MB of a BERT
      // would else lie in JavaScript's memory until the first step.
      return tf.variable(tf.reshape(start, shape), this.#trainable);
    });
    this.#variables.set(name, variable);
    return variable as T & tf.Variable;
  }

  /** The variable of that name. @throws {Error} when there is none. */
  get(name: string): tf.Variable {
    const variable = this.#variables.get(name);
    if (variable === undefined) throw new Error(`There is no parameter "${name}"`);
    return variable;
  }

  /** All names, in the order in which they were added. */
  names(): string[] {
    return [...this.#variables.keys()];
  }

  /** Number of values in all variables. */
  get size(): number {
    return [...this.#variables.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Names with their variables, in the order in which they were added. */
  [Symbol.iterator](): Iterator<[string, tf.Variable]> {
    return this.#variables.entries();
  }

  /** Frees the memory of all variables. */
  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}
