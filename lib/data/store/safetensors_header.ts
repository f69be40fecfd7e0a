/**
 * The header of a safetensors file: 8 bytes of length, then JSON with the type, shape and place of
 * each tensor.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { sizeOf } from "../arrays/array_source.ts";
import { bytesOf, type ElementType } from "../arrays/elements.ts";
import { byteCount, type PositionedFile, refuseForeign } from "../arrays/positioned_file.ts";
import { parseUniqueJson } from "./unique_json.ts";

/** Types of the format. */
export type SafetensorsType =
  | "U64"
  | "I64"
  | "F64"
  | "F32"
  | "U32"
  | "I32"
  | "BF16"
  | "F16"
  | "U16"
  | "I16"
  | "I8"
  | "U8"
  | "BOOL";

/**
 * The types with their storage, in the order in which tensors are written. It is the order of the
 * reference writer: wide types first, so that every tensor is aligned.
 */
export const SAFETENSORS_TYPES: ReadonlyMap<SafetensorsType, ElementType> = new Map([
  ["U64", "u8"],
  ["I64", "i8"],
  ["F64", "f8"],
  ["F32", "f4"],
  ["U32", "u4"],
  ["I32", "i4"],
  ["BF16", "bf16"],
  ["F16", "f2"],
  ["U16", "u2"],
  ["I16", "i2"],
  ["I8", "i1"],
  ["U8", "u1"],
  ["BOOL", "b1"],
]);

/** The name under which a header keeps its free text. */
export const METADATA = "__metadata__";

/** Longest header in bytes, the limit of the reference implementation. */
export const MAX_HEADER = 100_000_000;

/** Bytes of the length that comes before the header. */
export const LENGTH_BYTES = 8;

/** A header is an object of objects with a list: nothing is nested deeper. */
const MAX_DEPTH = 3;

/** What a header says about a tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: SafetensorsType;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** Byte after the last. */
  readonly end: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  /** In the order of their bytes. */
  readonly tensors: readonly TensorInfo[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Position of the first tensor in the file. */
  readonly dataStart: number;
}

/**
 * Reads and checks the header: its length and text, names, types, shapes, and that the tensors cover
 * the rest of the file exactly, without overlap or hole.
 *
 * @throws {DataError} naming the rule that the file breaks
 */
export function readHeader(file: PositionedFile): SafetensorsHeader {
  refuseForeign(file, "a safetensors file");
  const text = readHeaderText(file);
  const dataStart = LENGTH_BYTES + text.length;
  const header = parseHeader(file, text);
  const tensors: TensorInfo[] = [];
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of Object.entries(header)) {
    if (name === METADATA) metadata = metadataOf(file, value);
    else tensors.push(tensorInfo(file, name, value));
  }
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const end = checkCoverage(file, tensors);
  const expected = dataStart + end;
  if (file.size < expected) throw truncated(file, byteCount(expected));
  if (file.size > expected) {
    const rest = byteCount(file.size - expected);
    throw failure(file, `it has ${rest} after its last tensor, expected none`);
  }
  return { tensors, metadata, dataStart };
}

function failure(file: PositionedFile, what: string, cause?: unknown): DataError {
  return new DataError(`Cannot read "${file.path}": ${what}`, { cause });
}

function truncated(file: PositionedFile, expected: string): DataError {
  const size = byteCount(file.size);
  return failure(file, `it is ${size}, expected ${expected}: the download stopped early`);
}

function readHeaderText(file: PositionedFile): Uint8Array {
  if (file.size < LENGTH_BYTES) {
    throw truncated(file, `at least ${byteCount(LENGTH_BYTES)}`);
  }
  const lengthBytes = new Uint8Array(LENGTH_BYTES);
  file.readAt(0, lengthBytes);
  const length = new DataView(lengthBytes.buffer).getBigUint64(0, true);
  if (length > MAX_HEADER) {
    const claim = `${length.toLocaleString("en-US")} bytes`;
    throw failure(
      file,
      `its header claims ${claim}, expected at most ${byteCount(MAX_HEADER)}: ` +
        "it is no safetensors file",
    );
  }
  const end = LENGTH_BYTES + Number(length);
  if (end > file.size) throw truncated(file, `at least ${byteCount(end)} for its header`);
  const text = new Uint8Array(Number(length));
  file.readAt(LENGTH_BYTES, text);
  return text;
}

function parseHeader(file: PositionedFile, bytes: Uint8Array): object {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw failure(file, "its header is no UTF-8, expected JSON in UTF-8", error);
  }
  if (!text.startsWith("{")) {
    const start = JSON.stringify(text.slice(0, 8));
    throw failure(file, `its header begins with ${start}, expected "{"`);
  }
  try {
    return parseUniqueJson(text, MAX_DEPTH) as object;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw failure(file, `its header is no valid JSON: ${error.message}`, error);
  }
}

function metadataOf(file: PositionedFile, value: unknown): Map<string, string> {
  const entries = isObject(value) ? Object.entries(value) : null;
  if (entries === null || entries.some(([, text]) => typeof text !== "string")) {
    throw failure(file, `its "${METADATA}" is ${brief(value)}, expected an object of strings`);
  }
  return new Map(entries as [string, string][]);
}

function tensorInfo(file: PositionedFile, name: string, value: unknown): TensorInfo {
  const tensor = `its tensor ${JSON.stringify(name)}`;
  const { dtype, shape, data_offsets: offsets }: Record<string, unknown> = isObject(value)
    ? value
    : {};
  if (!isSafetensorsType(dtype)) {
    const known = [...SAFETENSORS_TYPES.keys()].join(", ");
    throw failure(file, `${tensor} has the dtype ${brief(dtype)}, expected one of ${known}`);
  }
  if (!isNaturals(shape)) {
    throw failure(file, `${tensor} has the shape ${brief(shape)}, expected a list of integers`);
  }
  const [begin, end, more] = isNaturals(offsets) ? offsets : [];
  if (begin === undefined || end === undefined || more !== undefined || begin > end) {
    const wanted = "expected two increasing integers";
    throw failure(file, `${tensor} has the data_offsets ${brief(offsets)}, ${wanted}`);
  }
  const size = (sizeOf(shape) ?? NaN) * bytesOf(SAFETENSORS_TYPES.get(dtype)!);
  if (size !== end - begin) {
    const wanted = Number.isSafeInteger(size) ? byteCount(size) : "more than any file has";
    throw failure(
      file,
      `${tensor} has ${byteCount(end - begin)}, expected ${wanted} for shape ` +
        `[${shape.join(", ")}] of ${dtype}`,
    );
  }
  return { name, dtype, shape, begin, end };
}

/** Number of bytes that the tensors cover without overlap or hole. */
function checkCoverage(file: PositionedFile, tensors: readonly TensorInfo[]): number {
  let covered = 0;
  for (const { name, begin, end } of tensors) {
    if (begin !== covered) {
      const fault = begin < covered ? "overlaps the one before" : "leaves a hole before it";
      throw failure(
        file,
        `its tensor ${JSON.stringify(name)} begins at byte ${begin} of the data and ${fault}, ` +
          `expected ${covered}`,
      );
    }
    covered = end;
  }
  return covered;
}

/** Whether `value` is a type of the format. */
export function isSafetensorsType(value: unknown): value is SafetensorsType {
  return SAFETENSORS_TYPES.has(value as SafetensorsType);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNaturals(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** The beginning of `value` as JSON, for messages. */
function brief(value: unknown): string {
  return (JSON.stringify(value) ?? "missing").slice(0, 60);
}
