/** The samples that a run is most wrong about, with what helps to see why. @module */

import { DataError, messageOf } from "../../core/errors.ts";
import { exists, writeJsonAtomic } from "../../core/files.ts";
import { type Displayable, JUPYTER_DISPLAY, type MediaBundle } from "../../display/notebook.ts";
import { textTable } from "../../display/tables.ts";
import { errorRows, forNotebook } from "./errors_html.ts";
import type { ErrorSample, FoundErrors } from "./found_errors.ts";

/** Its file in the folder of a run. */
export const ERRORS_FILE = "errors.json";

/**
 * The largest errors of a run. In a notebook it shows the words of each, the score of each modality
 * and the nearest samples of the train split.
 *
 * @example
 * ```ts
 * import { train } from "../../session/mod.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "self-mm",
 *   data: "synthetic:n=16",
 *   settings: { batchSize: 8, updateEpochs: 1 },
 *   runs: 1,
 *   epochs: 1,
 *   engine: "cpu",
 *   out,
 * });
 * const { errors, scoredBy } = await run.errors({ count: 2 }); // RunErrors
 * assertEquals([errors.length, scoredBy], [2, "head"]);
 * assertEquals(errors[0]!.neighbours.length, 3);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export class RunErrors implements Displayable, FoundErrors {
  /** Where they are from. */
  readonly split: string;
  /** Path of the data. */
  readonly data: string;
  /** Of how many samples they are the worst. */
  readonly samples: number;
  /** As {@linkcode FoundErrors.scoredBy}. */
  readonly scoredBy: FoundErrors["scoredBy"];
  /** The worst first. */
  readonly errors: readonly ErrorSample[];

  /** Made by `findErrors`. */
  constructor({ split, data, samples, scoredBy, errors }: FoundErrors) {
    this.split = split;
    this.data = data;
    this.samples = samples;
    this.scoredBy = scoredBy;
    this.errors = errors;
  }

  /** What a file has; null where there is none. @throws {DataError} it is damaged */
  static read(path: string): RunErrors | null {
    if (!exists(path)) return null;
    try {
      const found = JSON.parse(Deno.readTextFileSync(path)) as FoundErrors;
      if (Array.isArray(found.errors)) return new RunErrors(found);
    } catch (error) {
      throw new DataError(`Cannot read "${path}": ${messageOf(error)}, expected JSON`);
    }
    throw new DataError(`Cannot read "${path}": it has no errors, expected what evaluate wrote`);
  }

  /** Writes them as JSON, atomically; a report shows those in `RUN/errors.json`. */
  save(path: string): void {
    const { split, data, samples, scoredBy, errors } = this;
    writeJsonAtomic(path, { split, data, samples, scoredBy, errors });
  }

  /** For a terminal: a line each. @param width characters of a line; any number by default */
  toText(width = Infinity): string {
    const { header, rows } = errorRows(this);
    return textTable([header, ...rows], undefined, { width });
  }

  /** For notebooks: a table, and what is behind each sample when it is opened. */
  [JUPYTER_DISPLAY](): MediaBundle {
    return { "text/plain": this.toText(), "text/html": forNotebook(this) };
  }
}
