/**
 * The memory that the cpu engine's threads share: that of its WebAssembly modules, in blocks that are
 * handed out, taken back and joined with their neighbours; small ones stay for others of their length.
 * It only grows, which leaves all arrays in it
 * valid, and never past what its users allow: what finds no room is an array of its own.
 *
 * @module
 */

const PAGE = 65536, GRANULE = 1024;
/** Blocks of up to so many granules are kept for others of their length: most tensors are as small. */
const SMALL = 16;
/** How many of them are made at a time. */
const AT_A_TIME = 16;
/** Pages of 4 GiB, the most that WebAssembly can address. */
const MOST_PAGES = 65536;
/** Bytes at the beginning that are for messages between threads. */
export const MESSAGE_BYTES = PAGE;
/** By how many pages it grows, at least; what is not used costs nothing. */
const GROWTH = 64;

let memory: WebAssembly.Memory | null = null;
/** Whether another thread has made it, which alone knows its blocks. */
let isTaken = false;
const buffers = new WeakSet<ArrayBufferLike>();

/** The memory, made when it is first asked for. */
export function sharedMemory(): WebAssembly.Memory {
  for (let maximum = MOST_PAGES; memory === null; maximum /= 2) {
    try {
      memory = new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    } catch (error) {
      // The system has less to address, as where `ulimit -v` is set.
      if (maximum < 256) throw error;
    }
  }
  return memory;
}

/** Takes the memory of the thread that started this one, before anything else asks for it. */
export function takeMemory(theirs: WebAssembly.Memory): void {
  memory = theirs;
  isTaken = true;
}

/** Its buffer, up to `end` at least, which another thread may just have added. */
export function bufferTo(end: number): SharedArrayBuffer {
  const shared = sharedMemory();
  if (end > shared.buffer.byteLength) shared.grow(0);
  buffers.add(shared.buffer);
  return shared.buffer as unknown as SharedArrayBuffer;
}

/** Whether an array lies in the memory. */
export function isShared(array: ArrayBufferView): boolean {
  return buffers.has(array.buffer);
}

/**
 * Whether WebAssembly can read an array of float32 from the memory. What TensorFlow.js casts to float32 may
 * still be an array of bytes or of integers.
 */
export function hasFloats(array: ArrayBufferView): boolean {
  return array instanceof Float32Array && isShared(array);
}

/** Blocks by where they start, in granules: how long they are. */
const used = new Map<number, number>(), free = new Map<number, number>();
/** Where the free blocks start, by where they end. */
const freeEnds = new Map<number, number>();
/** Where the block of each granule starts, of blocks that are in use. */
let owners = new Int32Array(1024);
let end = MESSAGE_BYTES / GRANULE;
/** Small blocks that are not in use, by their length. */
const small = Array.from({ length: SMALL + 1 }, (): number[] => []);

function addFree(start: number, length: number): void {
  free.set(start, length);
  freeEnds.set(start + length, start);
}

function removeFree(start: number): number {
  const length = free.get(start)!;
  free.delete(start);
  freeEnds.delete(start + length);
  return length;
}

/** The smallest free block that is long enough; null where there is none. */
function findFree(length: number): number | null {
  let best: number | null = null, bestLength = Infinity;
  for (const [start, found] of free) {
    if (found < length || found >= bestLength) continue;
    [best, bestLength] = [start, found];
    if (found === length) break;
  }
  return best;
}

/** Grows the memory's end by as much as a block that is partly there already lacks; where it starts. */
function extend(length: number, most: number): number | null {
  const last = freeEnds.get(end);
  const start = last ?? end;
  const bytes = (start + length) * GRANULE;
  if (bytes > most) return null;
  const shared = sharedMemory();
  const missing = Math.ceil((bytes - shared.buffer.byteLength) / PAGE);
  if (missing > 0) {
    const room = MOST_PAGES - shared.buffer.byteLength / PAGE;
    try {
      shared.grow(Math.max(missing, Math.min(room, GROWTH)));
    } catch {
      // Past its maximum, or the system has no more.
      return null;
    }
  }
  if (last !== undefined) removeFree(last);
  end = start + length;
  if (owners.length < end) {
    const more = new Int32Array(2 * end);
    more.set(owners);
    owners = more;
  }
  return start;
}

/** Where a new block of so many granules starts; null if it would end past `most` bytes. */
function take(length: number, most: number): number | null {
  const found = findFree(length);
  const start = found ?? extend(length, most);
  if (start === null) return null;
  const rest = found === null ? 0 : removeFree(found) - length;
  if (rest > 0) addFree(start + length, rest);
  return start;
}

function takeSmall(length: number, most: number): number | null {
  const kept = small[length]!;
  if (kept.length === 0) {
    const first = take(AT_A_TIME * length, most);
    if (first === null) return take(length, most);
    for (let i = AT_A_TIME - 1; i >= 0; i--) kept.push(first + i * length);
  }
  return kept.pop()!;
}

/**
 * The address of a new block with any numbers in it; null if it would end past `most` bytes.
 *
 * @throws {Error} on a thread that others have started
 */
export function allocate(bytes: number, most: number): number | null {
  if (isTaken) throw new Error("Cannot take a block: only the thread that made the memory can");
  const length = Math.max(1, Math.ceil(bytes / GRANULE));
  const start = length <= SMALL ? takeSmall(length, most) : take(length, most);
  if (start === null) return null;
  used.set(start, length);
  owners.fill(start, start, start + length);
  return start * GRANULE;
}

/** Takes a block back. @throws {RangeError} there is none at that address */
export function release(address: number): void {
  let start = address / GRANULE;
  const own = used.get(start);
  if (own === undefined) throw new RangeError(`Cannot release ${address}: no block begins there`);
  let length = own;
  used.delete(start);
  if (length <= SMALL) {
    small[length]!.push(start);
    return;
  }
  const before = freeEnds.get(start);
  if (before !== undefined) {
    length += removeFree(before);
    start = before;
  }
  if (free.has(start + length)) length += removeFree(start + length);
  addFree(start, length);
}

/** The block that an address is in, and how many bytes long it is. */
export function blockAt(address: number): { readonly start: number; readonly bytes: number } {
  const start = owners[Math.floor(address / GRANULE)]!;
  return { start: start * GRANULE, bytes: used.get(start)! * GRANULE };
}

/** Bytes up to the end of the last block that was ever in use. */
export function heldBytes(): number {
  return end * GRANULE;
}
