/** Splits as a model reads them. @module */

import type { Dataset, Scalings } from "../data/mod.ts";
import { scaleSplit } from "../data/standardized.ts";

/** The splits with scaled features, and labels counted from the neutral one. */
export function prepared(
  splits: Dataset["splits"],
  scalings: Scalings,
  neutral: number,
): Dataset["splits"] {
  if (Object.keys(scalings).length === 0 && neutral === 0) return splits;
  return Object.fromEntries(
    Object.values(splits).map((split) => {
      const { labels, unimodalLabels } = split;
      const centred = Object.entries(unimodalLabels)
        .map(([modality, values]) => [modality, shifted(values, -neutral)]);
      return [split.name, {
        ...scaleSplit(split, scalings),
        labels: labels && shifted(labels, -neutral),
        unimodalLabels: Object.fromEntries(centred),
      }];
    }),
  );
}

/** The values, each with `by` added. */
export function shifted(values: Float32Array, by: number): Float32Array {
  return by === 0 ? values : values.map((value) => value + by);
}
