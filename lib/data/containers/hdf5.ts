/**
 * HDF5 files, which the CMU SDK and MFN have. The package that reads them is loaded when the first
 * is asked for: {@linkcode loadHdf5} before, as that takes a while.
 *
 * @module
 */

import { DataError, messageOf } from "../../core/errors.ts";
import { loadPackage } from "../../core/packages.ts";
import { type ArraySource, checkRange, sizeOf, type TypedArray } from "../arrays/array_source.ts";
import type { Content } from "./container.ts";

/** What is used of the package. */
interface Hdf5Package {
  readonly ready: Promise<{ readonly FS: { write: StreamWrite } }>;
  readonly File: new (path: string, mode: "r") => Hdf5Group & {
    /** Below 0 where the library cannot open it. */
    readonly file_id: bigint;
    close(): unknown;
  };
}

/** Writes `length` bytes of a buffer to an open file of the library, and says how many. */
type StreamWrite = (
  stream: { readonly fd: number },
  buffer: unknown,
  offset: number,
  length: number,
  position?: number,
) => number;

interface Hdf5Group {
  keys(): string[];
  get(name: string): Hdf5Group | Hdf5Dataset | null;
}

interface Hdf5Dataset {
  readonly shape: readonly number[] | null;
  readonly dtype: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly value: unknown;
  slice(ranges: readonly (readonly [number, number])[]): unknown;
}

/** What HDF5 files begin with. */
const MAGIC = "\x89HDF\r\n\x1a\n";
const STDERR = 2;
/** Groups in groups; the field's files have four. */
const DEEPEST = 16;
/** Groups and data sets; MOSEI has 8,000 in a file. */
const MOST_ITEMS = 1_000_000;

let loaded: Hdf5Package | null = null;

/** Whether a file that begins with `head` is one of HDF5. */
export function isHdf5(head: Uint8Array): boolean {
  return String.fromCharCode(...head.subarray(0, MAGIC.length)) === MAGIC;
}

/** Loads the package, once. @throws {DataError} without network at the first use */
export async function loadHdf5(): Promise<void> {
  if (loaded !== null) return;
  const found = await loadPackage<Hdf5Package>("h5wasm");
  const { FS } = await found.ready;
  const { write } = FS;
  // The library writes 20 lines about every damaged file on stderr. Its handler that throws instead
  // leaves it in a state in which it reads the wrong file.
  FS.write = (stream, buffer, offset, length, position) =>
    stream.fd === STDERR ? length : write(stream, buffer, offset, length, position);
  loaded = found;
}

/**
 * Groups as dictionaries, data sets as arrays that stay in the file.
 *
 * @throws {DataError} if it is damaged, or {@linkcode loadHdf5} was not called before
 */
export function readHdf5(path: string): Content {
  if (loaded === null) {
    throw new DataError(
      `Cannot read "${path}": it is an HDF5 file, for which "await prepareData(path)" loads the ` +
        "package h5wasm first",
    );
  }
  const fail = (error: unknown) =>
    new DataError(`Cannot read "${path}": its HDF5 is damaged (${messageOf(error)})`, {
      cause: error,
    });
  let file: InstanceType<Hdf5Package["File"]> | null = null;
  try {
    const open = file = new loaded.File(path, "r");
    if (open.file_id < 0n) throw new Error("the download may have stopped early");
    return {
      format: "hdf5",
      value: readGroup(open, 0, fail),
      trailingBytes: 0,
      [Symbol.dispose]: () => void open.close(),
    };
  } catch (error) {
    try {
      file?.close();
    } catch {
      // It is the first error that tells what is wrong.
    }
    throw error instanceof DataError ? error : fail(error);
  }
}

function readGroup(
  group: Hdf5Group,
  depth: number,
  fail: (error: unknown) => DataError,
  budget: { items: number } = { items: 0 },
): Map<string, unknown> {
  if (depth === DEEPEST) throw new RangeError(`groups are nested deeper than ${DEEPEST}`);
  const entries = new Map<string, unknown>();
  for (const name of group.keys()) {
    // A group that holds itself twice would be read for ever.
    if (++budget.items > MOST_ITEMS) throw new RangeError(`it has more than ${MOST_ITEMS} items`);
    const item = group.get(name);
    if (item === null) continue;
    if ("keys" in item) entries.set(name, readGroup(item, depth + 1, fail, budget));
    else if ("shape" in item) entries.set(name, readDataset(item, fail));
  }
  return entries;
}

/** numpy's names of number types, by kind (0 integer, 1 float) and size. */
function typeOf({ type, size, signed }: Readonly<Record<string, unknown>>): string | null {
  if (type === 1 && (size === 4 || size === 8 || size === 2)) return `<f${size}`;
  if (type === 0 || type === 8) return `${size === 1 ? "|" : "<"}${signed ? "i" : "u"}${size}`;
  return null;
}

function readDataset(dataset: Hdf5Dataset, fail: (error: unknown) => DataError): unknown {
  const { shape, metadata } = dataset;
  const type = typeOf(metadata);
  if (type !== null && shape !== null) return new Hdf5Array(dataset, type, shape, fail);
  try {
    const value = dataset.value;
    return Array.isArray(value) ? nested(value, shape ?? [value.length]) : value;
  } catch (error) {
    throw fail(error);
  }
}

/** A flat list as Python nests it. */
function nested(values: readonly unknown[], shape: readonly number[]): unknown[] {
  const [, ...rest] = shape;
  const size = rest.reduce((product, axis) => product * axis, 1);
  if (rest.length === 0 || size === 0) return [...values];
  return Array.from(
    { length: values.length / size },
    (_, i) => nested(values.slice(i * size, (i + 1) * size), rest),
  );
}

class Hdf5Array implements ArraySource {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly size: number;
  readonly #dataset: Hdf5Dataset;
  readonly #fail: (error: unknown) => DataError;

  constructor(
    dataset: Hdf5Dataset,
    dtype: string,
    shape: readonly number[],
    fail: (error: unknown) => DataError,
  ) {
    this.shape = shape;
    this.dtype = dtype;
    this.size = sizeOf(shape) ?? NaN;
    this.#dataset = dataset;
    this.#fail = fail;
  }

  readFloat32(start: number, target: Float32Array): void {
    checkRange(start, target.length, this.size);
    if (target.length === 0) return;
    const [, ...rest] = this.shape;
    const row = sizeOf(rest)!;
    const [from, to] = [Math.floor(start / row), Math.ceil((start + target.length) / row)];
    const ranges: [number, number][] = [[from, to], ...rest.map((n): [number, number] => [0, n])];
    const part = this.#read(() =>
      this.shape.length === 0 ? this.#dataset.value : this.#dataset.slice(ranges)
    );
    const skipped = start - from * row;
    for (let i = 0; i < target.length; i++) target[i] = Number(part[skipped + i]);
  }

  values(): TypedArray {
    return this.#read(() => this.#dataset.value);
  }

  #read(read: () => unknown): TypedArray {
    let value: unknown;
    try {
      value = read();
    } catch (error) {
      throw this.#fail(error);
    }
    if (ArrayBuffer.isView(value)) return value as TypedArray;
    if (typeof value === "number") return Float64Array.of(value);
    if (typeof value === "bigint") return BigInt64Array.of(value);
    throw this.#fail(new TypeError("a data set without numbers"));
  }
}
