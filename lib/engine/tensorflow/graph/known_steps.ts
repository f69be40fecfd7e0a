/** What steps did when they were recorded, and whether another one does the same. @module */

import { Difference } from "../../recorded_step.ts";
import type { Description } from "./graph.ts";

/** What a step does, to compare it with what another one does, or itself later. */
export interface Trace {
  /** One line an op, constant, assignment and result; equal for steps that do the same. */
  readonly lines: readonly string[];
  /** Of the outputs of the ops. */
  readonly descriptions: readonly Description[];
}

/** Earlier recordings, one of which a new one repeats, or none. */
export class KnownSteps<T extends Trace> {
  /** Those that did the same so far, and so have the same descriptions so far. */
  #alike: readonly T[];
  #lines = 0;
  #described = 0;

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

  /** The next description. */
  describe(): Description {
    // Whoever asks for more than was known has been stopped by the comparison before.
    return this.#alike[0]!.descriptions[this.#described++]!;
  }

  /** The one that was repeated. @throws {Difference} none ends here */
  end(): T {
    const same = this.#alike.find(({ lines }) => lines.length === this.#lines);
    if (same !== undefined) return same;
    throw new Difference(this.#lines, undefined, this.#alike[0]?.lines[this.#lines]);
  }
}
