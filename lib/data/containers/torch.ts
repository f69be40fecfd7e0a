/**
 * PyTorch's checkpoints: a zip archive of a pickle and the numbers of its tensors, an entry each.
 *
 * @module
 */

import { DataError } from "../../core/errors.ts";
import { PositionedBytes } from "../arrays/byte_source.ts";
import { readPickleBytes } from "../pickle/pickle_file.ts";
import { classNameOf } from "../pickle/torch_legacy.ts";
import { storageOf, type TorchStorage } from "../pickle/torch_tensor.ts";
import type { ZipEntries } from "./zip.ts";

/** The pickle of a checkpoint, in a folder of any name. */
const PICKLE = /^([^/]*\/)?data\.pkl$/;

/** Whether the archive is one of PyTorch's. */
export function isTorch(entries: ZipEntries): boolean {
  return [...entries.keys()].some((name) => PICKLE.test(name));
}

/**
 * The object of the checkpoint. Its tensors stay in the file; nothing of it is executed.
 *
 * @throws {UnsafePickleError} for one that names anything but tensors and plain values
 * @throws {DataError} where it is damaged
 */
export function readTorch(path: string, entries: ZipEntries): unknown {
  const name = [...entries.keys()].find((name) => PICKLE.test(name))!;
  const folder = name.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order !== undefined) {
    const bytes = new Uint8Array(Math.min(16, order().length));
    order().read(0, bytes);
    const found = new TextDecoder().decode(bytes);
    if (found !== "little") {
      throw new DataError(`Cannot read "${path}": its byte order is "${found}", expected "little"`);
    }
  }
  const storages = new Map<string, TorchStorage>();
  return readPickleBytes(new PositionedBytes(path, entries.get(name)!()), {
    lazyBytes: 1 << 16,
    resolve: (id, context) => {
      const { key, storage } = storageOf(id, classNameOf, context);
      const known = storages.get(key);
      if (known !== undefined) return known;
      const content = entries.get(`${folder}data/${key}`);
      if (content === undefined) throw context.fail("a tensor without numbers", "its entry");
      storage.fill(content(), context);
      storages.set(key, storage);
      return storage;
    },
  }).root;
}
