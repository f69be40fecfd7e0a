/**
 * Synthetic data in the form of an open file, so that they can be checked, loaded and converted
 * like any other.
 *
 * @module
 */

import type { FeatureColumn, Split } from "../dataset.ts";
import type { Modality, SplitName } from "../modality.ts";
import type { ColumnSource, DatasetSource, SplitSource } from "../source.ts";
import { makeSynthetic, parseSynthetic } from "../synthetic.ts";

/**
 * Makes the data of `synthetic` or `synthetic:n=2000,seed=1,…`.
 *
 * @throws {UsageError} when a key is unknown or a value does not fit.
 */
export function openSynthetic(spec: string): DatasetSource {
  const { name, path, protocol, splits, sha256 } = makeSynthetic(parseSynthetic(spec));
  const sources: Partial<Record<SplitName, SplitSource>> = {};
  for (const split of Object.values(splits)) sources[split.name] = toSource(split);
  return {
    path,
    format: "synthetic",
    layout: null,
    renamed: [],
    padding: {},
    name,
    fileName: name,
    protocol,
    splits: sources,
    problems: [],
    store: null,
    sums: () => ({ bytes: null, sha256: sha256() }),
    [Symbol.dispose]: () => {},
  };
}

function toSource({ features, samples: _, ...rest }: Split): SplitSource {
  const columns: Partial<Record<Modality, ColumnSource>> = {};
  for (const [modality, column] of Object.entries(features) as [Modality, FeatureColumn][]) {
    columns[modality] = toColumn(modality, column);
  }
  return { ...rest, columns };
}

function toColumn(modality: Modality, column: FeatureColumn): ColumnSource {
  const { samples, steps, width, lengths } = column;
  const values = new Float32Array(samples * steps * width);
  column.read(Uint32Array.from({ length: samples }, (_, i) => i), values);
  return {
    modality,
    samples,
    steps,
    width,
    values: {
      shape: [samples, steps, width],
      dtype: "<f4",
      readFloat32: (start, target) => target.set(values.subarray(start, start + target.length)),
    },
    lengths,
    lengthOrigin: "given",
    wrongLengths: [],
  };
}
