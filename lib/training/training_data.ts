/**
 * The data of a training: which of them are needed, loaded once for all its seeds.
 *
 * @module
 */

import { UsageError } from "../core/errors.ts";
import {
  type Dataset,
  loadDataset,
  type LoadOptions,
  MODALITIES,
  type Modality,
} from "../data/mod.ts";
import { peekDataset, withoutWords } from "../data/load.ts";
import type { Config } from "../models/mod.ts";
import { requireModalities } from "./requirements.ts";

/** What of the text a model reads. */
export type TextSource = NonNullable<LoadOptions["text"]>;

/** Loaded data, and what of the text they were loaded for. */
export interface TrainingData {
  /** As they were asked for. */
  readonly path: string;
  /** Features, or words for a BERT. */
  readonly text: TextSource;
  /** Its owner closes it. */
  readonly dataset: Dataset;
  /** Seconds that loading took. */
  readonly seconds: number;
}

/** What of the text a model with these settings reads: features that it does not read are not loaded. */
export function textSource(config: Config): TextSource {
  return config["text"] === "bert" ? "bert" : "features";
}

/** Loads data, and measures how long that takes. @throws as `loadDataset` */
export function loadTrainingData(
  path: string,
  options: LoadOptions & { readonly text: TextSource },
): TrainingData {
  const started = performance.now();
  const dataset = loadDataset(path, options);
  const seconds = (performance.now() - started) / 1000;
  return { path, text: options.text, dataset, seconds };
}

/** Opens data without reading features, and tells what loading them would. @throws as `loadDataset` */
export function peekTrainingData(
  path: string,
  options: LoadOptions & { readonly text: TextSource },
): TrainingData {
  return { path, text: options.text, dataset: peekDataset(path, options), seconds: 0 };
}

/**
 * The modalities of a training, in the order of the project: all in the data where none are asked for.
 *
 * @param settings as they were given: text that was asked for in words is not left out in silence
 * @throws {UsageError} when one is missing
 */
export function chooseModalities(
  { dataset, text }: TrainingData,
  asked: readonly Modality[] | undefined,
  settings: Config,
): readonly Modality[] {
  const { path, modalities, splits } = dataset;
  const hasText = modalities.includes("text");
  if (text === "bert" && !hasText) {
    const hasWords = Object.values(splits).some(({ textBert, rawText }) =>
      textBert !== null || rawText !== null
    );
    if (hasWords) {
      throw new UsageError(
        `Cannot use --text bert with "${path}": it was loaded without its words, ` +
          'expected loadDataset(path, { text: "bert" }), or the path as data',
      );
    }
    if (asked === undefined || asked.includes("text")) throw withoutWords(path);
  }
  if (asked === undefined) {
    if (settings["text"] !== "features" || hasText) return modalities;
    throw new UsageError(
      `Cannot use --text features with "${path}": it has ${modalities.join(" and ")}, ` +
        "expected text; where there are tokens or raw text, --text bert reads them",
    );
  }
  requireModalities(dataset, asked);
  return MODALITIES.filter((modality) => asked.includes(modality));
}
