/** What was made of a file on the way to a dataset, told in a warning each. @module */

import type { SplitName } from "../modality.ts";
import { counted, listSome, type Problem, problem } from "../problem.ts";

/** Counts of what was made up, filled in or read in another way, over all splits. */
export class Notes {
  /** `facet → vision`, each once. */
  readonly renamed: Set<string> = new Set();
  readonly #missingTexts: string[] = [];
  readonly #latin1: string[] = [];
  readonly #withoutIds: string[] = [];
  readonly #ignored: Problem[] = [];
  readonly #warnings: Set<string> = new Set();
  #missing = 0;
  #decoded = 0;

  /** Transcripts that are None, NaN or empty in a split that has others. */
  addMissingTexts(split: SplitName | "all", count: number): void {
    if (count === 0) return;
    this.#missing += count;
    this.#missingTexts.push(`${count} in "${split}"`);
  }

  /** Texts that are no UTF-8. */
  addLatin1(split: SplitName | "all", count: number): void {
    if (count === 0) return;
    this.#decoded += count;
    this.#latin1.push(`${count} in "${split}"`);
  }

  /** A split whose samples got row numbers as ids. */
  addWithoutIds(split: SplitName): void {
    this.#withoutIds.push(split);
  }

  /** A key that means nothing. */
  addIgnored(found: Problem): void {
    this.#ignored.push(found);
  }

  /** Something that the file's form made necessary. */
  addWarning(message: string): void {
    this.#warnings.add(message);
  }

  /** All as problems. */
  problems(): Problem[] {
    const problems = [
      ...[...this.#warnings].map((message) => problem("warning", "filled-in", message)),
      ...this.#ignored,
    ];
    if (this.#withoutIds.length > 0) {
      const name = this.#withoutIds[0]!;
      const text = `split ${listSome(this.#withoutIds)} ${
        this.#withoutIds.length === 1 ? "has" : "have"
      } no ids: samples are named "${name}_0", "${name}_1", …`;
      problems.push(problem("warning", "made-ids", text, { count: this.#withoutIds.length }));
    }
    if (this.#missing > 0) {
      const text = `${counted(this.#missing, "transcript")} missing (${
        this.#missingTexts.join(", ")
      }): taken as empty sentences`;
      problems.push(problem("warning", "missing-text", text, { count: this.#missing }));
    }
    if (this.#decoded > 0) {
      const text = `${counted(this.#decoded, "text")} not in UTF-8 (${
        this.#latin1.join(", ")
      }): decoded as Latin-1`;
      problems.push(problem("warning", "latin1-text", text, { count: this.#decoded }));
    }
    return problems;
  }
}
