/** Runs of bytes that lie in memory or in a file, read by position. @module */

import type { PositionedFile } from "./positioned_file.ts";

/** A run of bytes that need not be in memory. */
export interface ByteSource {
  /** Number of bytes. */
  readonly length: number;
  /** Fills `target` with the bytes from `position` on; the caller stays inside the run. */
  read(position: number, target: Uint8Array): void;
}

/** Bytes that are in memory already. */
export class MemoryBytes implements ByteSource {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  read(position: number, target: Uint8Array): void {
    target.set(this.#bytes.subarray(position, position + target.length));
  }
}

/** Bytes `[offset, offset + length)` of an open file. */
export class FileBytes implements ByteSource {
  readonly length: number;
  readonly #file: PositionedFile;
  readonly #offset: number;

  constructor(file: PositionedFile, offset: number, length: number) {
    this.#file = file;
    this.#offset = offset;
    this.length = length;
  }

  read(position: number, target: Uint8Array): void {
    this.#file.readAt(this.#offset + position, target);
  }
}

/** All bytes of `source` in a new array. */
export function readAll(source: ByteSource): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(source.length);
  source.read(0, bytes);
  return bytes;
}
