/** What all kinds of files have in common. @module */

import type { SourceFormat } from "../source.ts";

/** A file that was read. Large arrays of it lie in the file, which stays open until it is disposed. */
export interface Content extends Disposable {
  /** The kind of file. */
  readonly format: Extract<SourceFormat, "pickle" | "numpy" | "torch" | "hdf5">;
  /** Python's values: see `readPickle`. */
  readonly value: unknown;
  /** Bytes after the end of a pickle, which were not read. */
  readonly trailingBytes: number;
}
