/**
 * A run: one model trained on one dataset with one configuration and one seed, and its folder.
 *
 * @module
 */

import { dirname } from "node:path";
import { messageOf, NonFiniteLossError } from "../core/errors.ts";
import { removeUnfinishedFiles, writeJsonAtomic } from "../core/files.ts";
import { RandomStream } from "../core/random.ts";
import {
  batchOrder,
  type Dataset,
  type Modality,
  type Scalings,
  type Split,
  type SplitName,
} from "../data/mod.ts";
import { fitScalings } from "../data/standardized.ts";
import {
  type ClassPredictions,
  evaluateClasses,
  type PredictionRow,
  type Protocol,
  protocolOf,
  writePredictions,
} from "../evaluation/mod.ts";
import {
  type Config,
  featureSteps,
  featureWidths,
  type GivenBert,
  type ModelDefinition,
} from "../models/mod.ts";
import type { BertFolder } from "../nn/bert_folder.ts";
import { checkRun } from "./check_run.ts";
import { loopSettings } from "./config.ts";
import { collapseWarning } from "./collapse.ts";
import { fixedTextBytes, TextStates } from "./fixed_text.ts";
import { type EpochRecord, writeHistory } from "./history.ts";
import { Interrupt } from "./interrupt.ts";
import { writeUnimodalLabels } from "./label_file.ts";
import { learnerOf } from "./learner_of.ts";
import type { RunOptions, RunOutcome } from "./run_options.ts";
import type { RunFolder, RunRecord, RunSummary } from "./run_folder.ts";
import { planRun, takeFolder } from "./run_plan.ts";
import { givenBert, openBert, openTokens, saveBertFiles } from "./run_bert.ts";
import { fit, type FitResult } from "./trainer.ts";
import { optimizerStepWarning, requireSplit } from "./requirements.ts";
import { withStepsOf } from "./padded_steps.ts";
import { prepared, shifted } from "./prepared_splits.ts";
import { withScalings } from "./scaling_weights.ts";
import { textSource } from "./training_data.ts";
import { gitCommit, peakMemory, versions } from "./versions.ts";
import { copyWeights, type Weights, writeWeights } from "./weights.ts";

/** A trained model: its tensors for the file and its scores. */
interface Trained {
  readonly weights: Weights;
  readonly history: readonly EpochRecord[];
  readonly bestEpoch: number;
  /** Number of weights; absent for a regressor. */
  readonly parameters?: number;
  predict(split: Split): Promise<Float32Array>;
  /** Classes by class task; absent where the model predicts a score only. */
  classify?(split: Split): ClassPredictions;
  /** Writes further files of the run. */
  writeExtras(folder: RunFolder): Promise<void>;
  dispose(): void;
}

/**
 * Trains, evaluates once, and writes the run's folder; a finished one is not touched.
 *
 * @throws {RunError} when the folder is in use or holds another run.
 * @throws {UsageError} when a setting is unknown, or a modality is not in the data.
 * @throws {DataError} when the data lack a split, or labels in it, or do not fit the BERT.
 * @throws {NonFiniteLossError} naming the samples; the best weights so far are kept.
 * @throws the signal's reason when it was aborted, after saving.
 */
