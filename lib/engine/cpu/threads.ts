/**
 * Work that threads share: a kernel's loop over rows, entries or samples is cut into parts, each
 * computed by whichever thread takes it first, the calling one among them. Cuts never change a sum, so
 * that the bits are those of one thread, however many there are, or none that could be started.
 *
 * Threads are Workers that read and write the engine's memory. They start with the first work that is
 * large enough, and never keep the process alive.
 *
 * @module
 */

import process from "node:process";
import { EngineError } from "../../core/errors.ts";
import { allocate, bufferTo, isShared, release, sharedMemory } from "./memory.ts";
import { type Arrays, Board, type Work, type WorkArray } from "./work.ts";

/** Entries that a part begins at multiples of, so that no two write to one line of the cache. */
export const LINE = 64;
/** Bytes of an array elsewhere that is copied to where threads see it. */
const SMALL = 2 ** 20;
/** More threads than this gain little: what they read is in the same memory. */
const MOST_THREADS = 4;
/** Nanoseconds, about, that work must take on one thread to be shared, and that a part takes then. */
const WORTH = 250_000, PART = 30_000;

let wanted: number | null = null;
let started = 1;
let board: Board | null = null;

/** Sets how many threads compute from now on, four at most; before, one for each core. */
export function setThreads(count: number): void {
  wanted = Math.min(MOST_THREADS, count);
}

/** Parts that other threads than this one have computed until now. */
export function partsElsewhere(): number {
  return board?.partsElsewhere ?? 0;
}

/** How many threads compute large work. */
export function threadCount(): number {
  return wanted ??= askedThreads() ?? Math.min(MOST_THREADS, navigator.hardwareConcurrency);
}

/** What the environment asks for, as of other numerical libraries: where processes share the cores. */
function askedThreads(): number | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: "OMP_NUM_THREADS" });
  const asked = state === "granted" ? Number(Deno.env.get("OMP_NUM_THREADS")) : NaN;
  return Number.isInteger(asked) && asked > 0 ? Math.min(MOST_THREADS, asked) : undefined;
}

/** Starts the threads that are missing; where the system refuses one, it stays at those there are. */
function startThreads(): Board {
  const count = threadCount();
  board ??= new Board(bufferTo(0));
  board.setThreads(count);
  while (started < count) {
    const index = started++;
    try {
      const { Worker } = process.getBuiltinModule("node:worker_threads");
      const workerData = { memory: sharedMemory(), index };
      const worker = new Worker(new URL("./thread.ts", import.meta.url), { workerData });
      // One that does not start takes no part.
      worker.on("error", () => {});
      worker.unref();
    } catch {
      started = Infinity;
    }
  }
  return board;
}

/** How something is computed in parts. */
export interface Share {
  /** Rows, entries or samples, of which a part is a range. */
  readonly count: number;
  /** Parts begin at multiples of this; default 1. */
  readonly grain?: number;
  /** Nanoseconds, about, that one of them takes. */
  readonly cost: number;
  /** Parts for each thread, at most; default 8. */
  readonly partsEach?: number;
}

/** Rows, entries or samples of a part: all of them where they are not worth to be shared. */
export function partSize({ count, grain = 1, cost, partsEach = 8 }: Share): number {
  const threads = threadCount();
  if (count * cost < WORTH || threads === 1) return Math.max(1, count);
  const size = Math.max(PART / cost, count / (partsEach * threads));
  return Math.ceil(size / grain) * grain;
}

/**
 * Calls `work` for all parts, on as many threads as there are. Arrays that are not in the shared
 * memory are copied to it and back, where they are small; of larger ones the calling thread does all.
 *
 * @throws what `work` throws here
 * @throws {EngineError} if another thread failed, with its reason
 */
export function share<A extends Arrays, O>(
  work: Work<A, O>,
  arrays: A,
  options: O,
  how: Share,
): void {
  const { count } = how, size = partSize(how);
  const copies = new Map<WorkArray, WorkArray>();
  const theirs = size < count ? toShared(arrays, copies) : null;
  try {
    if (theirs !== null) shareParts(work, theirs as A, options, count, size);
    else {
      for (let at = 0; at < count; at += size) {
        work(arrays, options, at, Math.min(count, at + size));
      }
    }
    if (theirs !== null) { for (const [array, copy] of copies) array.set(copy); }
  } finally {
    for (const copy of copies.values()) release(copy.byteOffset);
  }
}

/** The arrays with copies of small ones in the shared memory; null where a large one is not there. */
function toShared(arrays: Arrays, copies: Map<WorkArray, WorkArray>): Arrays | null {
  const found: Record<string, WorkArray> = {};
  for (const [name, array] of Object.entries(arrays)) {
    const copy = isShared(array) ? array : copies.get(array) ?? copyOf(array);
    if (copy === null) return null;
    if (copy !== array) copies.set(array, copy);
    found[name] = copy;
  }
  return found;
}

function copyOf(array: WorkArray): WorkArray | null {
  const address = array.byteLength > SMALL ? null : allocate(array.byteLength, Infinity);
  if (address === null) return null;
  const buffer = bufferTo(address + array.byteLength);
  const type = array.constructor as Float32ArrayConstructor;
  const copy = new type(buffer, address, array.length);
  copy.set(array);
  return copy;
}

function shareParts<A extends Arrays, O>(
  work: Work<A, O>,
  arrays: A,
  options: O,
  count: number,
  size: number,
): void {
  const board = startThreads();
  board.post({ work: work as never, arrays, options, count, size });
  const failures: unknown[] = [];
  for (let part = board.take(); part !== null; part = board.take()) {
    try {
      work(arrays, options, part * size, Math.min(count, (part + 1) * size));
    } catch (error) {
      failures.push(error);
    }
    board.finish();
  }
  board.waitFor(Math.ceil(count / size));
  // Asked in any case: it is forgotten then.
  const failure = board.takeFailure();
  if (failures.length > 0) throw failures[0];
  if (failure !== null) {
    throw new EngineError(
      `Cannot compute on the engine "cpu": one of its threads failed: ${failure}`,
    );
  }
}
