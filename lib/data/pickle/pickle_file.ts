/** Opening a pickle. @module */

import { DataError } from "../../core/errors.ts";
import { type ByteSource, PositionedBytes } from "../arrays/byte_source.ts";
import { type Positioned, PositionedFile, refuseForeign } from "../arrays/positioned_file.ts";
import { ByteReader } from "./byte_reader.ts";
import type { PickleContext } from "./context.ts";
import { type MachineOptions, PickleMachine } from "./machine.ts";
import { OPERATIONS, STOP } from "./opcodes.ts";
import { isLegacyMagic, readLegacyTorch } from "./torch_legacy.ts";

/** How {@linkcode readPickle} reads. */
export interface PickleOptions {
  /**
   * Arrays of at least this many bytes stay in the file until their values are asked for;
   * 16 is the least.
   *
   * @default {65536}
   */
  readonly lazyBytes?: number;
}

/**
 * A pickle that was read. Its large arrays lie in the file, which stays open until `close()`.
 *
 * @example
 * ```ts
 * import { type PickleFile, readPickle } from "./pickle_file.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "(lp0\nF0.5\naI2\na.");
 * const pickle: PickleFile = readPickle(path);
 * assertEquals([pickle.root, pickle.protocol, pickle.trailingBytes], [[0.5, 2], 0, 0]);
 * pickle.close();
 * Deno.removeSync(path);
 * ```
 */
export class PickleFile implements Disposable {
  /** Where it is. */
  readonly path: string;
  /** The object that was pickled; see {@linkcode readPickle} for its types. */
  readonly root: unknown;
  /** 0 to 5, as the file says; 0 when it says nothing, as protocols 0 and 1 do. */
  readonly protocol: number;
  /** Bytes after the end of the pickle, which were not read. */
  readonly trailingBytes: number;
  readonly #file: PositionedFile;

  /** Made by `readPickle`. */
  constructor(file: PositionedFile, root: unknown, protocol: number, trailingBytes: number) {
    this.path = file.path;
    this.root = root;
    this.protocol = protocol;
    this.trailingBytes = trailingBytes;
    this.#file = file;
  }

  /** Closes the file; arrays that still lie in it can no longer be read. */
  close(): void {
    this.#file.close();
  }

  /** Ends its use. */
  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * Reads a pickle of protocol 0 to 5 without running anything from it.
 *
 * `None` becomes null, `int` a number (a bigint beyond 2^53), `str` and Python 2 byte strings
 * (as latin1) a string, `list` an array, `tuple` an array of a class of its own, `dict` a `Map`,
 * `set` a `Set`, `bytes` a `Uint8Array`, a numpy array an {@linkcode ArraySource}. Keys of a `Map` that are tuples or
 * bytes are equal only to themselves.
 *
 * Only plain Python values, numpy's arrays, dtypes and scalars and PyTorch's tensors, which become
 * an {@linkcode ArraySource} too, may be named in the file.
 * Time and memory are bounded by the length of the file, whatever it claims.
 *
 * @throws {UnsafePickleError} for a file that names anything else, which is not called
 * @throws {DataError} for a file that is missing, empty, truncated, damaged or no pickle
 *
 * @example
 * ```ts
 * import { readPickle } from "./pickle_file.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = Deno.makeTempFileSync();
 * Deno.writeTextFileSync(path, "(dS'answer'\nI42\ns.");
 * const pickle = readPickle(path);
 * assertEquals(pickle.root, new Map([["answer", 42]]));
 * pickle.close();
 * Deno.removeSync(path);
 * ```
 */
export function readPickle(path: string, { lazyBytes = 1 << 16 }: PickleOptions = {}): PickleFile {
  const file = new PositionedFile(path);
  try {
    refuseForeign(file, "a pickle");
    const { root, protocol, trailingBytes } = readPickleBytes(file, { lazyBytes });
    return new PickleFile(file, root, protocol, trailingBytes);
  } catch (error) {
    file.close();
    throw error;
  }
}

/**
 * Reads a pickle that lies in an open file or in a part of one, as {@linkcode readPickle} does. A
 * stream of PyTorch's `save` before version 1.6, which is several pickles, counts as one.
 *
 * @param resolve what a persistent id stands for; without, they are refused
 */
export function readPickleBytes(
  file: Positioned,
  { lazyBytes, resolve }: Omit<MachineOptions, "readNested">,
): Pick<PickleFile, "root" | "protocol" | "trailingBytes"> {
  const reader = new ByteReader(file);
  const machine = new PickleMachine(reader, {
    lazyBytes,
    ...(resolve === undefined ? {} : { resolve }),
    readNested: (bytes, context) => readNested(file.path, bytes, lazyBytes, context),
  });
  const first = runPickle(machine);
  const root = isLegacyMagic(first) ? readLegacy(reader, lazyBytes, machine) : first;
  return { root, protocol: machine.protocol, trailingBytes: reader.remaining };
}

function readNested(
  path: string,
  bytes: ByteSource,
  lazyBytes: number,
  context: PickleContext,
): unknown {
  const reader = new ByteReader(new PositionedBytes(path, bytes));
  const magic = runPickle(new PickleMachine(reader, { lazyBytes }));
  if (!isLegacyMagic(magic)) throw context.fail("a file within a file", "a tensor of PyTorch's");
  return readLegacy(reader, lazyBytes, context);
}

function readLegacy(reader: ByteReader, lazyBytes: number, context: PickleContext): unknown {
  const next = (resolve?: MachineOptions["resolve"]) =>
    runPickle(
      new PickleMachine(reader, { lazyBytes, ...(resolve === undefined ? {} : { resolve }) }),
    );
  return readLegacyTorch(reader, next, context);
}

/** Runs opcodes up to STOP. */
function runPickle(machine: PickleMachine): unknown {
  const { reader } = machine;
  try {
    for (let code = reader.operation(); code !== STOP; code = reader.operation()) {
      const operation = OPERATIONS[code];
      if (operation === undefined) throw unknownOpcode(machine, code);
      machine.operation = operation.name;
      operation.run(machine);
    }
    machine.operation = "STOP";
    return machine.result();
  } catch (error) {
    if (error instanceof SyntaxError) throw machine.fail(error.message, "what Python writes");
    // Strings, maps and integers have limits in JavaScript that Python does not have.
    if (error instanceof RangeError) throw machine.fail("more than can be held", "a smaller value");
    throw error;
  }
}

function unknownOpcode({ reader }: PickleMachine, code: number): DataError {
  const at = reader.operationAt;
  const byte = `0x${code.toString(16).padStart(2, "0")}`;
  const sign = code > 32 && code < 127 ? ` ("${String.fromCharCode(code)}")` : "";
  const found = at === 0
    ? `it begins with ${byte}${sign}, expected a pickle`
    : `byte ${at} is ${byte}${sign}, expected an opcode of pickle protocols 0 to 5`;
  return new DataError(`Cannot read "${reader.file.path}": ${found}`);
}
