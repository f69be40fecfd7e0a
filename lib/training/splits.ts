/**
 * The splits that a training cannot do without.
 *
 * @module
 */

import { DataError } from "../core/errors.ts";
import type { Dataset, Split, SplitName } from "../data/mod.ts";

/**
 * A split that has samples and labels.
 *
 * @throws {DataError} when the dataset lacks it, or it is empty or without labels.
 */
export function requireSplit(dataset: Dataset, name: SplitName): Split {
  const split = dataset.splits[name];
  const refuse = (state: string) => {
    return new DataError(
      `Cannot train on "${dataset.path}": ${state}, expected samples with labels in it`,
    );
  };
  if (split === undefined) throw refuse(`split "${name}" is missing`);
  if (split.samples === 0) throw refuse(`split "${name}" is empty`);
  if (split.labels === null) throw refuse(`split "${name}" has no labels`);
  return split;
}
