/**
 * Opens a dataset in whichever form it is.
 *
 * @module
 */

import { DataError, messageOf } from "../core/errors.ts";
import { openMmsa } from "./mmsa.ts";
import type { DatasetSource, Needs } from "./source.ts";
import { openStore } from "./store.ts";

/**
 * Opens an MMSA pickle or a store folder without reading its features.
 *
 * @throws {DataError} if it is neither, or lacks something of `needs`
 */
export function openDataset(path: string, needs: Needs = {}): DatasetSource {
  return isFolder(path) ? openStore(path, needs) : openMmsa(path, needs);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    const cause = error instanceof Deno.errors.NotFound
      ? "there is no such file or folder"
      : messageOf(error);
    throw new DataError(`Cannot load "${path}": ${cause}`, { cause: error });
  }
}
