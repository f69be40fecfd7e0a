/**
 * numpy's `.npy`: one array after a header that is a Python dictionary in text.
 *
 * Format: NEP 1, versions 1.0 to 3.0.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { type ArraySource, sizeOf } from "../arrays/array_source.ts";
import { type ByteSource, PositionedBytes } from "../arrays/byte_source.ts";
import { isElementType } from "../arrays/elements.ts";
import { byteCount } from "../arrays/positioned_file.ts";
import { StoredArray } from "../arrays/stored_array.ts";
import { readPickleBytes } from "../pickle/pickle_file.ts";
import { StringArray } from "../pickle/value_arrays.ts";

/** What each file begins with. */
export const NPY_MAGIC = "\x93NUMPY";

const LONGEST_HEADER = 1 << 16;

/**
 * The array in `bytes`; an array of Python objects is read as the pickle that it is.
 *
 * @param path names it in messages
 * @throws {DataError} where it is damaged or of a type that is no number, text or object
 */
export function readNpy(path: string, bytes: ByteSource): unknown {
  const fail = (what: string) => new DataError(`Cannot read "${path}" as a numpy array: ${what}`);
  const head = new Uint8Array(Math.min(12, bytes.length));
  bytes.read(0, head);
  if (head.length < 12 || String.fromCharCode(...head.subarray(0, 6)) !== NPY_MAGIC) {
    throw fail('it does not begin with "\\x93NUMPY"');
  }
  const view = new DataView(head.buffer);
  const [start, length] = head[6] === 1
    ? [10, view.getUint16(8, true)]
    : [12, view.getUint32(8, true)];
  if (length > LONGEST_HEADER || start + length > bytes.length) {
    throw fail(`its header claims ${byteCount(length)}, of ${byteCount(bytes.length)}`);
  }
  const raw = new Uint8Array(length);
  bytes.read(start, raw);
  const text = new TextDecoder("latin1").decode(raw);
  const descr = /'descr':\s*'([<>=|]?)([a-zA-Z])(\d*)'/.exec(text);
  const order = /'fortran_order':\s*(True|False)/.exec(text)?.[1];
  const shapeText = /'shape':\s*\(([\d, ]*)\)/.exec(text)?.[1];
  if (descr === null || order === undefined || shapeText === undefined) {
    throw fail(`its header is "${text.trim().slice(0, 80)}", expected numbers, text or objects`);
  }
  const shape = (shapeText.match(/\d+/g) ?? []).map(Number);
  const from = start + length;
  const rest: ByteSource = {
    length: bytes.length - from,
    read: (position, target) => bytes.read(from + position, target),
  };
  const [, endian, kind, digits] = descr;
  if (kind === "O") return readObjects(path, rest);
  return makeArray(rest, shape, {
    code: `${kind}${digits}`,
    bigEndian: endian === ">",
    isFortran: order === "True",
    fail,
  });
}

function readObjects(path: string, bytes: ByteSource): unknown {
  return readPickleBytes(new PositionedBytes(path, bytes), { lazyBytes: 1 << 16 }).root;
}

function makeArray(
  bytes: ByteSource,
  shape: readonly number[],
  { code, bigEndian, isFortran, fail }: {
    readonly code: string;
    readonly bigEndian: boolean;
    readonly isFortran: boolean;
    readonly fail: (what: string) => DataError;
  },
): ArraySource {
  const axes = shape.map((_, axis) => axis);
  if (isFortran) axes.reverse();
  const size = sizeOf(shape);
  const [kind, width] = [code[0], Number(code.slice(1))];
  const isText = kind === "U" || kind === "S";
  if (!isText && !isElementType(code)) throw fail(`it has the type "${code}", expected numbers`);
  const each = kind === "U" ? 4 * width : width;
  const needed = (size ?? NaN) * each;
  if (bytes.length < needed || Number.isNaN(needed) || (each === 0 && size !== 0)) {
    throw fail(
      `its shape [${shape.join(", ")}] of ${code} needs more than its ${byteCount(bytes.length)}`,
    );
  }
  const content = { length: needed, read: bytes.read.bind(bytes) };
  if (isElementType(code)) return new StoredArray(content, { shape, type: code, bigEndian, axes });
  const dtype = `${kind === "U" ? "<" : "|"}${code}`;
  return new StringArray(content, { shape, axes, dtype, bytes: each, bigEndian });
}
