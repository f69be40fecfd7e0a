/**
 * One writer per folder. The lock is the operating system's own on an open file, so it ends with
 * the process that holds it, however that ends: a lock file left by a killed process is not held,
 * and taking it over is one atomic step. Asking whether the process in the file still lives would
 * need rights to read `/proc` or to send signals, and could be fooled by a reused process id.
 *
 * @module
 */

import { join } from "node:path";
import { reasonOf, RunError } from "./errors.ts";

/** Name of the lock file inside the folder. */
export const LOCK_FILE = ".lock";

/** Time for which a lock that is held but not yet signed is tried again, in milliseconds. */
const PATIENCE = 500;
const PAUSE = 10;

/** Who holds a lock, or held it when it died. */
export interface LockOwner {
  /** Its process. */
  readonly pid: number;
  /** Name of the machine; empty when this process may not ask for it. */
  readonly host: string;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
}

/**
 * A folder that no other process (and no other part of this one) can lock until disposed.
 */
export class FolderLock implements Disposable {
  /** The locked folder. */
  readonly path: string;
  /** The process that ended without releasing this lock; null after an orderly release. */
  readonly tookOver: LockOwner | null;
  #file: Deno.FsFile | null;

  /** Use {@linkcode lockFolder}. `file` is the open and locked lock file inside `path`. */
  constructor(path: string, file: Deno.FsFile, tookOver: LockOwner | null) {
    this.path = path;
    this.tookOver = tookOver;
    this.#file = file;
  }

  /** Releases the lock and removes its file. */
  [Symbol.dispose](): void {
    if (this.#file === null) return;
    using file = this.#file;
    this.#file = null;
    const lockPath = join(this.path, LOCK_FILE);
    // Removed while still held: whoever waits on this file then sees that it is gone.
    if (isFileAt(file, lockPath)) Deno.removeSync(lockPath);
  }
}

/**
 * Locks `path`, which is made where it is missing. Needs only the rights to read and write there.
 *
 * @throws {RunError} the folder is locked (the message names the process), or cannot be locked
 */
export function lockFolder(path: string): FolderLock {
  const lockPath = join(path, LOCK_FILE);
  const deadline = Date.now() + PATIENCE;
  while (true) {
    const lock = tryLock(path, lockPath);
    if (lock !== null) return lock;
    const owner = readOwner(lockPath);
    if (owner !== null || Date.now() > deadline) throw new RunError(inUse(path, owner));
    pause(PAUSE);
  }
}

/** The lock; null when another one holds it, or has just released it. */
function tryLock(path: string, lockPath: string): FolderLock | null {
  let file: Deno.FsFile | null = null;
  try {
    Deno.mkdirSync(path, { recursive: true });
    file = Deno.openSync(lockPath, { read: true, write: true, create: true });
    // Between opening and locking, the owner may have released the lock and removed the file that
    // we now hold; the next one would then lock a new file of that name.
    if (file.tryLockSync(true) && isFileAt(file, lockPath)) {
      return new FolderLock(path, file, sign(file));
    }
    file.close();
    return null;
  } catch (error) {
    file?.close();
    throw new RunError(
      `Cannot lock "${path}": ${reasonOf(error)}, expected a folder that can be written to`,
      { cause: error },
    );
  }
}

/** Writes this process into the lock file and returns the process that was there. */
function sign(file: Deno.FsFile): LockOwner | null {
  const bytes = new Uint8Array(4096);
  const before = new TextDecoder().decode(bytes.subarray(0, file.readSync(bytes) ?? 0));
  file.truncateSync(0);
  file.seekSync(0, Deno.SeekMode.Start);
  const owner: LockOwner = { pid: Deno.pid, host: hostname(), since: new Date().toISOString() };
  file.writeSync(new TextEncoder().encode(JSON.stringify(owner) + "\n"));
  return parseOwner(before);
}

/** Whether the open `file` is the one that is found at `path`. */
function isFileAt(file: Deno.FsFile, path: string): boolean {
  try {
    const [ours, there] = [file.statSync(), Deno.statSync(path)];
    return ours.ino === there.ino && ours.dev === there.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** The owner written into the lock file; null when it cannot be read (yet). */
function readOwner(lockPath: string): LockOwner | null {
  try {
    return parseOwner(Deno.readTextFileSync(lockPath));
  } catch {
    // Released in this moment, or on Windows, where a locked file cannot be read.
    return null;
  }
}

function parseOwner(text: string): LockOwner | null {
  try {
    const owner: Partial<LockOwner> = JSON.parse(text);
    if (typeof owner.pid !== "number") return null;
    return { pid: owner.pid, host: String(owner.host ?? ""), since: String(owner.since ?? "") };
  } catch {
    return null;
  }
}

function inUse(path: string, owner: LockOwner | null): string {
  const place = owner?.host ? ` on "${owner.host}"` : "";
  const who = owner === null ? "another process" : `process ${owner.pid}${place}`;
  const since = owner?.since ? ` since ${owner.since}` : "";
  return `Cannot use "${path}": ${who} has been writing to it${since}, ` +
    `expected a folder that no process uses`;
}

function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    return ""; // Without --allow-sys; the process id is what matters.
  }
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
