/** The state of a pickle being read: stack, marks and memo. @module */

import { DataError, UnsafePickleError } from "../../core/errors.ts";
import { type ByteSource, FileBytes } from "../arrays/byte_source.ts";
import type { ByteReader, Extent } from "./byte_reader.ts";
import { ByteRun, type PickleContext } from "./context.ts";
import { type ByteDecoder, EncodedBytes } from "./encoded_bytes.ts";
import { findGlobal, PickleGlobal } from "./globals.ts";
import { NdArray } from "./nd_array.ts";
import { plainFormOf } from "./plain_form.ts";
import { ByteArray, Tuple } from "./python_values.ts";
import { latin1 } from "./text.ts";

/** What a machine needs to know besides the bytes that it runs. */
export interface MachineOptions {
  /** Byte runs of this length and more stay in the file when an array takes them. */
  readonly lazyBytes: number;
  /** What a persistent id stands for; without, they are refused. */
  readonly resolve?: (id: unknown, context: PickleContext) => unknown;
  /** Reads a stream of PyTorch's that lies in the file; without, it is refused. */
  readonly readNested?: (bytes: ByteSource, context: PickleContext) => unknown;
}

/** Runs opcodes that work on a stack, without recursion: nesting costs no call stack. */
export class PickleMachine implements PickleContext {
  readonly reader: ByteReader;
  /** Byte runs of this length and more stay in the file when an array takes them. */
  readonly lazyBytes: number;
  readonly #options: MachineOptions;
  /** Name of the opcode being run. */
  operation = "";
  protocol = 0;
  readonly #stack: unknown[] = [];
  /** Heights of the stack at which MARK was run. */
  readonly #marks: number[] = [];
  /** Memo entries 0, 1, 2, …; others, which no known pickler writes, are in `#sparseMemo`. */
  readonly #memo: unknown[] = [];
  readonly #sparseMemo = new Map<number, unknown>();
  #copied = 0;

  constructor(reader: ByteReader, options: MachineOptions) {
    this.reader = reader;
    this.#options = options;
    this.lazyBytes = Math.max(16, options.lazyBytes);
  }

  readNested(bytes: ByteSource): unknown {
    if (this.#options.readNested === undefined) {
      throw this.fail("a file within a file", "a pickle that is complete in itself");
    }
    return this.#options.readNested(bytes, this);
  }

