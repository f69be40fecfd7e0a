/** Reading a pickle's opcodes and arguments through a window over the file. @module */

import { DataError } from "../../core/errors.ts";
import { byteCount, type Positioned } from "../arrays/positioned_file.ts";

/** Size of the window in bytes. */
const WINDOW = 1 << 16;

/** A run of bytes in the file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** The bytes of a file in order; large runs can be skipped without being read. */
export class ByteReader {
  readonly file: Positioned;
  /** Where the opcode that is being run begins. */
  operationAt = 0;
  readonly #buffer: Uint8Array;
  readonly #view: DataView;
  /** File position of the first byte of the window. */
  #base = 0;
  /** Bytes of the window that are filled. */
  #filled = 0;
  /** Next byte, counted from the start of the window; behind the window after a skip. */
  #at = 0;

  constructor(file: Positioned) {
    this.file = file;
    this.#buffer = new Uint8Array(Math.min(WINDOW, Math.max(16, file.size)));
    this.#view = new DataView(this.#buffer.buffer);
  }

  get position(): number {
    return this.#base + this.#at;
  }

  get remaining(): number {
    return this.file.size - this.position;
  }

  /** The next opcode. */
  operation(): number {
    this.operationAt = this.position;
    if (this.remaining === 0) throw this.#ended("before the opcode STOP");
    return this.byte();
  }

  byte(): number {
    return this.#buffer[this.#take(1)]!;
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** An unsigned 64-bit integer; beyond 2^53 it is rounded, and more than any file holds. */
  uint64(): number {
    const low = this.uint32();
    return low + this.uint32() * 2 ** 32;
  }

  /** Big-endian, as in BINFLOAT. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** The next `length` bytes as a copy. */
  bytes(length: number): Uint8Array<ArrayBuffer> {
    return this.copy(this.advance(length));
  }

  /** Passes over the next `length` bytes, which must be in the file, without reading them. */
  advance(length: number): Extent {
    this.claim(length);
    const offset = this.position;
    this.#at += length;
    return { offset, length };
  }

  /** @throws {DataError} when fewer than `length` bytes are left, before anything is allocated */
  claim(length: number): void {
    if (length > this.remaining) {
      throw this.#ended(
        `inside ${this.#operation}, which claims ${byteCount(length)} more, ` +
          `expected at most the ${byteCount(this.remaining)} that are left`,
      );
    }
  }

  /** Passes over a line; the extent is without its newline. */
  line(): Extent {
    const offset = this.position;
    for (;;) {
      if (this.#at >= this.#filled && !this.#fill()) {
        throw this.#ended(`inside the line of ${this.#operation}`);
      }
      const end = this.#buffer.subarray(0, this.#filled).indexOf(10, this.#at);
      this.#at = end < 0 ? this.#filled : end + 1;
      if (end >= 0) return { offset, length: this.position - 1 - offset };
    }
  }

  /** A copy of bytes that were passed over. */
  copy({ offset, length }: Extent): Uint8Array<ArrayBuffer> {
    const from = offset - this.#base;
    if (from >= 0 && from + length <= this.#filled) return this.#buffer.slice(from, from + length);
    const bytes = new Uint8Array(length);
    this.file.readAt(offset, bytes);
    return bytes;
  }

  /** Index in the window of the next `length` (at most 8) bytes, which are then behind. */
  #take(length: number): number {
    if (this.#at + length > this.#filled) {
      if (length > this.remaining) throw this.#ended(`inside ${this.#operation}`);
      this.#fill();
    }
    const at = this.#at;
    this.#at += length;
    return at;
  }

  /** Moves the window to the current position; false at the end of the file. */
  #fill(): boolean {
    this.#base = this.position;
    this.#at = 0;
    this.#filled = Math.min(this.#buffer.length, this.file.size - this.#base);
    this.file.readAt(this.#base, this.#buffer.subarray(0, this.#filled));
    return this.#filled > 0;
  }

  get #operation(): string {
    return `the opcode at byte ${this.operationAt}`;
  }

  #ended(where: string): DataError {
    const { path, size } = this.file;
    return new DataError(
      `Cannot read "${path}": it is ${byteCount(size)} and ends ${where}: ` +
        "the download may have stopped early",
    );
  }
}
