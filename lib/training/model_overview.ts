/**
 * What there is to know of a model before it is trained: what it needs, how large it is, whether it can
 * be trained on some data.
 *
 * @module
 */

import { DataError, UsageError } from "../core/errors.ts";
import { prepareData, requireProtocol, sourceOptions } from "../data/mod.ts";
import {
  type DefaultsFor,
  featureSteps,
  featureWidths,
  type ModelDefinition,
} from "../models/mod.ts";
import { BertFolder } from "../nn/bert_folder.ts";
import { defaultsFor, resolveConfig } from "./config.ts";
import { checkTraining, openData, requiredText, type TrainingOptions } from "./open_training.ts";
import { parameterCount, PUBLISHED_SIZES } from "./parameter_counts.ts";
import { trainingWarnings } from "./requirements.ts";
import { type TextSource, type TrainingData } from "./training_data.ts";

/** A number of parameters for each published dataset; null where there is none. */
export type ParameterCounts = Readonly<Record<DefaultsFor, number | null>>;

/**
 * Number of parameters of a model, those of a BERT not counted, on each published dataset: null for a
 * regressor, and where the data lack labels of people for each modality, which the model needs. An
 * engine has to be open.
 *
 * @example TFN, whose first dense layer has a weight for each product of three entries
 * ```ts
 * import { openEngine } from "../engine/mod.ts";
 * import { findModel } from "../models/mod.ts";
 * import { parameterCounts } from "./model_overview.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * assertEquals(parameterCounts(findModel("tfn")).mosi, 9497043);
 * ```
 */
export function parameterCounts(model: ModelDefinition): ParameterCounts {
  const counts = Object.entries(PUBLISHED_SIZES).map(([dataset, sizes]) => {
    // Of the published datasets SIMS and SIMS v2 have them.
    const lacks = model.needs.includes("humanLabels") && sizes.protocol !== "sims";
    return [dataset, lacks ? null : parameterCount(model, sizes)];
  });
  return Object.fromEntries(counts);
}

/** Whether a model can be trained on data. */
export interface Trainable {
  /** Whether it can. */
  readonly runs: boolean;
  /** Why not; null where it can. */
  readonly reason: string | null;
  /** Number of its parameters on these data; null for a regressor, or where it cannot be trained. */
  readonly parameters: number | null;
  /** What would be odd about it, one sentence each. */
  readonly warnings: readonly string[];
}

/** Data, and how they are read. */
export type CandidateOptions = Omit<TrainingOptions, "model" | "data" | "settings"> & {
  /** What `loadDataset` takes. */
  readonly data: string;
  /** Folder of a BERT, for models that cannot do without one. */
  readonly bert?: string;
};

/** Data that models are tried on, without a training. Dispose it to close them. */
export class Candidates implements Disposable {
  /** Their name, as in run folders. */
  readonly dataset: string;
  readonly #options: CandidateOptions;
  readonly #open = new Map<TextSource, TrainingData>();

  /**
   * Made by {@linkcode Candidates.open}.
   *
   * @throws as `openTraining`, where it is the data's fault and no model's
   */
  private constructor(options: CandidateOptions) {
    this.#options = options;
    const { dataset } = this.#data("features");
    requireProtocol(dataset, options.protocol ?? null);
    this.dataset = dataset.name;
  }

  /**
   * Opens data; features are not read.
   *
   * @throws {DataError} they cannot be loaded
   * @throws {UsageError} an option does not fit, or nothing tells the protocol
   */
  static async open(options: CandidateOptions): Promise<Candidates> {
    await prepareData(options.data, sourceOptions(options));
    return new Candidates(options);
  }

  /**
   * Whether a model can be trained on them with default settings, by the same checks as a training's.
   * An engine has to be open.
   */
  check(model: ModelDefinition): Trainable {
    const { bert, ...options } = this.#options;
    const settings = bert !== undefined && model.needs.includes("bert") ? { bert } : {};
    try {
      const text = requiredText(model, settings);
      const data = this.#data(text);
      const { dataset, protocol, modalities } = checkTraining({
        ...options,
        model,
        settings,
        data: data.dataset,
      }, data);
      const defaults = defaultsFor(dataset.name, protocol);
      const config = resolveConfig(model, defaults);
      const warnings = trainingWarnings(model, config, dataset.splits.train);
      const parameters = parameterCount(model, {
        defaults,
        protocol,
        modalities,
        widths: featureWidths(dataset, modalities),
        steps: featureSteps(dataset, modalities, text),
      }, "bert" in settings ? widthOf(settings.bert) : undefined);
      return { runs: true, reason: null, parameters, warnings };
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof DataError)) throw error;
      return { runs: false, reason: error.message, parameters: null, warnings: [] };
    }
  }

  #data(text: TextSource): TrainingData {
    const data = this.#open.get(text) ?? openData({ ...this.#options, lazy: true }, text);
    this.#open.set(text, data);
    return data;
  }

  /** Closes them. */
  [Symbol.dispose](): void {
    for (const { dataset } of this.#open.values()) dataset.close();
  }
}

/** The width of the states of a BERT. */
function widthOf(folder: string): number {
  using bert = new BertFolder(folder);
  return bert.config.width;
}
