/**
 * Stands in for the graph of a step that is recorded only to be compared with earlier recordings: it
 * builds nothing, and describes each value as those did.
 *
 * @module
 */

import type { OpAttribute } from "../binding/attributes.ts";
import type { Description, Graph, GraphValue } from "./graph.ts";

/** What a step does, to compare it with what another one does, or itself later. */
export interface Trace {
  /** One line an op, constant, assignment and result; equal for steps that do the same. */
  readonly lines: readonly string[];
  /** Of the outputs of the ops. */
  readonly descriptions: readonly Description[];
}

/** A step does what none of the earlier ones did. */
export class Difference extends Error {
  /** Number of the line, and what it was to be. */
  constructor(readonly at: number, readonly found = "absent", readonly expected = "absent") {
    super(`its op ${at} is ${found}, but ${expected} was compiled`);
  }
}

/** Earlier recordings, one of which a new one repeats, or none. */
export class KnownGraph<T extends Trace> implements Graph {
  /** Those that did the same so far, and so have the same descriptions so far. */
  #alike: readonly T[];
  #lines = 0;
  #described = 0;
  #operations = 0n;

  constructor(earlier: readonly T[]) {
    this.#alike = earlier;
  }

  /** Takes the next line. @throws {Difference} it is that of none */
  follow(line: string): void {
    const at = this.#lines++;
    const alike = this.#alike.filter(({ lines }) => lines[at] === line);
    if (alike.length === 0) throw new Difference(at, line, this.#alike[0]?.lines[at]);
    this.#alike = alike;
  }

  /** The one that was repeated. @throws {Difference} none ends here */
  end(): T {
    const same = this.#alike.find(({ lines }) => lines.length === this.#lines);
    if (same !== undefined) return same;
    throw new Difference(this.#lines, undefined, this.#alike[0]?.lines[this.#lines]);
  }

  addArgument(): GraphValue {
    return this.#next(1)[0]!;
  }

  addConstant(): GraphValue {
    return this.#next(1)[0]!;
  }

  addOperation(
    _name: string,
    _attributes: readonly OpAttribute[],
    _inputs: readonly GraphValue[],
    outputs: number,
  ): GraphValue[] {
    return this.#next(outputs);
  }

  describe(): Description {
    // Whoever asks for more than was known has been stopped by the comparison before.
    return this.#alike[0]!.descriptions[this.#described++]!;
  }

  setShape(): void {}

  #next(outputs: number): GraphValue[] {
    const operation = this.#operations++;
    return Array.from({ length: Math.max(1, outputs) }, (_, output) => ({ operation, output }));
  }
}
