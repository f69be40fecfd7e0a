/**
 * The one door to a training: commands, scripts and studies go through it, so that data, protocol,
 * modalities, settings and engine are decided in the same way for all of them.
 *
 * @module
 */

import {
  classesIn,
  type Dataset,
  describeClasses,
  type LoadOptions,
  type Modality,
  prepareData,
  type ProtocolName,
  requireProtocol,
  type SourceOptions,
  sourceOptions,
  withClassNumbers,
} from "../data/mod.ts";
import { type Engine, type EngineOptions, openEngine } from "../engine/mod.ts";
import { findModel, type ModelDefinition, type Setting, startOf } from "../models/mod.ts";
import { checkRun } from "./check_run.ts";
import { defaultsFor, parseSettings, resolveConfig, settingsOf } from "./config.ts";
import { settingsOfData } from "./data_settings.ts";
import { requireSplit, trainingWarnings } from "./requirements.ts";
import { trainRun } from "./run.ts";
import type { RunFolder } from "./run_folder.ts";
import type { Placement, RunEvents, RunOptions, RunOutcome } from "./run_options.ts";
import { checkName, placeRun } from "./run_place.ts";
import { planRun } from "./run_plan.ts";
import {
  chooseModalities,
  loadTrainingData,
  type TextSource,
  textSource,
  type TrainingData,
} from "./training_data.ts";
import { TRAINING_DEFAULTS } from "./training_defaults.ts";

/** What is to be trained; only `model` and `data` must be given. */
export interface TrainingOptions extends Pick<LoadOptions, "splits">, SourceOptions, Placement {
  /** The name of a model, or a definition of one's own. */
  readonly model: string | ModelDefinition;
  /** What `loadDataset` takes, or data that are loaded: those are left open. */
  readonly data: string | Dataset;
  /** Seconds that loading took, where data are given that are loaded. For the record. */
  readonly loadSeconds?: number;
  /** Settings other than the defaults: values, or their text as typed. */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Default: all that the data have. */
  readonly modalities?: readonly Modality[];
  /** Metrics and default settings. Default: what the data tell. */
  readonly protocol?: ProtocolName;
  /** What becomes of features that are not finite. Default: `zero`. */
  readonly nonfinite?: "zero" | "stop";
  /** One that is open, or its name. Default: `auto`. */
  readonly engine?: Engine | EngineOptions["engine"];
  /** Of an engine that is named. Default: `auto`. */
  readonly device?: EngineOptions["device"];
  /** The folder above all runs. Default: `runs`. */
  readonly out?: string;
  /** Whether an unfinished run may be continued; otherwise it is an error. Default: true. */
  readonly resume?: boolean;
  /** For the record. Default: none. */
  readonly commandLine?: readonly string[];
  /** Takes each warning, one sentence. Default: on stderr. */
  readonly onWarning?: (message: string) => void;
  /** Takes the line that says which engine `auto` chose. Default: on stderr. */
  readonly log?: (line: string) => void;
}

/** A training of any seed. */
type SeedlessOptions = Omit<RunOptions, "seed" | keyof RunEvents>;

/**
 * A model, its data and an engine, ready to be trained with one seed after the other. Dispose it to
 * close data that were opened for it.
 */
export class Training implements Disposable {
  /** What is trained. */
  readonly model: ModelDefinition;
  /** On what. */
  readonly dataset: Dataset;
  readonly #options: SeedlessOptions;
  readonly #close: () => void;

  /** Made by {@linkcode openTraining}. */
  constructor(options: SeedlessOptions, close: () => void) {
    this.model = options.model;
    this.dataset = options.dataset;
    this.#options = options;
    this.#close = close;
  }

