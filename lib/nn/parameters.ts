/**
 * The named tensors of a network that gradient descent changes.
 *
 * @module
 */

import * as tf from "@tensorflow/tfjs-core";

/** Named variables; the names are those under which weights are saved. */
export class Parameters implements Iterable<[string, tf.Variable]> {
  readonly #variables = new Map<string, tf.Variable>();

  /**
   * Adds a trainable variable with the given start values (C order).
   *
   * @throws {Error} when the name is taken.
   */
  add<R extends tf.Rank>(name: string, shape: number[], values: Float32Array): tf.Variable<R> {
    if (this.#variables.has(name)) throw new Error(`Cannot add parameter "${name}": it exists`);
    const start = tf.tensor(values, shape, "float32");
    const variable = tf.variable(start);
    start.dispose();
    this.#variables.set(name, variable);
    return variable as tf.Variable<R>;
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

  [Symbol.iterator](): Iterator<[string, tf.Variable]> {
    return this.#variables.entries();
  }

  /** Frees the memory of all variables. */
  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
    this.#variables.clear();
  }
}
