/**
 * Files that are either whole or not there: written beside the target, flushed to the disk, then
 * renamed over it, so that a crash at any moment leaves the old content.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { reasonOf } from "./errors.ts";
import { hostname } from "./host.ts";

/** Size of one read or write, in bytes. */
const CHUNK = 1 << 22;

/**
 * A file under construction: nothing is visible under its path before {@linkcode commit}. What the
 * operating system refuses (full disk, no access) becomes an error that names the path.
 */
export class AtomicFile implements Disposable {
  readonly path: string;
  readonly #temporary: string;
  #file: Deno.FsFile | null;

  /** Opens a temporary file beside `path`, whose folder is made where it is missing. */
  constructor(path: string) {
    this.path = path;
    this.#temporary = temporaryPath(path);
    this.#file = this.#try(() => {
      Deno.mkdirSync(dirname(path), { recursive: true });
      return Deno.openSync(this.#temporary, { write: true, create: true, truncate: true });
    });
  }

  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): void {
    const file = this.#file;
    if (file === null) throw new Error(`Cannot write "${this.path}": it is already closed`);
    this.#try(() => {
      for (let at = 0; at < bytes.length;) {
        at += file.writeSync(bytes.subarray(at, Math.min(bytes.length, at + CHUNK)));
      }
    });
  }

  /** Flushes to the disk and puts the file under its path, replacing what was there. */
  commit(): void {
    const file = this.#file;
    if (file === null) throw new Error(`Cannot commit "${this.path}": it is already closed`);
    try {
      this.#try(() => {
        file.syncDataSync();
        Deno.renameSync(this.#temporary, this.path);
      });
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.#close();
    syncFolder(dirname(this.path));
  }

  /** Drops the file when it was not committed. */
  [Symbol.dispose](): void {
    if (this.#file === null) return;
    this.#close();
    Deno.removeSync(this.#temporary);
  }

  #close(): void {
    this.#file?.close();
    this.#file = null;
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const wanted = "expected a path that can be written to, on a disk with space";
      throw new Error(`Cannot write "${this.path}": ${reasonOf(error)}, ${wanted}`, {
        cause: error,
      });
    }
  }
}

/**
 * Writes a whole file atomically.
 */
export function writeFileAtomic(path: string, content: Uint8Array | string): void {
  using file = new AtomicFile(path);
  file.write(typeof content === "string" ? new TextEncoder().encode(content) : content);
  file.commit();
}

/**
 * Writes `value` as indented JSON, atomically.
 */
export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, JSON.stringify(value, null, 2) + "\n");
}

/** A name beside `path` that no other process has, on this machine or on another one. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${hostname() || "local"}.${Deno.pid}.part`);
}

/**
 * Removes what killed processes left of files under construction. Only safe where no other process
 * writes: under the folder's lock.
 */
export function removeUnfinishedFiles(folder: string): void {
  if (!exists(folder)) return;
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (isFile && /^\..*\.\d+\.part$/.test(name)) Deno.removeSync(join(folder, name));
  }
}

/**
 * SHA-256 of a file as lower-case hexadecimal, read in chunks.
 */
export function sha256File(path: string): string {
  using file = Deno.openSync(path);
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK);
  for (let n = file.readSync(buffer); n !== null; n = file.readSync(buffer)) {
    hash.update(buffer.subarray(0, n));
  }
  return hash.digest("hex");
}

/** Makes a rename in `folder` durable; a file system that cannot sync a folder is left alone. */
function syncFolder(folder: string): void {
  try {
    using handle = Deno.openSync(folder);
    handle.syncSync();
  } catch {
    // Windows and some network file systems refuse to open a folder.
  }
}

/**
 * Whether something exists at `path`.
 */
export function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotADirectory) return false;
    throw error;
  }
}

/** Names of what is in a folder and no file, in order; none where it cannot be read. */
export function foldersIn(path: string): string[] {
  try {
    return [...Deno.readDirSync(path)].filter(({ isFile }) => !isFile).map(({ name }) => name)
      .sort();
  } catch {
    return [];
  }
}