  /** The folder of the run with a seed. */
  folder(seed: number): RunFolder {
    return placeRun(planRun({ ...this.#options, seed }), this.#options);
  }

  /**
   * Trains with a seed, evaluates once, and writes the run's folder; a finished one is not touched.
   *
   * @throws as `trainRun`
   */
  train(seed: number, events: RunEvents = {}): Promise<RunOutcome> {
    return trainRun({ ...this.#options, seed, ...events });
  }

  /** Ends its use. */
  [Symbol.dispose](): void {
    this.#close();
  }
}

/**
 * Opens the data once, for all seeds, and decides what was left open: protocol, modalities, what of
 * the text is needed (no features where a BERT reads words), engine. Settings are checked first.
 *
 * @throws {UsageError} an option, setting or name is unknown, with the nearest one, or does not fit
 * @throws {DataError} the data cannot be loaded
 * @throws {EngineError} the engine cannot be opened
 *
 * @example Two seeds of a model on made-up clips
 * ```ts
 * import { openTraining } from "./open_training.ts";
 * import { assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * using training = await openTraining({
 *   model: "cnn",
 *   data: "synthetic:n=16",
 *   settings: { epochs: 1 },
 *   engine: "cpu",
 *   out,
 * });
 * for (const seed of [1111, 1112]) {
 *   const { summary } = await training.train(seed);
 *   assertEquals(summary.path, `${out}/cnn/synthetic/${seed}`);
 * }
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function openTraining(options: TrainingOptions): Promise<Training> {
  const { onWarning = (message) => console.error(`warning: ${message}`) } = options;
  const model = modelOf(options);
  const text = requiredText(model, options.settings ?? {});
  if (options.name !== undefined) checkName(options.name);
  const isOurs = typeof options.data === "string";
  if (isOurs) await prepareData(options.data as string, sourceOptions(options));
  const data = openData({ ...options, onWarning }, text);
  const close = () => isOurs && data.dataset.close();
  try {
    const planned = { ...checkTraining({ ...options, onWarning }, data), onWarning };
    const { dataset, protocol, modalities, settings } = planned;
    const given = parseSettings(model, settings);
    const { notes } = settingsOfData(model, dataset, modalities, given);
    const config = resolveConfig(model, defaultsFor(dataset.name, protocol), settings);
    for (const note of notes) onWarning(note);
    for (const warning of trainingWarnings(model, config, dataset.splits.train)) onWarning(warning);
    return new Training({ ...planned, engine: await asEngine(options) }, close);
  } catch (error) {
    close();
    throw error;
  }
}

/**
 * Decides what was left open and refuses what cannot be trained, without an engine.
 *
 * @throws as {@linkcode openTraining}, but for the engine and for what only reading features shows
 */
export function checkTraining(
  options: TrainingOptions,
  data: TrainingData,
): Omit<SeedlessOptions, "engine" | "onWarning"> {
  const model = modelOf(options);
  const dataset = labelled(data.dataset, model, options.onWarning ?? (() => {}));
  // Nothing depends on the protocol of classes but start values of settings.
  const other = dataset.classes === undefined ? null : dataset.protocol ?? "mosi";
  const { settings = {}, name, overwrite, isFixed, datasetName } = options;
  const planned = {
    model,
    dataset,
    protocol: requireProtocol(dataset, options.protocol ?? other),
    modalities: chooseModalities(data, options.modalities, settings),
    settings,
    nonfinite: options.nonfinite ?? TRAINING_DEFAULTS.nonfinite,
    out: options.out ?? TRAINING_DEFAULTS.out,
    resume: options.resume ?? true,
    loadSeconds: data.seconds,
    commandLine: options.commandLine ?? [],
    ...(name === undefined ? {} : { name }),
    ...(overwrite === undefined ? {} : { overwrite }),
    ...(isFixed === undefined ? {} : { isFixed }),
    ...(datasetName === undefined ? {} : { datasetName }),
  };
  checkRun(planned);
  return planned;
}

function modelOf({ model }: Pick<TrainingOptions, "model">): ModelDefinition {
  return typeof model === "string" ? findModel(model) : model;
}

/**
 * The data with classes for labels where they have no scores, and the model can do without.
 *
 * @throws {DataError} when it cannot
 */
function labelled(
  dataset: Dataset,
  model: ModelDefinition,
  onWarning: (message: string) => void,
): Dataset {
  const { train, ...others } = dataset.splits;
  const classes = classesIn(Object.values(dataset.splits));
  if (classes === null || train === undefined) return dataset;
  // A network without scores is refused here, with what its data have.
  if (model.kind !== "regressor" || !model.fitsClasses) requireSplit(dataset, "train");
  onWarning(`there are no scores: ${model.name} learns the classes ${describeClasses([train])}`);
  const unseen = classes.filter((name) => !train.annotations!.includes(name));
  if (unseen.length > 0) {
    onWarning(`train has no sample of ${describeClasses(Object.values(others))}`);
  }
  return withClassNumbers(dataset, classes);
}

/**
 * What of the text a training reads.
 *
 * @throws {UsageError} a setting is unknown or does not fit: told here, before the data are read,
 * which may take minutes
 */
export function requiredText(
  model: ModelDefinition,
  settings: Readonly<Record<string, Setting>>,
): TextSource {
  const { text } = settingsOf(model);
  // A model that has nothing else reads a BERT without being asked to.
  const start = text === undefined ? {} : { text: startOf(text, "mosi") };
  return textSource({ ...start, ...parseSettings(model, settings) });
}

/** What a training reads; its owner closes it. @throws as `loadDataset` */
export function openData(
  options: Omit<TrainingOptions, "model"> & Pick<LoadOptions, "lazy">,
  text: TextSource,
): TrainingData {
  const { data, modalities, protocol, nonfinite, splits, onWarning, lazy = false } = options;
  if (typeof data !== "string") {
    return { path: data.path, text, dataset: data, seconds: options.loadSeconds ?? 0 };
  }
  return loadTrainingData(data, {
    text,
    lazy,
    ...sourceOptions(options),
    ...(modalities === undefined ? {} : { modalities }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(nonfinite === undefined ? {} : { nonfinite }),
    ...(splits === undefined ? {} : { splits }),
    ...(onWarning === undefined ? {} : { onWarning }),
  });
}

function asEngine({ engine, device, log }: TrainingOptions): Promise<Engine> | Engine {
  if (typeof engine === "object") return engine;
  return openEngine({
    engine: engine ?? TRAINING_DEFAULTS.engine,
    device: device ?? TRAINING_DEFAULTS.device,
    ...(log === undefined ? {} : { log }),
  });
}
