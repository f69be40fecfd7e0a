/**
 * Arrays for the values of tensors, in the memory that threads share. It is used again when the tensors
 * are disposed of: new memory comes from the system page by page, set to zero, which takes as long as
 * most of what is computed into it.
 *
 * @module
 */

import type { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { allocate, blockAt, bufferTo, heldBytes, isShared, release } from "./memory.ts";

/** Arrays of fewer bytes are not worth it. */
const LEAST = 512;
/** Tensors fill the memory up to here; what is left is for what kernels work on. */
const MOST = 3 * 2 ** 30;

/** Arrays of more bytes stay where they are: data as a whole, of which kernels take parts. */
const LARGEST_COPY = 2 ** 26;

/** How many entries of the backend's storage use a block, which may be parts of it: slices. */
const uses = new Map<number, number>();
let inUse = 0, most = 0;

/** An array in shared memory, or one of its own where there is no room. */
function take<T extends Float32Array | Uint8Array>(
  type: new (buffer: ArrayBufferLike | number, at?: number, length?: number) => T,
  length: number,
  bytes: number,
): T {
  const address = bytes < LEAST ? null : allocate(bytes, MOST);
  if (address === null) return new type(length);
  uses.set(address, 0);
  inUse += blockAt(address).bytes;
  most = Math.max(most, inUse);
  return new type(bufferTo(address + bytes), address, length);
}

/** An array for the values of a tensor, with any numbers in it: all have to be written. */
export function newArray(length: number): Float32Array {
  return take<Float32Array>(Float32Array as never, length, 4 * length);
}

/** The same numbers in shared memory, if there are enough of them. */
function copyOf(values: Float32Array): Float32Array {
  if (values.byteLength < LEAST) return values;
  const copy = newArray(values.length);
  copy.set(values);
  return copy;
}

/** An array of zeros for the values of a tensor. */
export function newZeros(length: number): Float32Array {
  return 4 * length < LEAST ? new Float32Array(length) : newArray(length).fill(0);
}

/** As {@linkcode newArray}, of bytes: for the values of a tensor of 0 and 1. */
export function newBytes(length: number): Uint8Array {
  return take<Uint8Array>(Uint8Array as never, length, length);
}

/** Takes arrays back from the backend's storage; to be called once, with the backend in use. */
export function reuseArrays(backend: MathBackendCPU): void {
  const { data } = backend;
  const blockOf = (value: unknown): number | null => {
    const values = (value as { readonly values?: unknown } | undefined)?.values;
    // An array of nothing may begin behind its block.
    const isInBlock = ArrayBuffer.isView(values) && values.byteLength > 0 && isShared(values);
    return isInBlock ? blockAt(values.byteOffset).start : null;
  };
  const count = (block: number | null, by: 1 | -1) => {
    if (block === null) return;
    const after = uses.get(block)! + by;
    uses.set(block, after);
    if (after > 0) return;
    uses.delete(block);
    inUse -= blockAt(block).bytes;
    release(block);
  };
  const set = data.set.bind(data), remove = data.delete.bind(data);
  const readSync = backend.readSync.bind(backend);
  data.set = (id, value) => {
    const replaced = data.has(id) ? blockOf(data.get(id)) : null;
    count(blockOf(value), 1);
    set(id, value);
    count(replaced, -1);
  };
  data.delete = (id) => {
    const block = data.has(id) ? blockOf(data.get(id)) : null;
    const isRemoved = remove(id);
    count(block, -1);
    return isRemoved;
  };
  const write = backend.write.bind(backend);
  // What is in the shared memory from the start need not be copied there for each kernel.
  backend.write = (values, shape, dtype) => {
    const isElsewhere = values instanceof Float32Array && !isShared(values) &&
      values.byteLength <= LARGEST_COPY;
    return write(isElsewhere ? copyOf(values) : values, shape, dtype);
  };
  // Who reads a tensor keeps what was read: it must not be used again.
  backend.readSync = (id) => {
    const values = readSync(id) as Float32Array;
    return ArrayBuffer.isView(values) && isShared(values) ? values.slice() : values;
  };
}

/** What the arrays of tensors take, in bytes: now, at most until now, and with all that is held. */
export function arrayMemory(): Readonly<Record<"inUse" | "most" | "held", number>> {
  return { inUse, most, held: heldBytes() };
}
