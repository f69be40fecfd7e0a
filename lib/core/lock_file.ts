/**
 * The file that stands for a lock: who holds it, and what the file system knows of it.
 *
 * @module
 */

import { exists } from "./files.ts";
import { currentJob, hostname } from "./host.ts";

/** Who holds a lock, or held it when it died. */
export interface LockOwner {
  /** Its process. */
  readonly pid: number;
  /** Name of the machine; empty when this process may not ask for it. */
  readonly host: string;
  /** When the lock was taken, ISO 8601. */
  readonly since: string;
  /** What a job scheduler calls the owner's work; absent outside of one. */
  readonly job?: string;
}

/** This process as an owner. */
export function thisOwner(): LockOwner {
  const job = currentJob();
  return {
    pid: Deno.pid,
    host: hostname(),
    since: new Date().toISOString(),
    ...(job === "" ? {} : { job }),
  };
}

/** Writes the owner, or writes the same again, which is a sign of life: the file gets a new time. */
export function signFile(file: Deno.FsFile, owner: LockOwner): void {
  const bytes = new TextEncoder().encode(JSON.stringify(owner) + "\n");
  file.seekSync(0, Deno.SeekMode.Start);
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
  // A network file system sets the time when the bytes arrive.
  file.syncDataSync();
}

/** Who is written into a lock file; null for what is no owner, or cannot be read (yet). */
export function readOwner(path: string): LockOwner | null {
  let owner: Partial<LockOwner> | null;
  try {
    owner = JSON.parse(Deno.readTextFileSync(path));
  } catch {
    // Released in this moment, or on Windows, where a locked file cannot be read.
    return null;
  }
  if (typeof owner?.pid !== "number") return null;
  return {
    pid: owner.pid,
    host: String(owner.host ?? ""),
    since: String(owner.since ?? ""),
    ...(owner.job === undefined ? {} : { job: String(owner.job) }),
  };
}

/**
 * Asks the operating system for its own lock on an open file. It ends with the process, however that
 * ends, but may be known to this machine only, or not exist on this file system (null).
 */
export function systemLock(file: Deno.FsFile): boolean | null {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    if (isUnsupported(error)) return null;
    throw error;
  }
}

/** ENOSYS, ENOLCK and EOPNOTSUPP in words: Deno gives most of them no code of their own. */
const UNSUPPORTED = /function not implemented|no locks available|operation not supported/i;

/** Whether an error says that the file system knows no such operation. */
export function isUnsupported(error: unknown): boolean {
  return error instanceof Error && UNSUPPORTED.test(error.message);
}

/** Whether the open `file` is the one that is found at `path`. */
export function isFileAt(file: Deno.FsFile, path: string): boolean {
  try {
    const [ours, there] = [file.statSync(), Deno.statSync(path)];
    return ours.ino === there.ino && ours.dev === there.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Whether the machine says for sure that there is no such process: only Linux does. */
export function isProcessGone(pid: number): boolean {
  try {
    return exists("/proc/self") && !exists(`/proc/${pid}`);
  } catch {
    return false; // Without the right to look there.
  }
}
