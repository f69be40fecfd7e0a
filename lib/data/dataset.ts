/**
 * A dataset as training sees it: checked, float32, finite, in memory or read by position.
 *
 * @module
 */

import type { Displayable } from "../display/notebook.ts";
import type { Modality, ProtocolName, SplitName } from "./modality.ts";
import type { Problem } from "./problem.ts";
import type { FeatureRecipe } from "./recipe.ts";
import type { SourceOptions } from "./source_options.ts";

/** Rows of one modality, [samples, steps, width] float32, padded at the end. */
export interface FeatureColumn {
  /** Number of samples. */
  readonly samples: number;
  /** Number of steps, padding included. */
  readonly steps: number;
  /** Number of features of a step. */
  readonly width: number;
  /** True number of steps of each sample, 1 to `steps`. */
  readonly lengths: Int32Array;

  /**
   * Copies the first `steps` steps (default: all) of the rows `indices` into `target`,
   * [indices.length, steps, width]. Values that are not finite in the file arrive as 0.
   *
   * @throws {RangeError} if an index or `steps` is out of range, or `target` has another size
   */
  read(indices: ArrayLike<number>, target: Float32Array, steps?: number): void;

  /**
   * Copies the rows `indices` into `target`, [steps, indices.length, width]: time first, as
   * recurrent layers run. Only true steps are copied, and the rest of `target` stays as it is, where
   * `padding` does not ask for what the file has there.
   *
   * @throws {RangeError} if an index is out of range, or `target` has another size
   */
  readTimeMajor(indices: ArrayLike<number>, target: Float32Array, padding?: boolean): void;
}

/** Token ids, attention mask and segments of the raw text, as in the files. */
export interface TextBert {
  /** [samples, 3, tokens]; the second axis is ids, mask, segments */
  readonly shape: readonly [number, number, number];
  /** In C order. */
  readonly values: Int32Array;
}

/** One part of a dataset. Everything but the ids may be missing in a file. */
export interface Split {
  /** `train`, `valid` or `test`. */
  readonly name: SplitName;
  /** Number of samples. */
  readonly samples: number;
  /** `video$_$clip` */
  readonly ids: readonly string[];
  /** [samples]; null in a file without labels, which can still be predicted */
  readonly labels: Float32Array | null;
  /** Human labels of single modalities (CH-SIMS), each [samples]. */
  readonly unimodalLabels: Readonly<Partial<Record<Modality, Float32Array>>>;
  /** By modality; one that the file lacks is absent. */
  readonly features: Readonly<Partial<Record<Modality, FeatureColumn>>>;
  /** [samples] what is said; null where the file does not tell. */
  readonly rawText: readonly string[] | null;
  /** Tokens of what is said; null where the file has none. */
  readonly textBert: TextBert | null;
  /** The class names of the file, as found. */
  readonly annotations: readonly string[] | null;
  /** How its features were made from clips; absent where nobody knows. */
  readonly recipe?: FeatureRecipe;
}

/**
 * The splits of one file or store. Dispose it to close what it reads from. In a notebook it shows
 * its splits.
 */
export interface Dataset extends Disposable, Displayable {
  /** The registry's name for a known file, else the file's stem. */
  readonly name: string;
  /** What it was loaded from. */
  readonly path: string;
  /** Null where neither the content nor the file's name tells it. */
  readonly protocol: ProtocolName | null;
  /** The modalities that every split has, of those asked for. */
  readonly modalities: readonly Modality[];
  /** By name; one that the file lacks is absent. */
  readonly splits: Readonly<Partial<Record<SplitName, Split>>>;
  /** What was found and is tolerated; errors stop the loading. */
  readonly problems: readonly Problem[];
  /** Number of feature values that were not finite and arrive as 0, by split and modality. */
  readonly zeroed: Readonly<Partial<Record<SplitName, Partial<Record<Modality, number>>>>>;

  /** Whether it is a published file, or made: then its numbers are known, and taken as they are. */
  readonly isKnown?: boolean;
  /** How it was read, where that was said; a run on it is evaluated on the same. */
  readonly source?: SourceOptions;
  /** Names of the classes whose numbers the labels are; absent where labels are scores. */
  readonly classes?: readonly string[];
  /** Videos that `valid` took from train; absent where the file has its own valid split. */
  readonly validVideos?: readonly string[];

  /** SHA-256 of the file; of the converted file for a store. The first call reads the file. */
  sha256(): string;
  /** Closes what it reads from. */
  close(): void;
}