export async function trainRun(options: RunOptions): Promise<RunOutcome> {
  const { model, dataset, seed, engine } = options;
  // Told before anything is written: a folder of a run that cannot begin would be in the way.
  checkRun(options);
  const { config: wanted } = planRun(options);
  using bert = openBert(wanted, options.modalities);
  const read = bert === null ? dataset.splits : await tokenSplits(dataset, wanted, bert);
  const scalings = wanted["standardize"] === "train"
    ? fitScalings(requireSplit(dataset, "train"), options.modalities)
    : {};
  const judge = protocolOf(wanted);
  const { neutral } = judge.labels;
  const splits = prepared(read, scalings, neutral);
  const { recipe } = requireSplit(dataset, "train");
  const { planned: { config, sha256, defaults }, folder, lock: held } = takeFolder(options);
  using lock = held;
  if (options.overwrite) folder.clear();
  if (folder.claim(config, sha256, options.resume, defaults, options.isFixed)) {
    // The folder may have been moved, or be seen from another one.
    return { summary: { ...folder.readRecord()!.summary!, path: folder.path }, skipped: true };
  }
  removeUnfinishedFiles(folder.path);
  removeUnfinishedFiles(dirname(folder.checkpoint));
  // First of all, so that others that begin now see whose folder it is.
  writeJsonAtomic(folder.file("config.json"), config);
  const record: RunRecord = {
    status: "running",
    versions: versions(engine.version),
    engine: engine.name,
    device: engine.device,
    data: {
      path: dataset.path,
      sha256,
      widths: usedWidths(dataset, options.modalities, config),
      steps: usedSteps({ ...options, dataset: { ...dataset, splits } }, config),
      zeroed: dataset.zeroed,
      ...(dataset.source === undefined ? {} : { source: dataset.source }),
      ...(dataset.validVideos === undefined ? {} : { validVideos: dataset.validVideos }),
      ...(recipe === undefined ? {} : { recipe }),
    },
    ...(bert === null ? {} : { bert: { path: bert.path, sha256: bert.sha256() } }),
    seed,
    ...(isSeedless(model, config, dataset) ? { isSeedless: true } : {}),
    selectedOn: "valid",
    gitCommit: gitCommit(),
    commandLine: options.commandLine,
    started: new Date().toISOString(),
    ended: null,
  };
  folder.writeRecord(record);
  if (bert !== null) saveBertFiles(bert, folder.bert);
  try {
    const signal = AbortSignal.any([lock.lost, ...(options.signal ? [options.signal] : [])]);
    const states = TextStates.of(dataset, `${record.bert?.sha256} ${config["retokenize"]}`);
    const ready = { ...options, signal, scalings, judge, states, dataset: { ...dataset, splits } };
    const weights = bert && givenBert(bert.config, bert.values.bind(bert), config);
    const summary = await trainAndEvaluate(ready, config, folder, weights);
    folder.writeRecord({ ...record, status: "finished", ended: new Date().toISOString(), summary });
    return { summary, skipped: false };
  } catch (error) {
    // The record is now that of the process which took the folder over.
    if (lock.lost.aborted) throw error;
    const status = error instanceof Interrupt ? "interrupted" : "failed";
    const ended = new Date().toISOString();
    try {
      folder.writeRecord({ ...record, status, ended, message: messageOf(error) });
    } catch {
      // On a full disk the record cannot be written either; the first error tells more.
    }
    throw error;
  }
}

function isSeedless(model: ModelDefinition, config: Config, { splits }: Dataset): boolean {
  return model.kind === "regressor" && splits.train !== undefined &&
    (model.isSeedless?.(config, splits.train.samples) ?? false);
}

/** The splits with the tokens that the settings ask for. */
async function tokenSplits(dataset: Dataset, config: Config, bert: BertFolder) {
  const toTokens = await openTokens(config, bert.config, bert.path);
  const splits: Partial<Record<SplitName, Split>> = {};
  for (const split of Object.values(dataset.splits)) splits[split.name] = toTokens(split);
  return splits;
}

/** Feature widths of the modalities that are read as features. */
function usedWidths(dataset: Dataset, modalities: readonly Modality[], config: Config) {
  const isRead = (name: Modality) => name !== "text" || textSource(config) === "features";
  return featureWidths(dataset, modalities.filter(isRead));
}

/** Their steps, or tokens. */
function usedSteps({ dataset, modalities }: RunOptions, config: Config) {
  return featureSteps(dataset, modalities, textSource(config));
}

/** A run whose data are as its model reads them. */
interface PreparedRun extends RunOptions {
  /** How audio and vision were scaled. */
  readonly scalings: Scalings;
  /** Judges scores as they are in files: those of the model are counted from the neutral label. */
  readonly judge: Protocol;
  /** What a BERT that is not trained makes of the data. */
  readonly states: TextStates;
}