  /** PERSID and BINPERSID: a value that lies outside the pickle. */
  persistent(id: unknown): void {
    if (this.#options.resolve === undefined) {
      throw this.fail("a persistent id", "a pickle that is complete in itself");
    }
    this.push(this.#options.resolve(id, this));
  }

  fail(found: string, wanted: string): DataError {
    const { file, operationAt } = this.reader;
    const where = `${this.operation} at byte ${operationAt}`;
    return new DataError(`Cannot read "${file.path}": ${where} gives ${found}, expected ${wanted}`);
  }

  charge(items: number): void {
    this.#copied += items;
    if (this.#copied > this.reader.file.size) {
      throw this.fail("more copies than the file has bytes", "at most one of each item");
    }
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  /** The item on top, which must be above the last mark. */
  top(): unknown {
    this.#need(1);
    return this.#stack.at(-1);
  }

  pop(): unknown {
    this.#need(1);
    return this.#stack.pop();
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** The items above the last mark; they and the mark are taken away. */
  popToMark(): unknown[] {
    const height = this.#marks.pop();
    if (height === undefined) throw this.fail("an empty stack of marks", "a MARK before");
    return this.#stack.splice(height);
  }

  /** The last `count` items as a tuple. */
  popTuple(count: number): Tuple {
    this.#need(count);
    return Tuple.fromItems(this.#stack.splice(this.#stack.length - count));
  }

  /** POP: an item, or the mark on which nothing lies. */
  discard(): void {
    if (this.#stack.length === this.#marks.at(-1)) this.#marks.pop();
    else this.pop();
  }

  /** Number of items above the last mark. */
  get height(): number {
    return this.#stack.length - (this.#marks.at(-1) ?? 0);
  }

  #need(count: number): void {
    if (this.height < count) throw this.fail("an empty stack", `${count} item on it`);
  }

  memoize(index: number): void {
    const value = this.top();
    if (index <= this.#memo.length) this.#memo[index] = value;
    else this.#sparseMemo.set(index, value);
  }

  /** MEMOIZE: the number of entries is the index. */
  memoizeNext(): void {
    this.memoize(this.#memo.length + this.#sparseMemo.size);
  }

  recall(index: number): void {
    if (index < this.#memo.length) return this.push(this.#asValue(this.#memo[index]));
    if (!this.#sparseMemo.has(index)) {
      throw this.fail(`the memo entry ${index}`, "one that was stored before");
    }
    this.push(this.#asValue(this.#sparseMemo.get(index)));
  }

  /** A byte run that is wanted for something other than an array must come into memory. */
  #asValue(value: unknown): unknown {
    if (!(value instanceof ByteRun) || this.#bytesAreWanted()) return value;
    this.charge(value.bytes.length);
    const bytes = new Uint8Array(value.bytes.length);
    value.bytes.read(0, bytes);
    return value.isText ? latin1(bytes) : bytes;
  }

  /**
   * Whether what is pushed now goes into an array as its bytes: it is an argument of
   * `_codecs.encode` or `_frombuffer`, or belongs to the state of an array that waits for it.
   */
  #bytesAreWanted(): boolean {
    const top = this.#stack.at(-1);
    if (top instanceof PickleGlobal && top.takesBytes) return true;
    const owner = this.#stack[(this.#marks.at(-1) ?? 0) - 1];
    return owner instanceof NdArray ? !owner.isFilled : owner instanceof PickleGlobal &&
      owner.takesBytes;
  }

  /** The allowed global of that name. @throws {UnsafePickleError} when there is none */
  global(module: string, name: string): PickleGlobal {
    const known = findGlobal(module, name);
    if (known !== undefined) return known;
    const { file, operationAt } = this.reader;
    const full = `${module}.${name}`.slice(0, 200);
    const remedy = plainFormOf(full, file.path);
    throw new UnsafePickleError(
      `Cannot read "${file.path}": ${this.operation} at byte ${operationAt} names ` +
        `${JSON.stringify(full)}, which could run code (nothing of it was called), ` +
        (remedy ?? "expected only plain Python values, numpy arrays and PyTorch tensors"),
      full,
    );
  }

  /** Calls an allowed global and pushes what it gives. */
  call(callable: unknown, args: readonly unknown[]): void {
    if (!(callable instanceof PickleGlobal) || callable.call === null) {
      const what = callable instanceof PickleGlobal ? `a call of "${callable.name}"` : "a call";
      throw this.fail(what, "the call of a function that makes a value");
    }
    this.push(this.#asValue(callable.call(args, this)));
  }

  /** The finished object. */
  result(): unknown {
    return this.#asValue(this.pop());
  }

  /** Pushes a bytes object, or a bytearray, that lies at `extent`. */
  pushBytes(extent: Extent, isByteArray = false): void {
    if (extent.length >= this.lazyBytes && this.#bytesAreWanted()) {
      return this.push(new ByteRun(this.#inFile(extent), false));
    }
    const bytes = this.reader.copy(extent);
    this.push(isByteArray ? new ByteArray(bytes.buffer) : bytes);
  }

  /**
   * Pushes a string that lies at `extent`.
   *
   * @param decode its bytes, if it stands for bytes
   * @param text the string
   */
  pushText(extent: Extent, decode: ByteDecoder | null, text: (bytes: Uint8Array) => string): void {
    if (extent.length < this.lazyBytes || !this.#bytesAreWanted()) {
      return this.push(text(this.reader.copy(extent)));
    }
    const encoded = this.#inFile(extent);
    const bytes = decode === null ? encoded : new EncodedBytes(encoded, decode);
    this.push(new ByteRun(bytes, true));
  }

  #inFile({ offset, length }: Extent): FileBytes {
    return new FileBytes(this.reader.file, offset, length);
  }
}
