/** Writing safetensors files. @module */

import { AtomicFile } from "../../core/files.ts";
import { sizeOf, type TypedArray } from "../arrays/array_source.ts";
import { bytesOf, isStoredAs } from "../arrays/elements.ts";
import {
  isSafetensorsType,
  LENGTH_BYTES,
  MAX_HEADER,
  METADATA,
  SAFETENSORS_TYPES,
  type SafetensorsType,
} from "./safetensors_header.ts";

/** Values of the tensor's own type, or their little-endian bytes as a `Uint8Array`. */
export type TensorChunk = TypedArray | Float16Array;

/** All values at once, or piece by piece in C order; a generator is not run before its turn. */
export type TensorData = TensorChunk | Iterable<TensorChunk>;

/** A tensor to be written. */
export interface TensorToWrite {
  /** Under which the file will have it; each tensor needs one of its own. */
  readonly name: string;
  /** The format's name of the type. */
  readonly dtype: SafetensorsType;
  /** `[]` for a single number. */
  readonly shape: readonly number[];
  /** The values, or where they come from. */
  readonly data: TensorData;
}

/**
 * Writes a safetensors file, which appears under `path` only when it is complete.
 *
 * The tensors lie in the file by type, wide types first (U64, I64, F64, F32, U32, I32, BF16, F16,
 * U16, I16, I8, U8, BOOL), then by name, and their data is taken in this order; the metadata is
 * sorted. The same content thus gives the same bytes in whatever order it comes, and the bytes that
 * the reference writer gives.
 *
 * @param metadata free text by name
 * @throws {TypeError} for a wrong name, type or shape, or values of another type
 * @throws {RangeError} when the values of a tensor are more or fewer than its shape says; nothing is
 * left under `path` then
 *
 * @example
 * ```ts
 * import { writeSafetensors } from "./safetensors_writer.ts";
 * import { readSafetensors } from "./safetensors.ts";
 * import { assertEquals } from "@std/assert";
 * const path = Deno.makeTempFileSync();
 * writeSafetensors(path, [{ name: "bias", dtype: "F32", shape: [2], data: Float32Array.of(1, 2) }]);
 * const file = readSafetensors(path);
 * assertEquals(file.tensor("bias").shape, [2]);
 * file.close();
 * Deno.removeSync(path);
 * ```
 */
export function writeSafetensors(
  path: string,
  tensors: Iterable<TensorToWrite>,
  metadata: Readonly<Record<string, string>> = {},
): void {
  const types = [...SAFETENSORS_TYPES.keys()];
  const sorted = [...tensors].sort((a, b) =>
    types.indexOf(a.dtype) - types.indexOf(b.dtype) || compareNames(a.name, b.name)
  );
  const header = encodeHeader(sorted, metadata);
  using file = new AtomicFile(path);
  file.write(header);
  for (const tensor of sorted) {
    let written = 0;
    const expected = byteLength(tensor);
    for (const chunk of chunksOf(tensor)) {
      written += chunk.length;
      if (written > expected) break;
      file.write(chunk);
    }
    if (written !== expected) {
      const found = written > expected ? "more values" : `only ${written} bytes`;
      throw wrongSize(tensor, `it has ${found}, expected ${expected} bytes`);
    }
  }
  file.commit();
}

/** By code units, which does not depend on the language of the system. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function encodeHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries = new Map<string, unknown>();
  const texts = Object.entries(metadata).sort(([a], [b]) => compareNames(a, b));
  for (const [name, text] of texts) checkMetadata(name, text);
  if (texts.length > 0) {
    const fields = texts.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`);
    entries.set(METADATA, `{${fields.join(",")}}`);
  }
  let end = 0;
  for (const tensor of tensors) {
    checkName(tensor.name);
    if (entries.has(tensor.name)) throw new TypeError(`${cannot(tensor)}: it is there twice`);
    const begin = end;
    end += byteLength(tensor);
    const { dtype, shape } = tensor;
    entries.set(tensor.name, JSON.stringify({ dtype, shape, data_offsets: [begin, end] }));
  }
  const fields = Array.from(entries, ([name, value]) => `${JSON.stringify(name)}:${value}`);
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > MAX_HEADER) {
    throw new RangeError(
      `Cannot write a safetensors header of ${length} bytes, expected at most ${MAX_HEADER}`,
    );
  }
  const header = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, LENGTH_BYTES);
  return header;
}

function cannot({ name }: TensorToWrite): string {
  return `Cannot write the tensor ${JSON.stringify(name)}`;
}

function checkName(name: string): void {
  if (name !== METADATA && name !== "__proto__" && name.isWellFormed()) return;
  throw new TypeError(
    `Cannot write a tensor with the name ${JSON.stringify(name)}: it is not allowed`,
  );
}

function checkMetadata(name: string, text: unknown): void {
  if (typeof text === "string" && text.isWellFormed() && name.isWellFormed()) return;
  throw new TypeError(`Cannot write the metadata ${JSON.stringify(name)}: expected Unicode text`);
}

/** Number of bytes that the shape and type of `tensor` ask for. */
function byteLength(tensor: TensorToWrite): number {
  const { dtype, shape } = tensor;
  if (!isSafetensorsType(dtype)) {
    throw new TypeError(`${cannot(tensor)}: its dtype is "${dtype}", expected a safetensors type`);
  }
  const size = sizeOf(shape);
  const isValid = shape.every((axis) => Number.isSafeInteger(axis) && axis >= 0);
  if (!isValid || size === undefined) {
    throw new TypeError(
      `${cannot(tensor)}: its shape is [${shape.join(", ")}], expected integers of 0 and more`,
    );
  }
  return size * bytesOf(SAFETENSORS_TYPES.get(dtype)!);
}

function wrongSize(tensor: TensorToWrite, problem: string): RangeError {
  return new RangeError(`${cannot(tensor)} of shape [${tensor.shape.join(", ")}]: ${problem}`);
}

/** The bytes of the tensor, chunk by chunk. */
function* chunksOf(tensor: TensorToWrite): Generator<Uint8Array> {
  const { data } = tensor;
  const chunks = ArrayBuffer.isView(data) ? [data] : data;
  for (const chunk of chunks) {
    if (!fits(tensor.dtype, chunk)) {
      throw new TypeError(
        `${cannot(tensor)} of dtype ${tensor.dtype}: its values are a ` +
          `${chunk.constructor.name}, expected that type or its bytes`,
      );
    }
    yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}

function fits(dtype: SafetensorsType, chunk: TensorChunk): boolean {
  if (chunk instanceof Uint8Array) return true;
  if (dtype === "F16") return chunk instanceof Float16Array || chunk instanceof Uint16Array;
  if (dtype === "BF16") return chunk instanceof Uint16Array;
  return !(chunk instanceof Float16Array) && isStoredAs(SAFETENSORS_TYPES.get(dtype)!, chunk);
}
