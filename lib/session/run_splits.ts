/** A finished run that is open, and splits of its own data or of others. @module */

import { DataError, messageOf } from "../core/errors.ts";
import { checkOptionNames, type OptionNames } from "../core/options.ts";
import {
  type Dataset,
  type SourceOptions,
  sourceOptions,
  type Split,
  type SplitName,
} from "../data/mod.ts";
import { SOURCE_OPTIONS } from "../data/source_options.ts";
import { type EngineOptions, openEngine } from "../engine/mod.ts";
import type { Corruption } from "../features/mod.ts";
import type { ModelDefinition } from "../models/mod.ts";
import { openRun, type Predictor, RunFolder, type SplitRead } from "../training/mod.ts";
import { loadForRun } from "../training/run_data.ts";
import { TRAINING_DEFAULTS } from "../training/training_defaults.ts";

/** How a run is opened. */
export interface RunUse extends Pick<EngineOptions, "engine" | "device" | "log"> {
  /** The definition of a model of one's own. Default: the model that the run names. */
  readonly model?: ModelDefinition;
  /** Takes each warning, one sentence. Default: on stderr. */
  readonly onWarning?: (message: string) => void;
}

/** What a run is evaluated on. */
export interface EvaluateOptions extends RunUse, SourceOptions {
  /** A pickle, a store folder, `synthetic`. Default: the run's own data. */
  readonly data?: string;
  /** Default: `test`. */
  readonly split?: SplitName;
  /** Modalities that are missing. Default: none. */
  readonly drop?: Corruption["drop"];
  /** Noise on modalities, in standard deviations of each feature on train. Default: none. */
  readonly noise?: Corruption["noise"];
  /** Several such, a point each, in place of `drop` and `noise`. */
  readonly corruptions?: readonly Partial<Corruption>[];
}

/** Which split of which data. */
export type SplitOptions = Omit<EvaluateOptions, "drop" | "noise" | "corruptions">;

/** Their names. */
export const SPLIT_OPTIONS: OptionNames<SplitOptions> = {
  ...SOURCE_OPTIONS,
  engine: true,
  device: true,
  log: true,
  model: true,
  onWarning: true,
  data: true,
  split: true,
};

/** A run and a labelled split, loaded; what was loaded is closed with it. */
export class RunSplits implements Disposable {
  /** The open run. */
  readonly predictor: Predictor;
  /** Path of the data that the split is of. */
  readonly source: string;
  /** What was asked for. */
  readonly split: Split;
  readonly #own: { readonly path: string; readonly source?: SourceOptions };
  readonly #onWarning: (message: string) => void;
  readonly #open: Dataset[];
  readonly #folder: RunFolder;

  private constructor(
    folder: RunFolder,
    predictor: Predictor,
    loaded: { source: string; split: Split; dataset: Dataset },
    onWarning: (message: string) => void,
  ) {
    this.#folder = folder;
    this.predictor = predictor;
    this.source = loaded.source;
    this.split = loaded.split;
    this.#open = [loaded.dataset];
    this.#own = predictor.record.data;
    this.#onWarning = onWarning;
  }

  /**
   * Opens a run and loads a split.
   *
   * @param path the run's folder
   * @param action for errors, for example `evaluate on`
   * @throws {UsageError} an option is unknown
   * @throws {RunError} there is no finished run
   * @throws {DataError} the data cannot be loaded, do not fit the run, or have no labels in the split
   */
  static async open(path: string, action: string, options: SplitOptions): Promise<RunSplits> {
    checkOptionNames(options, SPLIT_OPTIONS);
    const folder = new RunFolder(path);
    const { split: name = "test", onWarning = warn } = options;
    // Asked before the engine starts, as it is what most often is not there.
    const { path: own, source: ownSource = {} } = folder.readFinished().record.data;
    const source = options.data ?? own;
    const given = options.data === undefined
      ? { ...ownSource, ...sourceOptions(options) }
      : { unsplit: name, ...sourceOptions(options) };
    const predictor = await openPredictor(path, options);
    try {
      const dataset = await loadSplit(source, name, given, predictor, onWarning);
      const split = dataset.splits[name];
      if (split !== undefined && split.labels !== null && split.samples > 0) {
        return new RunSplits(folder, predictor, { source, split, dataset }, onWarning);
      }
      dataset.close();
      throw new DataError(
        `Cannot ${action} "${source}": split "${name}" is empty, expected samples with labels in it`,
      );
    } catch (error) {
      predictor[Symbol.dispose]();
      throw error;
    }
  }

  /** The train split that the run learned from. @throws {DataError} it cannot be loaded */
  async train(): Promise<Split> {
    const { path, source = {} } = this.#own;
    const dataset = await loadSplit(path, "train", source, this.predictor, this.#onWarning);
    this.#open.push(dataset);
    return dataset.splits.train!;
  }

  /** Notes in the run's folder that the split was looked at, and how; a warning where that fails. */
  note(how: Pick<SplitRead, "corruptions"> = {}): void {
    const { source: data, split: { name: split } } = this;
    try {
      this.#folder.noteRead({ split, data, ...how });
    } catch (error) {
      const { path } = this.#folder;
      this.#onWarning(
        `cannot note in "${path}" that split "${split}" was read: ${messageOf(error)}`,
      );
    }
  }

  [Symbol.dispose](): void {
    for (const dataset of this.#open) dataset.close();
    this.predictor[Symbol.dispose]();
  }
}

/** The run on the engine that is asked for. */
export async function openPredictor(
  path: string,
  { engine, device, log, model }: RunUse,
): Promise<Predictor> {
  const opened = await openEngine({
    engine: engine ?? TRAINING_DEFAULTS.engine,
    device: device ?? TRAINING_DEFAULTS.device,
    ...(log === undefined ? {} : { log }),
  });
  return openRun(path, opened, model);
}

/** A warning on stderr. */
export function warn(message: string): void {
  console.error(`warning: ${message}`);
}

async function loadSplit(
  path: string,
  name: SplitName,
  given: SourceOptions,
  predictor: Predictor,
  onWarning: (message: string) => void,
): Promise<Dataset> {
  const wanted = { splits: [name], labels: "required", onWarning } as const;
  return await loadForRun(path, predictor, { ...given, ...wanted });
}
