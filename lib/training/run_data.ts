/** Data for a run that was trained before. @module */

import { DataError, UsageError } from "../core/errors.ts";
import {
  type Dataset,
  isSynthetic,
  loadDataset,
  type LoadOptions,
  parseLabelRange,
  prepareData,
  type SourceOptions,
} from "../data/mod.ts";
import type { Predictor } from "./open_run.ts";
import { textSource } from "./training_data.ts";

/**
 * Loads data with what the run reads: its modalities, and words in place of features of the text
 * where it has a BERT.
 *
 * @throws {DataError} when the data lack a modality or a split: the run asks for it, not a person
 */
export async function loadForRun(
  path: string,
  { config, modalities, protocol }: Predictor,
  options: Pick<LoadOptions, "splits" | "labels" | "modalities" | "onWarning"> & SourceOptions,
): Promise<Dataset> {
  await prepareData(path, options);
  const { labels } = config;
  const range = typeof labels === "string" ? { labelRange: parseLabelRange(labels) } : {};
  const wanted = { modalities, protocol, text: textSource(config), ...range };
  try {
    return loadDataset(path, { ...wanted, ...options });
  } catch (error) {
    if (!(error instanceof UsageError) || isSynthetic(path)) throw error;
    throw new DataError(error.message, { cause: error });
  }
}
