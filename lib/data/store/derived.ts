/** Stores and made data read in another way than they were made: with a valid split, as classes. @module */

import { createHash } from "node:crypto";
import { UsageError } from "../../core/errors.ts";
import { withValid } from "../layouts/valid_share.ts";
import { type DatasetSource, presentSplits, type SplitSource } from "../source.ts";
import type { SourceOptions } from "../source_options.ts";

/** Options that say how the arrays of a file are read, by the flags that give them. */
const OF_FILES = {
  labelFile: "--labels FILE",
  labelColumn: "--label-column",
  columns: "--columns",
  files: "--audio, --vision or --text-features",
} as const satisfies Partial<Record<keyof SourceOptions, string>>;

/**
 * The source with what `options` say of it.
 *
 * @param make what to do instead of an option that only files can follow
 * @throws {UsageError} for such an option
 * @throws {DataError} when no valid split can be made
 */
export function derived(
  source: DatasetSource,
  options: SourceOptions,
  make: string,
): DatasetSource {
  for (const [option, flag] of Object.entries(OF_FILES) as [keyof typeof OF_FILES, string][]) {
    if (options[option] === undefined) continue;
    throw new UsageError(`Cannot use ${flag} with "${source.path}": ${make}`);
  }
  const { valid, classes } = options;
  if (valid === undefined && classes !== true) return source;
  const read = presentSplits(source).map((split) => classes === true ? asClasses(split) : split);
  const { splits, videos, problems } = withValid(source.path, read, valid);
  return {
    ...source,
    splits: Object.fromEntries(splits.map((split) => [split.name, split])),
    validVideos: videos,
    problems: [...source.problems, ...problems],
    // What was written is no longer what is read.
    store: source.store && { ...source.store, fingerprints: {} },
    sums: () => {
      const { bytes, sha256 } = source.sums();
      const recipe = JSON.stringify([sha256, { valid, classes }]);
      return { bytes, sha256: createHash("sha256").update(recipe).digest("hex") };
    },
    [Symbol.dispose]: () => source[Symbol.dispose](),
  };
}

/** Scores that are said to be classes, where there are no names of them. */
function asClasses(split: SplitSource): SplitSource {
  const { labels, annotations } = split;
  return {
    ...split,
    labels: null,
    annotations: annotations ?? (labels && Array.from(labels, String)),
  };
}
