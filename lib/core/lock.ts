/**
 * One writer per folder, among processes of one machine and of several that share a file system.
 *
 * A lock is a file with its owner, which appears whole or not at all. On one machine the operating
 * system's own lock on that file tells whether the owner lives: it ends with the process, however
 * that ends, and needs no rights to look at others. Between machines that lock may not be known, or
 * not exist at all (Lustre, NFS). There the owner shows that it lives by writing its name again and
 * again, and is dead when the file was not written for {@linkcode DEAD} milliseconds, or when its
 * scheduler has started its job anew.
 *
 * @module
 */

import { join } from "node:path";
import { reasonOf, RunError } from "./errors.ts";
import { exists, temporaryPath } from "./files.ts";
import { currentJob, hostname } from "./host.ts";
import {
  isFileAt,
  isProcessGone,
  isUnsupported,
  type LockOwner,
  readOwner,
  signFile,
  systemLock,
  thisOwner,
} from "./lock_file.ts";

export type { LockOwner } from "./lock_file.ts";

/** Name of the lock file inside the folder. */
export const LOCK_FILE = ".lock";

/** Milliseconds between two signs of life. */
const BEAT = 30_000;
/** Milliseconds without a sign of life: many beats, and more than a network file system hides. */
export const DEAD = 300_000;
/** Time for which a lock that is held but not yet signed is tried again, in milliseconds. */
const PATIENCE = 500;
const PAUSE = 10;

/** A folder that another process writes to. */
export class InUseError extends RunError {}

/** What decides about the owner of a lock. */
export interface LockOptions {
  /** Whether somebody who can tell (a job scheduler) says that the owner is dead. */
  isDead?(owner: LockOwner): boolean;
  /** Told when the file system has no locks of any kind: the folder is then used without one. */
  onWarning?(message: string): void;
}

/**
 * A folder that no other process (and no other part of this one) can lock until disposed.
 */
export class FolderLock implements Disposable {
  /** The locked folder. */
  readonly path: string;
  /** The process that ended without releasing this lock; null after an orderly release. */
  readonly tookOver: LockOwner | null;
  readonly #lost = new AbortController();
  readonly #timer: ReturnType<typeof setInterval>;
  #file: Deno.FsFile | null;

  /** Use {@linkcode lockFolder}. `file` is the open lock file inside `path`; null without any lock. */
  constructor(path: string, file: Deno.FsFile | null, owner: LockOwner, before: LockOwner | null) {
    this.path = path;
    this.tookOver = before;
    this.#file = file;
    this.#timer = setInterval(() => this.#beat(owner), BEAT);
    this.#timer.unref();
  }

  /**
   * Aborted, with an {@linkcode InUseError} as reason, when another process took the lock over because
   * this one gave no sign of life for minutes. What it holds is no longer its own.
   */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Releases the lock and removes its file. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    if (this.#file === null) return;
    using file = this.#file;
    this.#file = null;
    const lockPath = join(this.path, LOCK_FILE);
    // Removed while still held: whoever waits on this file then sees that it is gone.
    if (isFileAt(file, lockPath)) Deno.removeSync(lockPath);
  }

  #beat(owner: LockOwner): void {
    const file = this.#file;
    if (file === null) return;
    const lockPath = join(this.path, LOCK_FILE);
    try {
      if (isFileAt(file, lockPath)) return signFile(file, owner);
    } catch {
      return; // A server that does not answer now; the next beat may reach it.
    }
    clearInterval(this.#timer);
    const now = readOwner(lockPath);
    // A folder that was removed has no other writer.
    if (now !== null) this.#lost.abort(new InUseError(inUse(this.path, now)));
  }
}

/**
 * Locks `path`, which is made where it is missing. Needs only the rights to read and write there.
 *
 * @throws {RunError} the folder is locked (the message names the process), or cannot be locked
 */
export function lockFolder(path: string, options: LockOptions = {}): FolderLock {
  const deadline = Date.now() + PATIENCE;
  let before: LockOwner | null = null;
  while (true) {
    try {
      Deno.mkdirSync(path, { recursive: true });
      const lock = createLock(path, before, options);
      if (lock instanceof FolderLock) return lock;
      const found = removeDead(path, lock.now, options);
      if (found.removed !== undefined) {
        before = found.removed;
        continue;
      }
      if (found.owner !== null || Date.now() > deadline) {
        throw new InUseError(inUse(path, found.owner));
      }
    } catch (error) {
      if (error instanceof RunError) throw error;
      throw new RunError(
        `Cannot lock "${path}": ${reasonOf(error)}, expected a folder that can be written to`,
        { cause: error },
      );
    }
    pause(PAUSE);
  }
}

