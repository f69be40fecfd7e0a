/**
 * Packages that some kinds of files need, loaded before they are opened.
 *
 * @module
 */

import { join } from "node:path";
import { headOf } from "./containers/content.ts";
import { isHdf5, loadHdf5 } from "./containers/hdf5.ts";
import type { SourceOptions } from "./source_options.ts";
import { isSequenceFile } from "./layouts/folders.ts";
import { isSynthetic } from "./synthetic.ts";

/**
 * Loads what is needed to open `path`: a package for HDF5 files, nothing for all others. Opening and
 * loading wait for nothing; this does, once, for the download.
 *
 * @param options as the data will be opened with
 * @throws {DataError} without network at the first use
 *
 * @example
 * ```ts
 * import { loadDataset, prepareData } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * await prepareData("synthetic:n=8"); // a folder of .csd files would need it
 * using data = loadDataset("synthetic:n=8");
 * assertEquals(data.splits.train!.samples, 8);
 * ```
 */
export async function prepareData(path: string, options: SourceOptions = {}): Promise<void> {
  const { labelFile, files = {} } = options;
  const paths = [path, ...Object.values(files), ...(labelFile === undefined ? [] : [labelFile])];
  if (paths.some(needsHdf5)) await loadHdf5();
}

/** Whether `path` is an HDF5 file or a folder of them. What is not there is told when it is opened. */
function needsHdf5(path: string): boolean {
  if (isSynthetic(path)) return false;
  try {
    if (!Deno.statSync(path).isDirectory) return isHdf5(headOf(path));
    return [...Deno.readDirSync(path)].some(({ name, isFile }) =>
      isFile && isSequenceFile(name) && isHdf5(headOf(join(path, name)))
    );
  } catch {
    return false;
  }
}
