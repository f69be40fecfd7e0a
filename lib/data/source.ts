/**
 * A dataset as found in its file: names and labels read, features still in the file, nothing
 * cleaned. Checking, loading and converting all start from it.
 *
 * @module
 */

import { basename, dirname, resolve } from "node:path";
import type { TextBert } from "./dataset.ts";
import { MODALITIES, type Modality, type ProtocolName, type SplitName } from "./modality.ts";
import type { Problem } from "./problem.ts";
import type { FeatureRecipe } from "./recipe.ts";
import type { DatasetShape } from "./registry.ts";
import type { FloatSource } from "./arrays/values.ts";

/** Labels of fewer values may be classes, whose range tells nothing. */
const LEAST_SCORES = 6;

/** What the opened file must have. */
export interface Needs {
  /** Splits that must be there; by default at least one. */
  readonly splits?: readonly SplitName[];
  /** Whether each split must have labels. */
  readonly labels?: boolean;
}

/**
 * Where lengths come from: their key, the mask of `text_bert`, the text's, the zeros of the padding,
 * or nowhere.
 */
export type LengthOrigin = "given" | "mask" | "text" | "zeros" | "none";

/**
 * Where a file has the zeros that fill short sequences up: before them, after them, some so and some
 * so, or nowhere. Here they are always after them.
 */
export type PaddingPlace = "front" | "end" | "mixed" | "none";

/** The features of one modality in a file. */
export interface ColumnSource {
  /** Which one it is. */
  readonly modality: Modality;
  /** Number of samples. */
  readonly samples: number;
  /** Number of steps, padding included. */
  readonly steps: number;
  /** Number of features of a step. */
  readonly width: number;
  /** [samples, steps, width] in C order, not cleaned */
  readonly values: FloatSource;
  /** Within 1 to `steps`. */
  readonly lengths: Int32Array;
  /** Where the lengths come from. */
  readonly lengthOrigin: LengthOrigin;
  /** Positions of samples whose length in the file is outside 1 to `steps`. */
  readonly wrongLengths: readonly number[];
}

/** One split in a file. */
export interface SplitSource {
  /** `train`, `valid` or `test`. */
  readonly name: SplitName;
  /** One a sample. */
  readonly ids: readonly string[];
  /** [samples], not checked */
  readonly labels: Float32Array | null;
  /** Labels of single modalities, each [samples]. */
  readonly unimodalLabels: Readonly<Partial<Record<Modality, Float32Array>>>;
  /** By modality; one that the file lacks is absent. */
  readonly columns: Readonly<Partial<Record<Modality, ColumnSource>>>;
  /** [samples] what is said. */
  readonly rawText: readonly string[] | null;
  /** Tokens of what is said. */
  readonly textBert: TextBert | null;
  /** [samples] names of classes. */
  readonly annotations: readonly string[] | null;
}

/** What a store knows about its features from the time it was written. */
export interface StoreRecord {
  /** Problems of the features that the conversion found. */
  readonly problems: readonly Problem[];
  /** Values that became 0, by split and modality. */
  readonly zeroed: Readonly<Partial<Record<SplitName, Partial<Record<Modality, number>>>>>;
  /** Fingerprint of each split's text and features, see `RowHashes`. */
  readonly fingerprints: Readonly<Partial<Record<SplitName, string>>>;
}

/** What tells one content from another. */
export interface SourceSums {
  /** Size of the file; null where there is none, or it is a converted one. */
  readonly bytes: number | null;
  /** SHA-256 of the file; of the converted file for a store; of the options of synthetic data. */
  readonly sha256: string;
  /** Where the registry asks for it. */
  readonly sha1?: string;
}

/** The forms of data. A pickle in MMSA's layout has a name of its own. */
export type SourceFormat =
  | "mmsa-pickle"
  | "pickle"
  | "numpy"
  | "torch"
  | "hdf5"
  | "files"
  | "store"
  | "synthetic"
  | "clips";

/** An open file, store or synthetic data. Dispose it to close the file. */
export interface DatasetSource extends Disposable {
  /** The file or folder. */
  readonly path: string;
  /** In which form it is. */
  readonly format: SourceFormat;
  /** How it is arranged; null for a store and synthetic data, which have a form of their own. */
  readonly layout: string | null;
  /** Names that were read as others: `facet → vision`. */
  readonly renamed: readonly string[];
  /** Where the sequences of a file were padded, by modality; they are padded at the end now. */
  readonly padding: Readonly<Partial<Record<Modality, PaddingPlace>>>;
  /** Names the dataset where the registry does not know it. */
  readonly name: string;
  /** File name of the pickle, also for a store of it: names and protocols are guessed from it. */
  readonly fileName: string;
  /** The protocol where the source itself tells it, as a store does; null for a pickle. */
  readonly protocol: ProtocolName | null;
  /** By name; one that the file lacks is absent. */
  readonly splits: Readonly<Partial<Record<SplitName, SplitSource>>>;
  /** Problems of the file's form: unknown keys, bytes after its end. */
  readonly problems: readonly Problem[];
  /** The videos whose samples were taken out of train to be the valid split; none by default. */
  readonly validVideos?: readonly string[] | null;
  /** Null for anything else than a store. */
  readonly store: StoreRecord | null;

  /** How its features were made from clips; absent where nobody knows. */
  readonly recipe?: FeatureRecipe;

  /** The first call may read the whole file. */
  sums(): SourceSums;
}

/** Splits that are there, in file order. */
export function presentSplits(source: Pick<DatasetSource, "splits">): SplitSource[] {
  return Object.values(source.splits);
}

/** What the registry compares. Widths and steps are those of the first split that has samples. */
export function shapeOf(
  source: Pick<DatasetSource, "splits" | "fileName"> & Partial<Pick<DatasetSource, "path">>,
): DatasetShape {
  const splits = presentSplits(source);
  const sizes = (key: "width" | "steps") =>
    Object.fromEntries(MODALITIES.flatMap((modality) => {
      const column = splits.map((split) => split.columns[modality])
        .find((column) => column !== undefined && column.samples > 0);
      return column === undefined ? [] : [[modality, column[key]]];
    }));
  return {
    widths: sizes("width"),
    steps: sizes("steps"),
    samples: Object.fromEntries(splits.map(({ name, ids }) => [name, ids.length])),
    hasUnimodalTextLabels: splits.some((split) => split.unimodalLabels.text !== undefined),
    fileName: source.fileName,
    ...labelsOf(splits),
    ...(source.path === undefined ? {} : { folderName: basename(dirname(resolve(source.path))) }),
  };
}

/** Least and greatest label; nothing where they are few values, which may be classes. */
function labelsOf(splits: readonly SplitSource[]): Pick<DatasetShape, "labels"> {
  const values = new Set<number>();
  for (const { labels } of splits) labels?.forEach((label) => values.add(label));
  if (values.size < LEAST_SCORES) return {};
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  }
  return { labels: [least, greatest] };
}