async function trainAndEvaluate(
  options: PreparedRun,
  config: Config,
  folder: RunFolder,
  bert: GivenBert | null,
): Promise<RunSummary> {
  const { model, dataset, engine, seed } = options;
  const started = performance.now();
  const trained = model.kind === "network"
    ? await trainNetwork(options, config, folder, bert)
    : await fitRegressor(options, config);
  try {
    const trainedAt = performance.now();
    const { rows, metrics } = await evaluateSplits(options, config, trained);
    writePredictions(folder.file("predictions.csv"), rows);
    writeJsonAtomic(folder.file("metrics.json"), metrics);
    const weights = withScalings(trained.weights, options.scalings);
    writeWeights(folder.file("model.safetensors"), weights);
    await trained.writeExtras(folder);
    const epochSeconds = trained.history.map((record) => record.seconds.train);
    const samples = requireSplit(dataset, "train").samples;
    const isUntrained = model.kind === "network" &&
      optimizerStepWarning(samples, model, config) !== null;
    return {
      model: model.name,
      dataset: String(config["dataset"]),
      seed,
      path: folder.path,
      engine: engine.name,
      device: engine.device,
      ...(trained.parameters === undefined ? {} : { parameters: trained.parameters }),
      epochs: trained.history.length,
      bestEpoch: trained.bestEpoch,
      ...(isUntrained ? { untrained: true } as const : {}),
      valid: metrics["valid"] ?? {},
      test: metrics["test"] ?? {},
      seconds: {
        load: options.loadSeconds,
        train: (trainedAt - started) / 1000,
        evaluate: (performance.now() - trainedAt) / 1000,
      },
      epochSeconds,
      samplesPerSecond: samples / (median(epochSeconds) ?? (trainedAt - started) / 1000),
      peakRssBytes: peakMemory(),
    };
  } finally {
    trained.dispose();
  }
}

/** Scores and metrics of the valid and test splits; test is read here, and only here. */
async function evaluateSplits(
  options: PreparedRun,
  config: Config,
  trained: Trained,
): Promise<{ rows: PredictionRow[]; metrics: Record<string, Record<string, number>> }> {
  const { judge } = options;
  const { neutral } = judge.labels;
  const rows: PredictionRow[] = [];
  const metrics: Record<string, Record<string, number>> = {};
  for (const name of ["valid", "test"] as const) {
    const split = options.dataset.splits[name];
    if (split === undefined || split.samples === 0) continue;
    const predictions = shifted(await trained.predict(split), neutral);
    const labels = split.labels && shifted(split.labels, neutral);
    split.ids.forEach((id, i) => {
      const label = labels?.[i] ?? null;
      rows.push({ split: name, id, label, prediction: predictions[i]! });
    });
    // At an epoch limit it is only young.
    const hasEnded = trained.history.length > 0 &&
      trained.history.length < Number(config["epochs"]);
    if (name === "valid" && hasEnded && labels !== null) {
      const warning = collapseWarning(predictions, labels);
      if (warning !== null) (options.onWarning ?? console.warn)(warning);
    }
    if (labels !== null) {
      const classes = trained.classify?.(split) ?? {};
      metrics[name] = {
        ...judge.evaluate(predictions, labels).values,
        ...evaluateClasses(judge, classes, labels),
      };
    }
  }
  return { rows, metrics };
}