/**
 * Puts a lock file of our own in its place, signed and locked before anybody sees it.
 *
 * @returns where there is one already, the time by the file system's own clock
 */
function createLock(
  path: string,
  before: LockOwner | null,
  { onWarning }: LockOptions,
): FolderLock | { readonly now: number } {
  const lockPath = join(path, LOCK_FILE);
  const temporary = temporaryPath(lockPath);
  const owner = thisOwner();
  const file = Deno.openSync(temporary, { read: true, write: true, create: true, truncate: true });
  let isOurs = false;
  try {
    signFile(file, owner);
    systemLock(file);
    // Two names of one file: the one operation that every shared file system does for one only.
    Deno.linkSync(temporary, lockPath);
    isOurs = true;
    return new FolderLock(path, file, owner, before);
  } catch (error) {
    const { AlreadyExists, NotFound } = Deno.errors;
    // Not found: the owner that has just let go had tidied the folder up.
    if (error instanceof AlreadyExists || error instanceof NotFound) {
      return { now: file.statSync().mtime?.getTime() ?? Date.now() };
    }
    return createExclusively(path, owner, before, onWarning, error);
  } finally {
    if (!isOurs) file.close();
    if (exists(temporary)) Deno.removeSync(temporary);
  }
}

/** The same where a file cannot have two names: it appears first, and is signed then. */
function createExclusively(
  path: string,
  owner: LockOwner,
  before: LockOwner | null,
  onWarning: LockOptions["onWarning"],
  cause: unknown,
): FolderLock | { readonly now: number } {
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(join(path, LOCK_FILE), { read: true, write: true, createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return { now: Date.now() };
    if (!isUnsupported(error)) throw error;
    onWarning?.(
      `"${path}" is used without a lock, which its file system does not have (${
        reasonOf(cause)
      }): ` +
        "see to it that no other process writes to it",
    );
    return new FolderLock(path, null, owner, before);
  }
  systemLock(file);
  signFile(file, owner);
  return new FolderLock(path, file, owner, before);
}

/**
 * Removes the lock file of a dead owner.
 *
 * @returns `removed` (null where it did not say whose it was), or the owner that lives
 */
function removeDead(
  path: string,
  now: number,
  options: LockOptions,
): { readonly removed?: LockOwner | null; readonly owner: LockOwner | null } {
  const lockPath = join(path, LOCK_FILE);
  let file: Deno.FsFile;
  try {
    file = Deno.openSync(lockPath, { read: true, write: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { removed: null, owner: null };
    throw error;
  }
  using _file = file;
  const held = systemLock(file);
  const owner = readOwner(lockPath);
  if (held === false) return { owner };
  const age = now - (file.statSync().mtime?.getTime() ?? now);
  if (!isDead(owner, held === true, age, options) || !isFileAt(file, lockPath)) return { owner };
  // Whoever moves the file away has it; what comes in its place meanwhile is put back.
  const moved = `${temporaryPath(lockPath)}.dead`;
  try {
    Deno.renameSync(lockPath, moved);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return { owner: null };
    throw error;
  }
  const isWanted = isFileAt(file, moved);
  if (!isWanted) restore(moved, lockPath);
  Deno.removeSync(moved);
  return isWanted ? { removed: owner, owner: null } : { owner: null };
}

/** Whether an owner is dead, by who can tell: the machine if it is ours, else a scheduler or time. */
function isDead(
  owner: LockOwner | null,
  isFree: boolean,
  age: number,
  options: LockOptions,
): boolean {
  const isHere = owner === null || owner.host === "" || owner.host === hostname();
  if (isHere && isFree) return true;
  if (isHere && owner !== null && isProcessGone(owner.pid)) return true;
  if (age > DEAD) return true;
  if (owner?.job === undefined) return false;
  const isAnother = owner.host !== hostname() || owner.pid !== Deno.pid;
  return (isAnother && owner.job === currentJob()) || (options.isDead?.(owner) ?? false);
}

function restore(moved: string, lockPath: string): void {
  try {
    Deno.linkSync(moved, lockPath);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

function inUse(path: string, owner: LockOwner | null): string {
  const job = owner?.job ? ` (job ${owner.job})` : "";
  const place = owner?.host ? ` on "${owner.host}"${job}` : "";
  const who = owner === null ? "another process" : `process ${owner.pid}${place}`;
  const since = owner?.since ? ` since ${owner.since}` : "";
  return `Cannot use "${path}": ${who} has been writing to it${since}, ` +
    `expected a folder that no process uses`;
}

function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
