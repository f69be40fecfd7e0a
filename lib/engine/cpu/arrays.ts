/**
 * Arrays for the values of tensors, used again when the tensors are disposed of. New memory comes from
 * the system page by page, set to zero, which takes as long as most of what is computed into it.
 *
 * @module
 */

import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";

/** Arrays of fewer bytes are not worth it. */
const LEAST = 16384;
/** Of the most that was ever in use at once, how much is held, used or not. */
const HELD = 1.25;

/** Buffers that nothing uses, by their size. */
const free = new Map<number, ArrayBuffer[]>();
/** How many entries of the backend's storage use a buffer, which may be parts of it: slices. */
const uses = new WeakMap<ArrayBufferLike, number>();
let inUse = 0, most = 0, held = 0;

/** The next larger of sizes that are a quarter of a power of two apart. */
function sizeClass(bytes: number): number {
  const quarter = 2 ** Math.floor(Math.log2(bytes)) / 4;
  return Math.ceil(bytes / quarter) * quarter;
}

/** The free buffers of a size, which becomes the one that was asked for last. */
function freeOf(size: number): ArrayBuffer[] {
  const buffers = free.get(size) ?? [];
  free.delete(size);
  free.set(size, buffers);
  return buffers;
}

function take(bytes: number): ArrayBuffer {
  const size = sizeClass(bytes);
  const found = freeOf(size).pop();
  // Before anything is counted, since there may be no memory for it.
  const buffer = found ?? new ArrayBuffer(size);
  if (found === undefined) held += size;
  inUse += size;
  most = Math.max(most, inUse);
  uses.set(buffer, 0);
  return buffer;
}

function giveBack(buffer: ArrayBuffer): void {
  uses.delete(buffer);
  inUse -= buffer.byteLength;
  freeOf(buffer.byteLength).push(buffer);
  for (const [size, buffers] of free) {
    while (held > HELD * most && buffers.pop() !== undefined) held -= size;
    if (held <= HELD * most) break;
  }
}

/** An array for the values of a tensor, with any numbers in it: all have to be written. */
export function newArray(length: number): Float32Array<ArrayBuffer> {
  if (4 * length < LEAST) return new Float32Array(length);
  return new Float32Array(take(4 * length), 0, length);
}

/** An array of zeros for the values of a tensor. */
export function newZeros(length: number): Float32Array<ArrayBuffer> {
  return 4 * length < LEAST ? new Float32Array(length) : newArray(length).fill(0);
}

/** As {@linkcode newArray}, of bytes: for the values of a tensor of 0 and 1. */
export function newBytes(length: number): Uint8Array<ArrayBuffer> {
  if (length < LEAST) return new Uint8Array(length);
  return new Uint8Array(take(length), 0, length);
}

/** Takes arrays back from the backend's storage; to be called once, with the backend in use. */
export function reuseArrays(backend: MathBackendCPU): void {
  type Value = { readonly values?: unknown } | undefined;
  const { data } = backend;
  const bufferOf = (value: Value) => (value?.values as Float32Array | undefined)?.buffer;
  const count = (buffer: ArrayBufferLike | undefined, by: 1 | -1) => {
    const before = buffer === undefined ? undefined : uses.get(buffer);
    if (before === undefined) return;
    uses.set(buffer!, before + by);
    if (before + by === 0) giveBack(buffer as ArrayBuffer);
  };
  const set = data.set.bind(data), remove = data.delete.bind(data);
  const readSync = backend.readSync.bind(backend);
  data.set = (id, value) => {
    const replaced = data.has(id) ? bufferOf(data.get(id)) : undefined;
    count(bufferOf(value), 1);
    set(id, value);
    count(replaced, -1);
  };
  data.delete = (id) => {
    const buffer = data.has(id) ? bufferOf(data.get(id)) : undefined;
    const isRemoved = remove(id);
    count(buffer, -1);
    return isRemoved;
  };
  // Who reads a tensor keeps what was read: it must not be used again.
  backend.readSync = (id) => {
    const values = readSync(id) as Float32Array;
    return uses.has(values.buffer) ? values.slice() : values;
  };
}

/** What the arrays of tensors take, in bytes: now, at most until now, and with what is free. */
export function arrayMemory(): Readonly<Record<"inUse" | "most" | "held", number>> {
  return { inUse, most, held };
}
