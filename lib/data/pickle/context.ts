/** What the parts of the pickle reader share. @module */

import type { DataError } from "../../core/errors.ts";
import { type ByteSource, MemoryBytes } from "../arrays/byte_source.ts";
import { latin1Bytes } from "./text.ts";

/** The place in the file that is being read, for messages and limits. */
export interface PickleContext {
  /**
   * An error that names the file, the opcode being run and its byte.
   *
   * @param found what is wrong
   * @param wanted what was expected instead
   */
  fail(found: string, wanted: string): DataError;

  /**
   * Counts `items` that are about to be copied. Every item of an honest pickle takes at least one
   * byte of the file and is copied at most once; a file that makes the reader copy more than it is
   * long would cost quadratic time and memory.
   *
   * @throws {DataError} when more was copied than the file is long
   */
  charge(items: number): void;

  /**
   * What a file within the file holds: the stream that PyTorch's `save` once wrote.
   *
   * @param bytes all of it
   */
  readNested(bytes: ByteSource): unknown;
}

/** Bytes, or a string of the characters U+0000 to U+00FF, that stay in the file for an array. */
export class ByteRun {
  readonly bytes: ByteSource;
  readonly isText: boolean;

  constructor(bytes: ByteSource, isText: boolean) {
    this.bytes = bytes;
    this.isText = isText;
  }
}

/** `value` as bytes: bytes, or a string, with which Python 2 and protocols 0 to 2 write them. */
export function byteSourceOf(value: unknown, context: PickleContext): ByteSource | undefined {
  if (value instanceof ByteRun) return value.bytes;
  if (value instanceof Uint8Array) return new MemoryBytes(value);
  if (typeof value !== "string") return undefined;
  context.charge(value.length);
  return new MemoryBytes(latin1Bytes(value));
}
