/** Runs of bytes that lie in memory or in a file, read by position. @module */

import type { Positioned } from "./positioned_file.ts";

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
  readonly #file: Positioned;
  readonly #offset: number;

  constructor(file: Positioned, offset: number, length: number) {
    this.#file = file;
    this.#offset = offset;
    this.length = length;
  }

  read(position: number, target: Uint8Array): void {
    this.#file.readAt(this.#offset + position, target);
  }
}

/** A run of bytes as a file of its own: what reads files can read it. */
export class PositionedBytes implements Positioned {
  readonly path: string;
  readonly #bytes: ByteSource;

  /** @param path names it in messages */
  constructor(path: string, bytes: ByteSource) {
    this.path = path;
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  readAt(position: number, target: Uint8Array): void {
    this.#bytes.read(position, target);
  }
}

/** All bytes of `source` in a new array. */
export function readAll(source: ByteSource): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(source.length);
  source.read(0, bytes);
  return bytes;
}
