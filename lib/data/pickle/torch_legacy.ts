/**
 * The stream that `torch.save` wrote before PyTorch 1.6, and that it still writes for a tensor
 * inside a pickle: a magic number, a version, facts about the machine, the object, the keys of its
 * storages (a pickle each), and then their numbers.
 *
 * @module
 */

import { FileBytes } from "../arrays/byte_source.ts";
import type { ByteReader } from "./byte_reader.ts";
import type { PickleContext } from "./context.ts";
import { PickleGlobal } from "./globals.ts";
import { storageOf, type TorchStorage } from "./torch_tensor.ts";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const VERSION = 1001;

/** Whether what the first pickle of a file holds begins a stream of PyTorch's. */
export function isLegacyMagic(value: unknown): boolean {
  return value === MAGIC;
}

/**
 * The object of a stream whose magic number was read.
 *
 * @param next reads the next pickle
 */
export function readLegacyTorch(
  reader: ByteReader,
  next: (resolve?: (id: unknown, context: PickleContext) => unknown) => unknown,
  context: PickleContext,
): unknown {
  const version = next();
  const machine = next();
  const isLittle = machine instanceof Map && machine.get("little_endian") === true;
  if (version !== VERSION || !isLittle) {
    throw context.fail("an unknown stream of PyTorch's", `version ${VERSION}, little-endian`);
  }
  const storages = new Map<string, TorchStorage>();
  const root = next((id, inner) => {
    const { key, storage } = storageOf(id, classNameOf, inner);
    const known = storages.get(key) ?? storage;
    storages.set(key, known);
    return known;
  });
  const keys = next();
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = storages.get(String(key));
    if (storage === undefined) throw context.fail("a storage of nothing", "one of the tensors'");
    // The number of elements comes once more, before them.
    reader.uint64();
    const { offset, length } = reader.advance(storage.length);
    storage.fill(new FileBytes(reader.file, offset, length), context);
  }
  if ([...storages.values()].some((storage) => !storage.isFilled)) {
    throw context.fail("a tensor whose numbers are missing", "the numbers of each");
  }
  return root;
}

/** The name of a class that a pickle names. */
export function classNameOf(value: unknown): string | undefined {
  return value instanceof PickleGlobal ? value.name : undefined;
}
