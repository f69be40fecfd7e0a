/** What a caller says about data that does not say it itself. @module */

import { UsageError } from "../../core/errors.ts";
import { MODALITIES, type Modality } from "../modality.ts";
import { modalityOf } from "./names.ts";

/** How a file is read, where it does not say it. */
export interface SourceOptions {
  /** A table of labels by id: `video_id,clip_id,label,label_T,label_A,label_V,mode`. */
  readonly labelFile?: string;
  /** Which label counts where each sample has several, from 0. */
  readonly labelColumn?: number;
  /** Where each modality lies in an array of all columns, `[from, to)`. */
  readonly columns?: Readonly<Partial<Record<Modality, readonly [from: number, to: number]>>>;
  /** Files with the features of one modality each. */
  readonly files?: Readonly<Partial<Record<Modality, string>>>;
  /** Part of the train split that becomes the valid split, whole videos, above 0 and below 1. */
  readonly valid?: number;
}

/**
 * The column ranges in `text=0:300,audio=300:305`.
 *
 * @throws {UsageError} when a part is no `MODALITY=FROM:TO`
 */
export function parseColumns(text: string): NonNullable<SourceOptions["columns"]> {
  const columns: Partial<Record<Modality, readonly [number, number]>> = {};
  for (const part of text.split(",")) {
    const [, name = "", from, to] = /^\s*([^=]+)=(\d+):(\d+)\s*$/.exec(part) ?? [];
    const modality = modalityOf(name);
    const [begin, end] = [Number(from), Number(to)];
    if (modality === undefined || !(begin < end) || columns[modality] !== undefined) {
      throw new UsageError(
        `Cannot use "${part}" in --columns "${text}": expected each of ${MODALITIES.join(", ")} ` +
          "at most once, such as text=0:300,audio=300:305",
      );
    }
    columns[modality] = [begin, end];
  }
  return columns;
}
