/** What a script asks of a training, checked before anything is loaded. @module */

import { UsageError } from "../core/errors.ts";
import { checkOptionNames, type OptionNames } from "../core/options.ts";
import type { Dataset, Modality, ProtocolName, SourceOptions } from "../data/mod.ts";
import { SOURCE_OPTIONS } from "../data/source_options.ts";
import type { Device, EngineName } from "../engine/mod.ts";
import { findModel, type ModelDefinition } from "../models/mod.ts";
import {
  type EpochRecord,
  type ModelChoice,
  type SettingsFor,
  settingsOf,
} from "../training/mod.ts";
import { firstSeeds } from "../training/training_defaults.ts";

/** What is to be trained; only `model` and `data` must be given. */
export interface TrainOptions<Model extends ModelChoice = ModelChoice> extends SourceOptions {
  /** The name of a model, or a definition of your own. */
  readonly model: Model;
  /** A dataset, or what `loadDataset` takes: a pickle, a store folder, `synthetic`. */
  readonly data: Dataset | string;
  /** One run for each; instead of `runs`. */
  readonly seeds?: readonly number[];
  /** How many runs, with the seeds 1111, 1112, … Default: 5. */
  readonly runs?: number;
  /** Settings other than the defaults, for example `{ batchSize: 8 }`: `help(model)` lists them. */
  readonly settings?: SettingsFor<Model>;
  /** Upper limit of epochs: the setting of that name. */
  readonly epochs?: number;
  /** Default: all that the data have. */
  readonly modalities?: readonly Modality[];
  /** Metrics and default settings. Default: what the data tell. */
  readonly protocol?: ProtocolName;
  /** What becomes of features that are not finite in data that are loaded here. Default: `zero`. */
  readonly nonfinite?: "zero" | "stop";
  /** Default: `auto`, which is `tensorflow` where its library is found, else `cpu`. */
  readonly engine?: EngineName | "auto";
  /** Default: `auto`, a GPU where the engine has one. */
  readonly device?: Device | "auto";
  /** The folder above all runs. Default: `runs`. */
  readonly out?: string;
  /** Whether to go on with unfinished runs in `out`; otherwise they are an error. Default: true. */
  readonly resume?: boolean;
  /**
   * Of the folder, `SEED~NAME`. Default: `SEED` for the first settings, `SEED~dropout=0.2` for others,
   * by what differs.
   */
  readonly name?: string;
  /**
   * Whether a run that is there is removed and trained anew: that with these settings, or else the one
   * in `SEED`. Default: false.
   */
  readonly overwrite?: boolean;
  /** Aborting it stops the training after the batch, saved. */
  readonly signal?: AbortSignal;
  /** Called after each epoch of each seed. */
  onEpoch?(record: EpochRecord, seed: number): void;
}

/** The names of the options; the type demands each. */
const NAMES: OptionNames<TrainOptions> = {
  model: true,
  data: true,
  seeds: true,
  runs: true,
  settings: true,
  epochs: true,
  modalities: true,
  protocol: true,
  nonfinite: true,
  engine: true,
  device: true,
  out: true,
  resume: true,
  name: true,
  overwrite: true,
  ...SOURCE_OPTIONS,
  signal: true,
  onEpoch: true,
};

/** Where epochs may be told. */
interface Epochs {
  readonly epochs?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/**
 * The model that the options name.
 *
 * @throws {UsageError} an option or the model is unknown, with the nearest name, or one is missing
 */
export function checkOptions(options: Omit<TrainOptions, "settings"> & Epochs): ModelDefinition {
  for (const name of ["model", "data"] as const) {
    if (options[name] === undefined) throw new UsageError(`Cannot train: expected "${name}"`);
  }
  const chosen: ModelChoice = options.model;
  const model = typeof chosen === "string" ? findModel(chosen) : chosen;
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(NAMES, name) && Object.hasOwn(settingsOf(model), name)) {
      throw new UsageError(
        `Unknown option "${name}": it is a setting, as settings: { ${name}: … }`,
      );
    }
  }
  checkOptionNames(options, NAMES);
  checkEpochs(options, model);
  return model;
}

/** @throws {UsageError} the model has no epochs, or they are told twice */
function checkEpochs({ epochs, settings }: Epochs, model: ModelDefinition): void {
  if (epochs === undefined) return;
  if (!Object.hasOwn(settingsOf(model), "epochs")) {
    throw new UsageError(`Cannot train ${model.name} for epochs: it has none, leave them out`);
  }
  const other = settings?.["epochs"];
  if (other === undefined || other === epochs) return;
  throw new UsageError(`Cannot train for ${epochs} and for ${other} epochs: expected one of them`);
}

/**
 * The seeds of a training.
 *
 * @throws {UsageError} `seeds` are no list of different whole numbers, `runs` is no count, or both are
 * given
 */
export function seedsOf({ seeds, runs }: Pick<TrainOptions, "seeds" | "runs">): readonly number[] {
  const refuse = (state: string, wanted: string): never => {
    throw new UsageError(`Cannot use ${state}: expected ${wanted}`);
  };
  if (seeds !== undefined && runs !== undefined) {
    refuse(`both seeds and runs (${JSON.stringify({ seeds, runs })})`, "one of them");
  }
  if (runs !== undefined && (!isSeed(runs) || runs === 0)) {
    refuse(`runs: ${JSON.stringify(runs)}`, "how many runs, 1 or more");
  }
  if (seeds === undefined) return firstSeeds(runs);
  const [a, b] = firstSeeds(2);
  if (!Array.isArray(seeds)) {
    const count = isSeed(Number(seeds)) && Number(seeds) > 0 ? Number(seeds) : 5;
    refuse(
      `seeds: ${JSON.stringify(seeds)}`,
      `a list like [${a}, ${b}]; so many seeds are runs: ${count}`,
    );
  }
  if (seeds.length > 0 && seeds.every(isSeed) && new Set(seeds).size === seeds.length) return seeds;
  return refuse(`seeds: ${JSON.stringify(seeds)}`, `different whole numbers like [${a}, ${b}]`);
}

function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