async function trainNetwork(
  options: PreparedRun,
  config: Config,
  folder: RunFolder,
  bert: GivenBert | null,
): Promise<Trained> {
  const { dataset, engine, model } = options;
  const { neutral } = options.judge.labels;
  if (model.kind !== "network") throw new TypeError(`"${model.name}" is not a network`);
  const train = requireSplit(dataset, "train");
  const random = RandomStream.fromSeed(options.seed);
  const network = model.create({
    ...modelContext(options, config, train, random),
    ...(bert === null ? {} : { bert }),
  });
  const settings = loopSettings(model, config);
  if (network.hasFixedText) {
    const kept = Math.ceil(fixedTextBytes(network, Object.values(dataset.splits)) / 1e6);
    (options.onWarning ?? console.warn)(
      "no layer of the BERT is trained: what it makes of each sentence is computed once, without " +
        `dropout, and kept, ${kept} MB in all`,
    );
  }
  const learner = learnerOf(engine, network, settings, random.split("dropout"), options.states);
  const steps = usedSteps(options, config);
  const brought = (split: Split) => withStepsOf(network, split, steps, bert?.config.padding ?? 0);
  let best: Weights | null = null;
  const dispose = () => {
    learner.dispose();
    network.dispose();
  };
  let result: FitResult;
  try {
    // What cannot be evaluated in the end is told before the first epoch.
    if (dataset.splits.test !== undefined) brought(dataset.splits.test);
    result = await fit(learner, train, brought(requireSplit(dataset, "valid")), {
      settings,
      engine: engine.name,
      random,
      evaluate: (predictions, labels) =>
        options.judge.evaluate(shifted(predictions, neutral), shifted(labels, neutral)).values,
      checkpoint: {
        path: folder.checkpoint,
        seconds: Number(config["checkpointSeconds"]),
        resume: options.resume,
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      onStart: (finished) => options.onStart?.(config, finished),
      onBatch: (epoch, samples, loss) => options.onBatch?.(epoch, samples, loss),
      onBest: (weights) => best = weights,
      onWarning: options.onWarning ?? console.warn,
      onEpoch: (record, history) => {
        writeHistory(folder.file("history.jsonl"), history);
        options.onEpoch?.(record);
      },
    });
  } catch (error) {
    dispose();
    const kept = best && withScalings(best, options.scalings);
    throw error instanceof NonFiniteLossError ? keepBest(error, kept, folder) : error;
  }
  writeHistory(folder.file("history.jsonl"), result.history);
  return {
    weights: await copyWeights(network.weights()),
    history: result.history,
    bestEpoch: result.bestEpoch,
    parameters: network.parameters.size,
    predict: (split) =>
      learner.predict(brought(split), batchOrder(split.samples, settings.batchSize)),
    writeExtras: (folder) => writeUnimodalLabels(folder.file("labels.csv"), network, train),
    dispose,
  };
}

/** Saves the best weights of a training that cannot go on, and tells of them. */
function keepBest(
  error: NonFiniteLossError,
  best: Weights | null,
  folder: RunFolder,
): NonFiniteLossError {
  if (best === null) return error;
  const path = folder.file("model.safetensors");
  writeWeights(path, best);
  const message = `${error.message}; the best weights so far are kept in "${path}"`;
  return new NonFiniteLossError(message, { cause: error });
}

async function fitRegressor(options: RunOptions, config: Config): Promise<Trained> {
  const { dataset, model } = options;
  if (model.kind !== "regressor") throw new TypeError(`"${model.name}" is not a regressor`);
  const train = requireSplit(dataset, "train");
  const random = RandomStream.fromSeed(options.seed);
  const regressor = model.create(modelContext(options, config, train, random));
  const fitted = await regressor.fit(train, requireSplit(dataset, "valid"));
  return {
    weights: new Map(
      [...fitted].map(([name, values]) => [name, { shape: [values.length], values }]),
    ),
    history: [],
    bestEpoch: 0,
    predict: (split) => Promise.resolve(regressor.predict(fitted, split)),
    classify: (split) => regressor.classify?.(fitted, split) ?? {},
    writeExtras: () => Promise.resolve(),
    dispose: () => {},
  };
}

function modelContext(options: RunOptions, config: Config, train: Split, random: RandomStream) {
  return {
    settings: config,
    protocol: options.protocol,
    modalities: options.modalities,
    widths: usedWidths(options.dataset, options.modalities, config),
    steps: usedSteps(options, config),
    trainLabels: train.labels ?? new Float32Array(0),
    ...(options.dataset.classes === undefined ? {} : { classes: options.dataset.classes }),
    random: random.split("weights"),
  };
}

/** null for no values */
function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? null;
}
