/**
 * What a training cannot do without: splits, modalities, steps.
 *
 * @module
 */

import { DataError, UsageError } from "../core/errors.ts";
import {
  classesIn,
  type Dataset,
  describeClasses,
  type Modality,
  type Split,
  type SplitName,
} from "../data/mod.ts";
import type { Config, ModelDefinition, Need } from "../models/mod.ts";
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
  if (split.labels === null && classesIn(Object.values(dataset.splits)) !== null) {
    throw refuse(
      `split "${name}" has no scores but the classes ${describeClasses([split])}`,
      ": --model svm trains its classifiers on classes",
    );
  }
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

/** What a split has instead of what a model needs, and what was expected; null where it has it. */
type Check = (split: Split, modalities: readonly Modality[]) => string | null;

const CHECKS: Readonly<Partial<Record<Need, Check>>> = {
  humanLabels: ({ unimodalLabels }, modalities) => {
    const missing = modalities.filter((modality) => unimodalLabels[modality] === undefined);
    return missing.length === 0
      ? null
      : `no labels of people for ${missing.join(" and ")} alone, expected them for each ` +
        "modality in use, as in CH-SIMS";
  },
  aligned: ({ features }, modalities) => {
    const read = modalities.filter((modality) => features[modality] !== undefined);
    const found = read.map((modality) => `${features[modality]!.steps} steps of ${modality}`);
    return new Set(read.map((modality) => features[modality]!.steps)).size < 2
      ? null
      : `${found.join(" and ")}, expected equally many, as aligned files have`;
  },
};

/**
 * Refuses data that lack what a model cannot do without, before anything is trained: the labels of
 * people for each modality that it learns from, the same steps in all modalities.
 *
 * @throws {UsageError} when train or valid lack it, of the modalities in use.
 */
export function requireNeeds(
  { name, needs, humanLabelsOf }: Pick<ModelDefinition, "name" | "needs" | "humanLabelsOf">,
  dataset: Dataset,
  modalities: readonly Modality[],
  config: Config,
): void {
  const learned = needs.includes("humanLabels")
    ? modalities
    : humanLabelsOf?.(config, modalities) ?? [];
  for (const split of [dataset.splits.train, dataset.splits.valid]) {
    for (const need of new Set<Need>([...needs, "humanLabels"])) {
      const read = need === "humanLabels" ? learned : modalities;
      const state = split === undefined ? null : CHECKS[need]?.(split, read) ?? null;
      if (state === null) continue;
      throw new UsageError(
        `Cannot train ${name} on "${dataset.path}": split "${split!.name}" has ${state}`,
      );
    }
  }
}

/**
 * Whether a model can do with these modalities.
 *
 * @example
 * ```ts
 * import { findModel } from "../models/mod.ts";
 * import { canDoWith } from "./requirements.ts";
 * import { assertEquals } from "@std/assert";
 * const misa = findModel("misa");
 * assertEquals([canDoWith(misa, ["text"]), canDoWith(misa, ["text", "audio"])], [false, true]);
 * ```
 */
export function canDoWith({ modalities }: ModelDefinition, chosen: readonly Modality[]): boolean {
  const { all = [], atLeast = 1 } = modalities ?? {};
  return chosen.length >= atLeast && all.every((modality) => chosen.includes(modality));
}

/**
 * Refuses modalities that a model cannot do with.
 *
 * @throws {UsageError} with what it needs.
 */
function requireUsable(model: ModelDefinition, chosen: readonly Modality[]): void {
  if (canDoWith(model, chosen)) return;
  const { all = [], atLeast = 1 } = model.modalities ?? {};
  const wanted = [
    ...(all.length > 0 ? [all.join(" and ")] : []),
    ...(atLeast > all.length ? [`${atLeast} modalities or more`] : []),
  ];
  throw new UsageError(
    `Cannot train ${model.name} on ${chosen.join(" and ")}: expected ${wanted.join(", ")}`,
  );
}

/**
 * Refuses what a model cannot be trained on.
 *
 * @throws {DataError} a split is missing, empty or without labels
 * @throws {UsageError} a modality is missing, or what the model needs
 */
export function requireTrainable(
  model: ModelDefinition,
  dataset: Dataset,
  modalities: readonly Modality[],
  config: Config,
): void {
  requireSplit(dataset, "train");
  requireSplit(dataset, "valid");
  requireModalities(dataset, modalities);
  requireUsable(model, modalities);
  requireNeeds(model, dataset, modalities, config);
}

/** What is lost on a model of sequences where the text has a single step; null where it has several. */
function stepsWarning({ needs }: ModelDefinition, config: Config, train: Split): string | null {
  if (!needs.includes("sequences") || config["text"] === "bert") return null;
  if (train.features.text?.steps !== 1) return null;
  return 'The model is made for text as a sequence, and that of split "train" is one step a sample: ' +
    "there is no order to learn from";
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
  const { batchSize, updateEpochs, applyTrailingGroup, stepsWithin } = loopSettings(model, config);
  const batches = Math.ceil(samples / batchSize);
  if (applyTrailingGroup || stepsWithin || batches >= updateEpochs) return null;
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
    stepsWarning(model, config, train),
    ...model.warnings?.(config, train) ?? [],
  ];
  return warnings.filter((warning) => warning !== null);
}
