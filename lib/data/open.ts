/**
 * Opens a dataset in whichever form it is.
 *
 * @module
 */

import { DataError, messageOf } from "../core/errors.ts";
import { howToGet } from "./get_data.ts";
import { openFile } from "./layouts/open_file.ts";
import { isJoined } from "./layouts/folders.ts";
import type { SourceOptions } from "./source_options.ts";
import type { DatasetSource, Needs } from "./source.ts";
import { derived } from "./store/derived.ts";
import { openStore } from "./store/store.ts";
import { isSynthetic } from "./synthetic.ts";
import { openSynthetic } from "./layouts/synthetic_source.ts";

/**
 * Opens an MMSA pickle or a store folder without reading its features, or makes synthetic data.
 *
 * @throws {DataError} if it is none of them, or lacks something of `needs`
 * @throws {UsageError} if an option of synthetic data does not fit
 *
 * @example
 * ```ts
 * import { openDataset } from "./open.ts";
 * import { assertEquals } from "@std/assert";
 * using source = openDataset("synthetic:n=8");
 * assertEquals([source.format, source.splits.train!.ids.length], ["synthetic", 8]);
 * ```
 */
export function openDataset(
  path: string,
  needs: Needs = {},
  options: SourceOptions = {},
): DatasetSource {
  if (isSynthetic(path)) {
    return derived(openSynthetic(path), options, "made data have all that is in them");
  }
  if (!isStore(path)) return openFile(path, needs, options);
  // The valid split is made, and classes are no scores.
  const made = options.valid === undefined ? [] : ["valid"];
  const { splits = [], labels = false } = needs;
  const source = openStore(path, {
    ...(needs.splits && { splits: splits.filter((name) => !made.includes(name)) }),
    labels: labels && options.classes !== true,
  });
  try {
    return derived(source, options, "it was said when the file was converted, convert it again");
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

/** Whether `path` is a folder that is to be read as a store: any but one of data files. */
function isStore(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory && !isJoined(path);
  } catch (error) {
    const cause = error instanceof Deno.errors.NotFound
      ? `there is no such file or folder, expected a dataset. ${howToGet(path)}`
      : messageOf(error);
    throw new DataError(`Cannot load "${path}": ${cause}`, { cause: error });
  }
}
