/**
 * What a model is: a network that the trainer trains step by step, or a regressor that fits at
 * once. Models know no engine, no files and no loop.
 *
 * @module
 */

import type { Dataset, Modality, Split } from "../data/mod.ts";
import type { ClassPredictions } from "../evaluation/mod.ts";
import type { Network } from "./network.ts";
import type { ModelContext, TrainingRules } from "./network_types.ts";
import type { DefaultsFor, Setting, SettingRules, ValuesOf } from "./setting.ts";

export * from "./network_types.ts";

/** What a fitted regressor is saved as. */
export type FittedTensors = ReadonlyMap<string, Float32Array>;

/** A model that is fitted in one go. */
export interface Regressor {
  /** Fits to train; valid may choose between fits. */
  fit(train: Split, valid: Split): FittedTensors | Promise<FittedTensors>;
  /** [samples] scores of a split */
  predict(fitted: FittedTensors, split: Split): Float32Array;
  /** Classes of a split by class task, for models that predict them beside the score. */
  classify?(fitted: FittedTensors, split: Split): ClassPredictions;
}

/** What there is to know of a model before its numbers are believed. */
export interface ModelCard {
  /** Where the method is from. */
  readonly source: string;
  /** What was published and what we had to choose. */
  readonly reading: string;
  /** What it is not made for. */
  readonly limits: string;
}

/** What every model says of itself. */
export interface CommonDefinition<Rules extends SettingRules> {
  /** As in `--model`, run folders and tables. */
  readonly name: string;
  /** One sentence for lists and help texts. */
  readonly summary: string;
  /** For reports. */
  readonly card?: ModelCard;
  /** Its settings, besides those that every network has; one of the same name stands over theirs. */
  readonly settings: Rules;
  /** Start values of settings that `preset` chooses, by preset, for every dataset; `mmsa` is the declared ones. */
  readonly presets?: Readonly<
    Record<string, Readonly<Record<DefaultsFor, Readonly<Record<string, Setting>>>>>
  >;
  /** Refuses settings that do not fit together. @throws {UsageError} */
  check?(settings: ValuesOf<Rules>): void;
  /** What is odd about training it on a split, one sentence each. */
  warnings?(settings: ValuesOf<Rules>, train: Split): string[];
}

/** A network by its name. */
export interface NetworkDefinition<Rules extends SettingRules = SettingRules>
  extends CommonDefinition<Rules> {
  /** It is trained step by step. */
  readonly kind: "network";
  /** Where it is to be trained otherwise than the defaults of {@linkcode TrainingRules}. */
  training?(settings: ValuesOf<Rules>): Partial<TrainingRules>;
  /** Makes one. */
  create(context: ModelContext<Rules>): Network;
}

/** A regressor by its name. */
export interface RegressorDefinition<Rules extends SettingRules = SettingRules>
  extends CommonDefinition<Rules> {
  /** It is fitted at once. */
  readonly kind: "regressor";
  /** Whether every seed gives the same model of so many train samples. Default: it does not. */
  isSeedless?(settings: Readonly<Record<string, Setting>>, samples: number): boolean;
  /** Makes one. */
  create(context: ModelContext<Rules>): Regressor;
}

/** A model by its name: its settings, and how it is made. `MODELS` are those that there are. */
export type ModelDefinition<Rules extends SettingRules = SettingRules> =
  | NetworkDefinition<Rules>
  | RegressorDefinition<Rules>;

/**
 * Feature widths of the chosen modalities of a dataset; one that the data lack is absent.
 *
 * @example
 * ```ts
 * import { makeSynthetic } from "../data/mod.ts";
 * import { featureWidths } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * const dataset = makeSynthetic({ n: 8, text: 16, audio: 6 });
 * assertEquals(featureWidths(dataset, ["text", "audio"]), { text: 16, audio: 6 });
 * ```
 */
export function featureWidths(
  dataset: Dataset,
  modalities: readonly Modality[],
): Partial<Record<Modality, number>> {
  const split = dataset.splits.train ?? dataset.splits.valid ?? dataset.splits.test;
  const widths: Partial<Record<Modality, number>> = {};
  for (const modality of modalities) {
    const column = split?.features[modality];
    if (column !== undefined) widths[modality] = column.width;
  }
  return widths;
}
