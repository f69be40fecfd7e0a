/**
 * An open file that is read by position, and the messages for what is not a readable file.
 *
 * @module
 */

import { DataError, messageOf } from "../../core/errors.ts";

/** Size of one read: larger ones gain nothing, and a single read call is limited to 2 GiB. */
const CHUNK = 1 << 24;

/** `1 byte`, `1,203,511 bytes`. */
export function byteCount(count: number): string {
  return `${BigInt(count).toLocaleString("en-US")} ${count === 1 ? "byte" : "bytes"}`;
}

/** Bytes that are read by position: of a file, or of a part of one. */
export interface Positioned {
  /** Names it in messages. */
  readonly path: string;
  /** Length in bytes. */
  readonly size: number;
  /** Fills all of `target` with the bytes from `position` on. */
  readAt(position: number, target: Uint8Array): void;
}

/** A file opened for reading at any position. It stays open until {@linkcode close}. */
export class PositionedFile implements Positioned, Disposable {
  readonly path: string;
  /** Length in bytes when the file was opened. */
  readonly size: number;
  #file: Deno.FsFile | null;

  /** @throws {DataError} when `path` is missing, is no regular file or may not be read */
  constructor(path: string) {
    this.path = path;
    try {
      const info = Deno.statSync(path);
      if (!info.isFile) {
        const what = info.isDirectory ? "a directory" : "not a regular file";
        throw new DataError(`Cannot read "${path}": it is ${what}, expected a file`);
      }
      this.size = info.size;
      this.#file = Deno.openSync(path);
    } catch (error) {
      if (error instanceof DataError) throw error;
      const cause = error instanceof Deno.errors.NotFound
        ? "there is no such file"
        : messageOf(error);
      throw new DataError(`Cannot read "${path}": ${cause}`, { cause: error });
    }
  }

  /**
   * Fills all of `target` with the bytes from `position` on.
   *
   * @throws {DataError} when the file has become shorter since it was opened
   */
  readAt(position: number, target: Uint8Array): void {
    if (this.#file === null) throw new Error(`Cannot read "${this.path}": it is already closed`);
    this.#file.seekSync(position, Deno.SeekMode.Start);
    for (let at = 0; at < target.length;) {
      const count = this.#file.readSync(target.subarray(at, at + CHUNK));
      if (count === null) {
        throw new DataError(
          `Cannot read "${this.path}": it ends at byte ${position + at}, expected the ` +
            `${byteCount(this.size)} that it had when it was opened`,
        );
      }
      at += count;
    }
  }

  /** Closes the file; arrays that still lie in it can no longer be read. */
  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** First bytes of files that people hand over by mistake, with what they are. */
const FOREIGN: readonly (readonly [start: string, kind: string])[] = [
  [
    "version https://git-lfs",
    'a Git LFS pointer: run "git lfs pull" in its repository to get the file itself',
  ],
  ["PK\x03\x04", "a zip archive (.npz, .zip or a PyTorch checkpoint)"],
  ["\x93NUMPY", "a single numpy array (.npy)"],
  ["\x89HDF\r\n", "an HDF5 file"],
  ["\x1f\x8b", "compressed with gzip: unpack it first"],
  ["\xfd7zXZ", "compressed with xz: unpack it first"],
  ["BZh", "compressed with bzip2: unpack it first"],
  ["\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"],
  ["PAR1", "a table in Parquet: save its columns as arrays, by name, in a pickle or .npz"],
  ["ARROW1", "a table in Arrow: save its columns as arrays, by name, in a pickle or .npz"],
  ["MATLAB 5.0", "a MATLAB file: save what scipy.io.loadmat reads of it as a pickle"],
  ["SQLite format 3", "a database: save its columns as arrays, by name, in a pickle or .npz"],
  ["<!DOCTYPE", "a web page: the download gave a page instead of the file"],
  ["<html", "a web page: the download gave a page instead of the file"],
];

/**
 * Refuses an empty file and well-known files of other kinds.
 *
 * @param wanted what the caller reads, for example `a pickle`
 * @throws {DataError} naming what the file is
 */
export function refuseForeign(file: Positioned, wanted: string): void {
  if (file.size === 0) {
    throw new DataError(`Cannot read "${file.path}": it is empty, expected ${wanted}`);
  }
  const head = new Uint8Array(Math.min(file.size, 32));
  file.readAt(0, head);
  const text = String.fromCharCode(...head);
  // The first bytes of other formats, which are numbers, may be a brace too.
  if (/^\s*[[{][\s"\w[\]{}.,:-]*$/.test(text)) {
    const kind = "JSON: save its numbers as arrays, by name, in a pickle or .npz";
    throw new DataError(`Cannot read "${file.path}": expected ${wanted}, but it is ${kind}`);
  }
  for (const [start, kind] of FOREIGN) {
    if (text.toLowerCase().startsWith(start.toLowerCase())) {
      throw new DataError(`Cannot read "${file.path}": expected ${wanted}, but it is ${kind}`);
    }
  }
}
