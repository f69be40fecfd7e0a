/**
 * What a model is: a network that the trainer trains step by step, or a regressor that fits at
 * once. Models know no engine, no files and no loop.
 *
 * @module
 */

import type { Dataset, Modality, Split } from "../data/mod.ts";
import type { ClassPredictions } from "../evaluation/mod.ts";
import type { tf } from "../engine/mod.ts";
import type { Network } from "./network.ts";
import type { Inputs, Loss, ModelContext, Outputs, TrainingRules } from "./network_types.ts";
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

/**
 * What a model is made for: the same steps in all modalities, text as a sequence, a BERT, labels of
 * people for each modality by itself. With text of one step it can be trained, without the others not.
 */
export type Need = "aligned" | "sequences" | "bert" | "humanLabels";

/** Which modalities a model cannot do without. */
export interface ModalityNeeds {
  /** All of these. Default: none by name. */
  readonly all?: readonly Modality[];
  /** So many of whatever kind. Default: 1. */
  readonly atLeast?: number;
}

const NEEDS: Readonly<Record<Need, string>> = {
  aligned: "aligned",
  sequences: "sequences",
  bert: "BERT",
  humanLabels: "human labels",
};

/** Needs for people, with commas; empty for none. */
export function needsText(needs: readonly Need[]): string {
  return needs.map((need) => NEEDS[need]).join(", ");
}

/** What every model says of itself. */
export interface CommonDefinition<Rules extends SettingRules> {
  /** As in `--model`, run folders and tables. */
  readonly name: string;
  /** One sentence for lists and help texts. */
  readonly summary: string;
  /** When its method was published; null for one that never was. */
  readonly year: number | null;
  /** What of the data it is made for, besides features and labels; often nothing. */
  readonly needs: readonly Need[];
  /** Modalities that it cannot do without, and how many at least. Default: any one. */
  readonly modalities?: ModalityNeeds;
  /** For reports. */
  readonly card?: ModelCard;
  /** Its settings, besides those that every network has; one of the same name stands over theirs. */
  readonly settings: Rules;
  /** Start values of settings that `preset` chooses, by preset, for every dataset; `mmsa` is the declared ones. */
  readonly presets?: Readonly<
    Record<string, Readonly<Record<DefaultsFor, Readonly<Record<string, Setting>>>>>
  >;
  /** Modalities whose labels of people it learns with these settings, where `needs` leaves that open. */
  humanLabelsOf?(
    settings: ValuesOf<Rules>,
    modalities: readonly Modality[],
  ): readonly Modality[];
  /** Refuses settings that do not fit together. @throws {UsageError} */
  check?(settings: ValuesOf<Rules>): void;
  /** What is odd about training it on a split, one sentence each. */
  warnings?(settings: ValuesOf<Rules>, train: Split): string[];
}

/** The reference's own settings. */
// deno-lint-ignore no-explicit-any -- they differ by model; each definition knows its own
export type Hyper = Readonly<Record<string, any>>;

/** Recorded arrays by name. */
export type RecordedInputs = Readonly<
  Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>
>;

/** The recordings that a network can be held against. */
export interface Recorded {
  /** Kind of the cases; whole trainings are of kind `KIND_steps` or `KIND_training`. */
  readonly kind: string;
  /** Our settings, those of the loop too, from theirs. */
  settings(hyper: Hyper): Readonly<Record<string, Setting>>;
  /** Their outputs, by name, from ours; what is not among them is not compared. */
  outputs(
    outputs: Outputs,
    inputs: Inputs,
    parts: Loss["parts"],
  ): Readonly<Record<string, tf.Tensor>>;
  /** Their outputs that lie inside a network, which does not hand them out. Default: none. */
  readonly inner?: readonly string[];
  /** Their weights that no loss depends on, and which we leave out. Default: none. */
  readonly unused?: RegExp;
  /** Their name of the scores of the same batch outside training. Default: they have none. */
  readonly evaluated?: string;
  /** The epoch whose loss the cases have. Default: 1. */
  readonly epoch?: number;
  /** Puts the network in the state of a case, before its outputs are compared. */
  prepare?(network: Network, hyper: Hyper, inputs: RecordedInputs): void;
  /** Their name of a parameter or buffer. Default: ours. */
  weightName?(name: string): string;
}

/** A network by its name. */
export interface NetworkDefinition<Rules extends SettingRules = SettingRules>
  extends CommonDefinition<Rules> {
  /** It is trained step by step. */
  readonly kind: "network";
  /** The recordings of its reference that it can be held against. */
  readonly recorded?: Recorded;
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
  /** Whether it can be fitted to numbers of classes in place of scores. Default: it cannot. */
  readonly fitsClasses?: boolean;
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

/**
 * Numbers of steps of the chosen modalities of a dataset, padding included; of text that is read as
 * tokens, where `text` is `bert`, their number.
 */
export function featureSteps(
  dataset: Dataset,
  modalities: readonly Modality[],
  text: "features" | "bert" = "features",
): Partial<Record<Modality, number>> {
  const split = dataset.splits.train ?? dataset.splits.valid ?? dataset.splits.test;
  const steps: Partial<Record<Modality, number>> = {};
  for (const modality of modalities) {
    const isTokens = modality === "text" && text === "bert";
    const count = isTokens ? split?.textBert?.shape[2] : split?.features[modality]?.steps;
    if (count !== undefined) steps[modality] = count;
  }
  return steps;
}
