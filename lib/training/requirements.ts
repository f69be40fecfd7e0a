/**
 * What a training cannot do without: splits, modalities, steps.
 *
 * @module
 */

import { DataError, UsageError } from "../core/errors.ts";
import type { Dataset, Modality, Split, SplitName } from "../data/mod.ts";
import type { Config, ModelDefinition } from "../models/mod.ts";
import { loopSettings, settingsOf } from "./config.ts";

/**
 * A split that has samples and labels.
 *
 * @throws {DataError} when the dataset lacks it, or it is empty or without labels.
 */
export function requireSplit(dataset: Dataset, name: SplitName): Split {
  const split = dataset.splits[name];
  const refuse = (state: string, remedy: string) => {
    return new DataError(
      `Cannot train on "${dataset.path}": ${state}, expected samples with labels in it${remedy}`,
    );
  };
  const toMake = name === "valid" ? ": --valid 0.15 takes whole videos of train for it" : "";
  if (split === undefined) throw refuse(`split "${name}" is missing`, toMake);
  if (split.samples === 0) throw refuse(`split "${name}" is empty`, toMake);
  if (split.labels === null) {
    const toJoin = ": --labels FILE.csv adds those of a table";
    throw refuse(`split "${name}" has no labels`, toJoin);
  }
  return split;
}

/**
 * Refuses modalities that the dataset has not in every split.
 *
 * @throws {UsageError} when one is missing, or none is asked for.
 */
export function requireModalities(dataset: Dataset, modalities: readonly Modality[]): void {
  const missing = modalities.filter((modality) => !dataset.modalities.includes(modality));
  if (missing.length === 0 && modalities.length > 0) return;
  const state = missing.length > 0 ? `it has no ${missing.join(" and ")}` : "no modality is chosen";
  throw new UsageError(
    `Cannot train on "${dataset.path}": ${state}, expected some of ${
      dataset.modalities.join(", ")
    }`,
  );
}

/**
 * Refuses data without the labels of people for each modality that a model learns from, before
 * anything is trained.
 *
 * @throws {UsageError} when train or valid lack those of a modality in use.
 */
export function requireNeeds(
  { name, needs = [], humanLabelsOf }: ModelDefinition,
  dataset: Dataset,
  modalities: readonly Modality[],
  config: Config,
): void {
  const learned = needs.includes("humanLabels")
    ? modalities
    : humanLabelsOf?.(config, modalities) ?? [];
  for (const split of [dataset.splits.train, dataset.splits.valid]) {
    const missing = learned.filter((modality) => split?.unimodalLabels[modality] === undefined);
    if (split === undefined || missing.length === 0) continue;
    throw new UsageError(
      `Cannot train ${name} on "${dataset.path}": split "${split.name}" has no labels of people for ` +
        `${missing.join(" and ")} alone, expected them for each modality in use, as in CH-SIMS`,
    );
  }
}

/**
 * Says when training would never change a weight: an incomplete last group of batches is dropped where
 * the model asks for that, and an epoch of fewer batches than a group is only that. The reference trains
 * such data without a word, so this is a warning and not an error.
 *
 * @returns the warning, naming settings that would do; null where weights change
 */
export function optimizerStepWarning(
  samples: number,
  model: ModelDefinition,
  config: Config,
): string | null {
  const { batchSize, updateEpochs, applyTrailingGroup } = loopSettings(model, config);
  const batches = Math.ceil(samples / batchSize);
  if (applyTrailingGroup || batches >= updateEpochs) return null;
  const largest = Math.floor((samples - 1) / (updateEpochs - 1));
  const remedies = [
    ...(largest > 0 ? [`batchSize ${largest} or less`] : []),
    `updateEpochs ${batches} or less`,
    ...trailingGroupRemedies(model, config),
  ];
  return `No weight will change: ${samples} samples in batches of ${batchSize} are ${batches} a ` +
    `pass, and only every ${updateEpochs} batches the optimizer steps; set ${
      remedies.join(", or ")
    }`;
}

/** Settings of a few words that let an incomplete last group step, as `mode robust`. */
function trailingGroupRemedies(model: ModelDefinition, config: Config): string[] {
  return Object.entries(settingsOf(model)).flatMap(([key, { values = [] }]) =>
    values.filter((value) => loopSettings(model, { ...config, [key]: value }).applyTrailingGroup)
      .map((value) => `${key} ${value}`)
  );
}

/**
 * What is odd about training a model on a train split with these settings, one sentence each.
 */
export function trainingWarnings(
  model: ModelDefinition,
  config: Config,
  train: Split | undefined,
): string[] {
  if (model.kind !== "network" || train === undefined || train.samples === 0) return [];
  const { batchSize } = config;
  const { samples } = train;
  const isOneBatch = Number(batchSize) > samples;
  const warnings = [
    isOneBatch
      ? `batchSize ${batchSize} is more than the ${samples} samples of split "train": every batch holds them all`
      : null,
    optimizerStepWarning(samples, model, config),
    ...model.warnings?.(config, train) ?? [],
  ];
  return warnings.filter((warning) => warning !== null);
}
