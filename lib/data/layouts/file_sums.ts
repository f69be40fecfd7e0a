/**
 * Checksums of large files, read once for all sums and remembered while the file is unchanged.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { join } from "node:path";
import { DataError, messageOf } from "../../core/errors.ts";
import type { SourceOptions } from "../source_options.ts";

/** Sums of a file's content, lower-case hexadecimal. */
export interface FileSums {
  readonly bytes: number;
  readonly sha256: string;
  readonly sha1: string;
}

/** Size of one read, in bytes. */
const CHUNK = 1 << 22;

const remembered = new Map<string, FileSums>();

/**
 * SHA-256 and SHA-1 of the file at `path`, about a second for each gigabyte. A second call in the
 * same process is free as long as size and modification time are the same.
 *
 * @throws {DataError} if the file cannot be read
 */
export function fileSums(path: string): FileSums {
  try {
    using file = Deno.openSync(path);
    const { size, mtime } = file.statSync();
    const key = `${size}/${mtime?.getTime()}/${Deno.realPathSync(path)}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const [sha256, sha1] = [createHash("sha256"), createHash("sha1")];
    const buffer = new Uint8Array(CHUNK);
    for (let n = file.readSync(buffer); n !== null; n = file.readSync(buffer)) {
      sha256.update(buffer.subarray(0, n));
      sha1.update(buffer.subarray(0, n));
    }
    const sums = { bytes: size, sha256: sha256.digest("hex"), sha1: sha1.digest("hex") };
    remembered.set(key, sums);
    return sums;
  } catch (error) {
    throw new DataError(`Cannot read "${path}": ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The sums of a dataset in one file or several: those of the file where nothing else decides what is
 * read, else sums of all of it.
 *
 * @throws {DataError} if a file cannot be read
 */
export function sourceSums(path: string, options: SourceOptions): FileSums {
  const { files = {}, labelFile, ...rest } = options;
  const paths = [path, ...Object.values(files), ...(labelFile ? [labelFile] : [])]
    .flatMap(filesAt);
  if (paths.length === 1 && Object.keys(rest).length === 0) return fileSums(path);
  const sums = paths.map(fileSums);
  const recipe = JSON.stringify([sums.map(({ sha256 }) => sha256), Object.keys(files), rest]);
  const digest = (name: "sha256" | "sha1") => createHash(name).update(recipe).digest("hex");
  const bytes = sums.reduce((sum, { bytes }) => sum + bytes, 0);
  return { bytes, sha256: digest("sha256"), sha1: digest("sha1") };
}

/** The file itself, or the files of a folder in the order of their names. */
function filesAt(path: string): string[] {
  if (!Deno.statSync(path).isDirectory) return [path];
  return [...Deno.readDirSync(path)].filter(({ isFile }) => isFile)
    .map(({ name }) => join(path, name)).toSorted();
}
