/** Memory that native code may point into for as long as the library is open. @module */

import type { Library, Native } from "./symbols.ts";
import { EngineError, OutOfMemoryError } from "../../../core/errors.ts";

/** Names of `TF_Code`, by number. */
const CODES = [
  "OK",
  "CANCELLED",
  "UNKNOWN",
  "INVALID_ARGUMENT",
  "DEADLINE_EXCEEDED",
  "NOT_FOUND",
  "ALREADY_EXISTS",
  "PERMISSION_DENIED",
  "RESOURCE_EXHAUSTED",
  "FAILED_PRECONDITION",
  "ABORTED",
  "OUT_OF_RANGE",
  "UNIMPLEMENTED",
  "INTERNAL",
  "UNAVAILABLE",
  "DATA_LOSS",
  "UNAUTHENTICATED",
];

/** A buffer and its address. */
export interface Pinned<T> {
  readonly array: T;
  readonly address: bigint;
}

/** The address of a buffer that the caller keeps alive. */
function addressOf(buffer: ArrayBuffer): bigint {
  return Deno.UnsafePointer.value(Deno.UnsafePointer.of(buffer));
}

/**
 * The functions of one opened library with the memory they share: C strings, which are written once
 * and kept, and one status, which every fallible call writes to.
 */
export class NativeMemory {
  readonly native: Native;
  /** A `TF_Status*`. */
  readonly status: bigint;
  /** Keeps what native code points into from being collected. */
  readonly #kept: ArrayBuffer[] = [];
  readonly #strings = new Map<string, bigint>();

  constructor(library: Library) {
    this.native = library.symbols;
    this.status = this.native.TF_NewStatus();
  }

  /** Memory for `length` 8-byte integers, signed. */
  pinBigInt64(length: number): Pinned<BigInt64Array> {
    const buffer = this.#allocate(8 * length);
    return { array: new BigInt64Array(buffer), address: addressOf(buffer) };
  }

  /** Memory for `length` 8-byte integers, unsigned: pointers. */
  pinBigUint64(length: number): Pinned<BigUint64Array> {
    const buffer = this.#allocate(8 * length);
    return { array: new BigUint64Array(buffer), address: addressOf(buffer) };
  }

  /** Memory for `length` 4-byte integers. */
  pinInt32(length: number): Pinned<Int32Array> {
    const buffer = this.#allocate(4 * length);
    return { array: new Int32Array(buffer), address: addressOf(buffer) };
  }

  #allocate(bytes: number): ArrayBuffer {
    const buffer = new ArrayBuffer(bytes);
    this.#kept.push(buffer);
    return buffer;
  }

  /** Address of `text` as a C string. It is kept for good, so only for a limited set of texts. */
  cString(text: string): bigint {
    let address = this.#strings.get(text);
    if (address === undefined) {
      const bytes = new TextEncoder().encode(text);
      const buffer = this.#allocate(bytes.length + 1);
      new Uint8Array(buffer).set(bytes);
      address = addressOf(buffer);
      this.#strings.set(text, address);
    }
    return address;
  }

  /** The C string at `address`. */
  readCString(address: bigint): string {
    const pointer = Deno.UnsafePointer.create(address);
    return pointer === null ? "" : Deno.UnsafePointerView.getCString(pointer);
  }

  /**
   * Throws when the last call that took {@linkcode status} failed.
   *
   * @param status where the call wrote to another one
   * @param action what failed, for the message: `run the TensorFlow op "MatMul"`
   * @throws {EngineError} with TensorFlow's own code and message
   * @throws {OutOfMemoryError} when it could not allocate
   */
  check(action: string, status: bigint = this.status): void {
    const code = this.native.TF_GetCode(status);
    if (code === 0) return;
    const detail = this.readCString(this.native.TF_Message(status));
    const reason = CODES[code] ?? `code ${code}`;
    const Class = reason === "RESOURCE_EXHAUSTED" ? OutOfMemoryError : EngineError;
    throw new Class(`Cannot ${action}: ${reason}: ${detail}`);
  }
}
