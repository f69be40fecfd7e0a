/** Data for a run that was trained before. @module */

import { DataError, UsageError } from "../core/errors.ts";
import {
  type Dataset,
  isSynthetic,
  loadDataset,
  type LoadOptions,
  type Modality,
  parseLabelRange,
  prepareData,
  requireRecipe,
  type SourceOptions,
  withClassNumbers,
} from "../data/mod.ts";
import type { Predictor } from "./open_run.ts";
import { textSource } from "./training_data.ts";

/**
 * Loads data with what the run reads: its modalities, and words in place of features of the text
 * where it has a BERT.
 *
 * @throws {DataError} when the data lack a modality or a split: the run asks for it, not a person;
 *   or their features were made from clips in another way than those of the training
 */
export async function loadForRun(
  path: string,
  { config, modalities, protocol, record, classes }: Predictor,
  options: Pick<LoadOptions, "splits" | "labels" | "modalities" | "onWarning"> & SourceOptions,
): Promise<Dataset> {
  await prepareData(path, options);
  const { labels } = config;
  const range = typeof labels === "string" ? { labelRange: parseLabelRange(labels) } : {};
  const wanted: LoadOptions = {
    modalities,
    protocol,
    text: textSource(config),
    ...range,
    ...options,
    // Its labels are names, and no scores are wanted.
    ...(classes === undefined ? {} : { classes: true, labels: "optional" }),
  };
  const dataset = load(path, wanted);
  try {
    const { widths, recipe } = record.data;
    const found = Object.values(dataset.splits)[0]?.recipe ?? null;
    const read = (Object.keys(widths) as Modality[]).filter((name) =>
      wanted.modalities!.includes(name)
    );
    for (const note of requireRecipe(path, found, recipe ?? null, read)) {
      options.onWarning?.(`"${path}": ${note} as in the training: the last digits may differ`);
    }
    // What only is predicted may be of any class.
    const isJudged = classes !== undefined && options.labels === "required";
    return isJudged ? withClassNumbers(dataset, classes) : dataset;
  } catch (error) {
    dataset.close();
    throw error;
  }
}

function load(path: string, options: LoadOptions): Dataset {
  try {
    return loadDataset(path, options);
  } catch (error) {
    if (!(error instanceof UsageError) || isSynthetic(path)) throw error;
    throw new DataError(error.message, { cause: error });
  }
}
