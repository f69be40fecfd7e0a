/**
 * How threads tell each other of work, in the first page of the memory that they share. Work is a
 * function that has a name on all threads; what it works on are arrays in that memory, and numbers.
 *
 * @module
 */

import { bufferTo, MESSAGE_BYTES } from "./memory.ts";

/** What work reads and writes, by name. */
export type Arrays = Readonly<Record<string, WorkArray>>;
/** One of them. */
export type WorkArray = Float32Array | Float64Array | Int32Array | Uint8Array;

/**
 * Computes rows, entries or samples `from` up to `to`, and nothing that other parts write. `options` are
 * as JSON has them, and numbers that it has not.
 */
export type Work<A, O> = (arrays: A, options: O, from: number, to: number) => void;

const WORKS = new Map<string, Work<Arrays, unknown>>();
const NAMES = new Map<unknown, string>();

/** Gives work a name, in a file that `thread.ts` imports too. @throws {TypeError} it is another's */
export function nameWork<A, O>(name: string, work: Work<A, O>): Work<A, O> {
  if (WORKS.has(name)) throw new TypeError(`Cannot name work "${name}": another has that name`);
  WORKS.set(name, work as Work<unknown, unknown>);
  NAMES.set(work, name);
  return work;
}

/** What threads are told of work. */
export interface Posted {
  readonly work: Work<Arrays, unknown>;
  readonly arrays: Arrays;
  readonly options: unknown;
  /** Rows, entries or samples, and how many of them are a part. */
  readonly count: number;
  readonly size: number;
}

/**
 * Words of the page, far enough from each other that no two are in one line of a processor's cache.
 * `PARTS` has in its bytes: the next part that nobody has taken, how many there are, and in the upper two
 * a number of the work, so that who comes late takes no part of what was before.
 */
const PARTS = 0, DONE = 16, FAILED = 32, THREADS = 48, ELSEWHERE = 64;
/** Where the work itself begins, as text: in numbers of two bytes, its length first. */
const POST = 512;
/** Where it is told why a part failed, likewise. */
const REASON = MESSAGE_BYTES / 2 - 512;
/** Parts of some work, at most: their number has a byte, to which each thread may add one too many. */
const MOST_PARTS = 200;
const TYPES = [Float32Array, Float64Array, Int32Array, Uint8Array] as const;
/** Turns of waiting before a thread sleeps. */
const TURNS = 5000;

/** The page, as one thread sees it. */
export class Board {
  readonly #words: Int32Array;
  readonly #post: Uint16Array;
  #number = 0;
  #last = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#words = new Int32Array(buffer, 0, POST / 2);
    this.#post = new Uint16Array(buffer, 0, MESSAGE_BYTES / 2);
  }

  /** How many threads may take parts. */
  setThreads(count: number): void {
    Atomics.store(this.#words, THREADS, count);
  }

  /** Tells all threads of work. The one before must be done. */
  post({ work, arrays, options, count, size }: Posted): void {
    const places = Object.entries(arrays).map(([name, { constructor, byteOffset, length }]) =>
      [name, TYPES.indexOf(constructor as never), byteOffset, length] as const
    );
    const parts = Math.ceil(count / size);
    if (parts > MOST_PARTS) {
      throw new RangeError(`Cannot post ${parts} parts of "${NAMES.get(work)}"`);
    }
    const text = JSON.stringify([NAMES.get(work), places, options, count, size], toWord);
    this.#write(POST, text);
    Atomics.store(this.#words, DONE, 0);
    this.#number = this.#number + 1 & 0xffff;
    Atomics.store(this.#words, PARTS, this.#number << 16 | parts << 8);
    Atomics.notify(this.#words, PARTS);
  }

  /** What was posted, for a thread that has taken a part of it. */
  read(): Posted {
    const [name, places, options, count, size] = JSON.parse(this.#read(POST), fromWord);
    const work = WORKS.get(name);
    if (work === undefined) throw new TypeError(`no work "${name}" is in thread.ts`);
    const arrays = Object.fromEntries(
      (places as [string, number, number, number][]).map(([name, type, address, length]) => {
        const constructor = TYPES[type] as Float32ArrayConstructor;
        const buffer = bufferTo(address + length * constructor.BYTES_PER_ELEMENT);
        return [name, new constructor(buffer, address, length)];
      }),
    );
    return { work, arrays, options, count, size };
  }

  /** The number of a part that nobody else computes; null where none is left. */
  take(): number | null {
    const before = Atomics.load(this.#words, PARTS);
    if ((before & 0xff) >= (before >> 8 & 0xff)) return null;
    this.#last = Atomics.add(this.#words, PARTS, 1);
    const part = this.#last & 0xff;
    return part < (this.#last >> 8 & 0xff) ? part : null;
  }

  /** The number of the work that the part taken last is of. */
  get number(): number {
    return this.#last >>> 16;
  }

  /** Parts that were done by other threads than the one that posts, altogether. */
  get partsElsewhere(): number {
    return Atomics.load(this.#words, ELSEWHERE);
  }

  /** Says that a part is done, by another thread than the one that posts. */
  finishElsewhere(): void {
    Atomics.add(this.#words, ELSEWHERE, 1);
    this.finish();
  }

  /** Says that a part is done. */
  finish(): void {
    const parts = Atomics.load(this.#words, PARTS) >> 8 & 0xff;
    if (Atomics.add(this.#words, DONE, 1) === parts - 1) Atomics.notify(this.#words, DONE);
  }

  /** Says that a part could not be computed, and why; of several, the first is told. */
  fail(reason: string): void {
    if (Atomics.exchange(this.#words, FAILED, 1) === 0) this.#write(REASON, reason.slice(0, 500));
  }

  /** Why a part could not be computed, once all are done; null where all could. It is forgotten then. */
  takeFailure(): string | null {
    return Atomics.exchange(this.#words, FAILED, 0) === 1 ? this.#read(REASON) : null;
  }

  #write(at: number, text: string): void {
    this.#post[at] = text.length;
    for (let i = 0; i < text.length; i++) this.#post[at + 1 + i] = text.charCodeAt(i);
  }

  #read(at: number): string {
    return String.fromCharCode(...this.#post.subarray(at + 1, at + 1 + this.#post[at]!));
  }

  /** Returns when so many parts are done. */
  waitFor(parts: number): void {
    for (let turn = 0;; turn++) {
      const done = Atomics.load(this.#words, DONE);
      if (done === parts) return;
      if (turn > TURNS) Atomics.wait(this.#words, DONE, done);
    }
  }

  /** Returns when there may be a part for the thread of this number. */
  waitForPart(index: number): void {
    for (let turn = 0;; turn++) {
      const parts = Atomics.load(this.#words, PARTS);
      const isLeft = (parts & 0xff) < (parts >> 8 & 0xff);
      if (isLeft && index < Atomics.load(this.#words, THREADS)) return;
      if (turn > TURNS || isLeft) Atomics.wait(this.#words, PARTS, parts);
    }
  }
}

/** Numbers that JSON has not, as words. */
function toWord(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? `${value}` : value;
}

function fromWord(_key: string, value: unknown): unknown {
  return value === "NaN" || value === "Infinity" || value === "-Infinity" ? Number(value) : value;
}
