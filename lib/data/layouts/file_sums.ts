/**
 * Checksums of large files, read once for all sums and remembered while the file is unchanged.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { DataError, messageOf } from "../../core/errors.ts";

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
