/** What a caller says about data that does not say it itself. @module */

import type { OptionNames } from "../core/options.ts";
import type { LabelRange } from "./label_range.ts";
import type { Modality, SplitName } from "./modality.ts";

/** How a file is read, where it does not say it. */
export interface SourceOptions {
  /** A table of labels by id: `video_id,clip_id,label,label_T,label_A,label_V,mode`. */
  readonly labelFile?: string;
  /** Where the labels lie, if not where those of the protocol do. */
  readonly labelRange?: LabelRange;
  /** Whether the labels are classes and no scores, whatever numbers they are. */
  readonly classes?: boolean;
  /** Which label counts where each sample has several, from 0. */
  readonly labelColumn?: number;
  /** Where each modality lies in an array of all columns, `[from, to)`. */
  readonly columns?: Readonly<Partial<Record<Modality, readonly [from: number, to: number]>>>;
  /** Files with the features of one modality each. */
  readonly files?: Readonly<Partial<Record<Modality, string>>>;
  /** The split of samples in data without splits. Default: train with labels, test without. */
  readonly unsplit?: SplitName;
  /** Part of the train split that becomes the valid split, whole videos, above 0 and below 1. */
  readonly valid?: number;
}

/** Their names. */
export const SOURCE_OPTIONS: OptionNames<SourceOptions> = {
  labelFile: true,
  labelRange: true,
  classes: true,
  labelColumn: true,
  columns: true,
  files: true,
  unsplit: true,
  valid: true,
};

/**
 * The part of `options` that says how files are read.
 *
 * @example
 * ```ts
 * import { sourceOptions } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const options = { valid: 0.15, epochs: 20 };
 * assertEquals(sourceOptions(options), { valid: 0.15 });
 * ```
 */
export function sourceOptions(options: SourceOptions): SourceOptions {
  const { labelFile, labelRange, classes, labelColumn, columns, files, unsplit, valid } = options;
  return {
    ...(labelFile === undefined ? {} : { labelFile }),
    ...(labelRange === undefined ? {} : { labelRange }),
    ...(classes === true ? { classes } : {}),
    ...(labelColumn === undefined ? {} : { labelColumn }),
    ...(columns === undefined ? {} : { columns }),
    ...(files === undefined || Object.keys(files).length === 0 ? {} : { files }),
    ...(unsplit === undefined ? {} : { unsplit }),
    ...(valid === undefined ? {} : { valid }),
  };
}
