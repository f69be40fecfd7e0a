/** numpy's `.npz`: arrays by name in a zip archive. @module */

import { FileBytes } from "../arrays/byte_source.ts";
import type { Positioned } from "../arrays/positioned_file.ts";
import { readNpy } from "./npy.ts";
import type { ZipEntries } from "./zip.ts";

/** Whether the archive is one of numpy's. */
export function isNpz(entries: ZipEntries): boolean {
  return entries.size > 0 && [...entries.keys()].every((name) => name.endsWith(".npy"));
}

/**
 * The arrays of the archive by name. One that holds a single Python object, as `np.savez(data=d)`
 * writes a dictionary, is that object.
 *
 * @throws {DataError} where an array is damaged
 */
export function readNpz(path: string, entries: ZipEntries): Map<string, unknown> {
  return new Map([...entries].map(([name, content]) => {
    const value = readNpy(`${path}/${name}`, content());
    return [name.replace(/\.npy$/, ""), single(value)];
  }));
}

/** The array of a `.npy`, or the object that one without axes holds. */
export function readNpyFile(file: Positioned): unknown {
  return single(readNpy(file.path, new FileBytes(file, 0, file.size)));
}

function single(value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null && "dtype" in value &&
    value.dtype === "|O" && "shape" in value && String(value.shape) === "";
  if (!isObject) return value;
  const [object] = (value as unknown as { values(): unknown[] }).values();
  return object;
}
