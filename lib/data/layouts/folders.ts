/** Folders whose files are one dataset: computational sequences, or an array for each sample. @module */

import { join } from "node:path";
import { DataError } from "../../core/errors.ts";
import type { ByteSource } from "../arrays/byte_source.ts";
import { PositionedFile } from "../arrays/positioned_file.ts";
import type { Content } from "../containers/container.ts";
import { readNpy } from "../containers/npy.ts";
import { ALL_COLUMNS } from "./arrays.ts";
import { namedSequences } from "./sequences.ts";

/** Files that may hold a computational sequence. */
export function isSequenceFile(name: string): boolean {
  return /\.(csd|h5|hdf5)$/i.test(name);
}

/** Files that hold an array: its name is the id of a sample. */
function isArrayFile(name: string): boolean {
  return /\.npy$/i.test(name);
}

/** Whether the files of a folder are read together, and it is no store. */
export function isJoined(path: string): boolean {
  return [...Deno.readDirSync(path)].some(({ name }) => isSequenceFile(name) || isArrayFile(name));
}

/**
 * All of a folder as one dictionary: sequences by name, or arrays by the id of the sample.
 *
 * @param read reads a file that stays open
 * @throws {DataError} where there is neither
 */
export function readFolder(path: string, read: (path: string) => Content): Content {
  const names = [...Deno.readDirSync(path)].map(({ name }) => name).toSorted();
  const sequences = names.filter(isSequenceFile), arrays = names.filter(isArrayFile);
  if (sequences.length + arrays.length === 0) {
    throw new DataError(
      `Cannot load "${path}": it is a folder without meta.json, expected a pickle, a store made by ` +
        "data:convert, or a folder of computational sequences (.csd) or of an array for each sample " +
        "(ID.npy)",
    );
  }
  const entries = sequences.length > 0
    ? sequences.flatMap((name) => sequencesIn(read(join(path, name)).value))
    : [
      ["id", arrays.map((name) => name.replace(/\.npy$/i, ""))],
      [ALL_COLUMNS, arrays.map((name) => readArray(join(path, name)))],
    ] as const;
  return {
    format: sequences.length > 0 ? "hdf5" : "numpy",
    value: new Map(entries),
    trailingBytes: 0,
    [Symbol.dispose]: () => {},
  };
}

function readArray(path: string): unknown {
  return readNpy(path, new ReopenedFile(path));
}

function sequencesIn(value: unknown): [string, unknown][] {
  return namedSequences(value).map(({ name }) => [
    name,
    (value as ReadonlyMap<unknown, unknown>).get(name),
  ]);
}

/** A file that is opened for each read: a process may hold fewer open than a dataset has samples. */
class ReopenedFile implements ByteSource {
  readonly length: number;
  readonly #path: string;

  constructor(path: string) {
    using file = new PositionedFile(path);
    this.length = file.size;
    this.#path = path;
  }

  read(position: number, target: Uint8Array): void {
    using file = new PositionedFile(this.#path);
    file.readAt(position, target);
  }
}
