/** Pickles put together byte by byte, so that tests need no Python. @module */

import { type PickleFile, type PickleOptions, readPickle } from "../../../lib/data/pickle/mod.ts";

/** A string stands for one byte a character. */
export type Part = string | number | readonly number[] | Uint8Array;

/** All parts in a row. */
export function bytes(...parts: Part[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => {
    if (typeof part === "number") return [part];
    if (typeof part === "string") return Array.from(part, (sign) => sign.charCodeAt(0));
    return Array.from(part);
  }));
}

/** Little-endian integer of `width` bytes. */
export function integer(value: number | bigint, width: number): Uint8Array {
  const raw = new Uint8Array(8);
  new DataView(raw.buffer).setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return raw.slice(0, width);
}

/** BINUNICODE of an ASCII text. */
export function text(value: string): Uint8Array {
  return bytes("X", integer(value.length, 4), value);
}

/** BINBYTES. */
export function binaryBytes(value: Uint8Array): Uint8Array {
  return bytes("B", integer(value.length, 4), value);
}

/** A tuple of small integers. */
export function shapeTuple(shape: readonly number[]): Uint8Array {
  return bytes("(", ...shape.flatMap((axis) => [bytes("J", integer(axis, 4))]), "t");
}

/** A numpy dtype, `code` such as `f4` and byte order. */
export function dtype(code: string, order = "<"): Uint8Array {
  const state = bytes("(K\x03", text(order), "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00t");
  return bytes("cnumpy\ndtype\n", text(code), 0x89, 0x88, 0x87, "R", state, "b");
}

/** What {@linkcode ndarray} makes an array of. */
export interface ArrayParts {
  readonly shape: readonly number[];
  readonly code: string;
  /** Opcodes that push the content. */
  readonly content: Uint8Array;
  readonly order?: string;
  readonly fortran?: boolean;
  /** `numpy.core` is numpy 1's name. */
  readonly core?: string;
}

/** A numpy array as protocols 0 to 4 write it. */
export function ndarray(parts: ArrayParts): Uint8Array {
  const { shape, code, content, order = "<", fortran = false, core = "numpy._core" } = parts;
  return bytes(
    `c${core}.multiarray\n_reconstruct\ncnumpy\nndarray\n`,
    "K\x00\x85C\x01b\x87R(K\x01",
    shapeTuple(shape),
    dtype(code, order),
    fortran ? 0x88 : 0x89,
    content,
    "tb",
  );
}

/** The bytes of a typed array. */
export function rawOf(values: ArrayBufferView<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Calls `use` with the path of a file that holds `content`. */
export function withFile<T>(content: Uint8Array, use: (path: string) => T): T {
  const path = Deno.makeTempFileSync({ suffix: ".pkl" });
  try {
    Deno.writeFileSync(path, content);
    return use(path);
  } finally {
    Deno.removeSync(path);
  }
}

/** Calls `use` with the pickle that consists of `parts`. */
export function withPickle<T>(
  parts: Part[],
  use: (pickle: PickleFile) => T,
  options: PickleOptions = {},
): T {
  return withFile(bytes(...parts), (path) => {
    using pickle = readPickle(path, options);
    return use(pickle);
  });
}

/** The object of the pickle that consists of `parts`. */
export function load(...parts: Part[]): unknown {
  return withPickle(parts, (pickle) => pickle.root);
}
