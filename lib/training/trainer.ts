/**
 * The training loop: epochs, early stopping on the valid split, checkpoints, interrupts.
 *
 * @module
 */

import { NonFiniteLossError, UsageError } from "../core/errors.ts";
import type { RandomStream } from "../core/random.ts";
import { batchOrder, type Split } from "../data/mod.ts";
import { tf } from "../engine/mod.ts";
import { mae } from "../evaluation/mod.ts";
import type { TrainingRules } from "../models/mod.ts";
import { Breath } from "./breath.ts";
import { loadCheckpoint, saveCheckpoint, type TrainingProgress } from "./checkpoint.ts";
import { EarlyStopping } from "./early_stopping.ts";
import type { EpochRecord } from "./history.ts";
import { diagnoseLabels } from "./label_diagnosis.ts";
import type { Learner, StepPlace, Validation } from "./learner.ts";
import { LearningRates } from "./learning_rates.ts";
import { explainOutOfMemory } from "./out_of_memory.ts";
import { planEpoch, type PlannedBatch, stepsOf } from "./passes.ts";
import { assignWeights, copyWeights, type Weights } from "./weights.ts";

/** Ids that an error names at most: more than a usual batch has. */
const LISTED_IDS = 64;

/** Settings of the loop. */
export interface LoopSettings extends TrainingRules {
  /** Samples of a batch. */
  readonly batchSize: number;
  /** Number of batches whose gradients are summed before each optimizer step. */
  readonly updateEpochs: number;
  /** Largest number of epochs; of each stage, where a network has several. */
  readonly epochs: number;
  /** Number of epochs without improvement after which training stops. */
  readonly earlyStop: number;
}

/** Where and how often to save. */
export interface CheckpointSettings {
  /** The file. */
  readonly path: string;
  /**
   * Smallest number of seconds between two checkpoints; 0 saves after every batch. Where saving is
   * slow they are further apart: see {@linkcode checkpointPause}.
   */
  readonly seconds: number;
  /** Whether to go on from the file at `path`, where there is one. */
  readonly resume: boolean;
}

/** What the loop works with. */
export interface FitOptions {
  /** Of the loop. */
  readonly settings: LoopSettings;
  /** The engine's name, for the record of checkpoints. */
  readonly engine: string;
  /** Batches are shuffled by its stream `order`. */
  readonly random: RandomStream;
  /** Batches of an epoch, from 1, in place of shuffled ones. */
  batchesOf?(epoch: number): readonly Uint32Array[];
  /** Metrics of predictions on the valid split, for the record. */
  evaluate(predictions: Float32Array, labels: Float32Array): Readonly<Record<string, number>>;
  /**
   * What the best epoch is the smallest of, on the valid split, where the rules have `monitor` `mae`.
   * Where absent it is the mean absolute error, as the reference's: not the protocol's, which for SIMS
   * clips.
   */
  loss?(predictions: Float32Array, labels: Float32Array): number;
  /** Default: none is written. */
  readonly checkpoint?: CheckpointSettings;
  /** Aborting it ends the training after the current batch or validation, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Called with the best weights so far, once for those of a checkpoint and at each better epoch. */
  onBest?(weights: Weights, epoch: number): void;
  /** Called after each epoch, with all records so far. */
  onEpoch?(record: EpochRecord, history: readonly EpochRecord[]): void;
  /** Called once, with the number of epochs that are done already. */
  onStart?(finished: number): void;
  /** Called with what is odd about the training, a sentence each. */
  onWarning?(message: string): void;
  /** Called after each batch, with the samples done in the epoch and the mean loss so far. */
  onBatch?(epoch: number, samples: number, loss: number): void;
}

/** The outcome; the network holds the best weights. */
export interface FitResult {
  /** One record an epoch. */
  readonly history: readonly EpochRecord[];
  /** The epoch whose weights were kept, from 1. */
  readonly bestEpoch: number;
}

/**
 * Trains on `train`, watches `valid`, and leaves the best weights in the network. There is no way
 * to hand in a test split.
 *
 * @throws {NonFiniteLossError} naming the samples, when a loss or a score of `valid` is not finite.
 * @throws {OutOfMemoryError} naming a smaller batch size, when the engine has no memory left.
 * @throws {UsageError} when a split has no labels.
 * @throws {RunError} when the checkpoint is of another engine or another network.
 * @throws {DataError} when the checkpoint is damaged.
 * @throws the signal's reason when it was aborted; the training can be resumed.
 */
export async function fit(
  learner: Learner,
  train: Split,
  valid: Split,
  options: FitOptions,
): Promise<FitResult> {
  const { settings, checkpoint, signal } = options;
  if (train.labels === null || valid.labels === null) {
    const missing = train.labels === null ? train.name : valid.name;
    throw new UsageError(`Cannot train: split "${missing}" has no labels`);
  }
  const stopping = new EarlyStopping(settings.earlyStop);
  const resumed = checkpoint?.resume
    ? loadCheckpoint(checkpoint.path, learner, options.engine)
    : null;
  let best: Weights = resumed?.best ?? new Map();
  const progress: TrainingProgress = resumed?.progress ?? startOf(options.engine);
  if (resumed === null) learner.enterStage(1);
  stopping.bestEpoch = Math.max(progress.bestEpoch, progress.stageStart ?? 0);
  stopping.bestLoss = progress.bestLoss ?? Infinity;
  const rates = new LearningRates(settings.schedule, progress.plateau);
  if (rates.hasState) progress.plateau = rates.state;
  if (progress.bestEpoch > 0) options.onBest?.(best, progress.bestEpoch);

  options.onStart?.(progress.history.length);
  await learner.prepare([train, valid], signal);
  let savedAt = performance.now();
  // A resumed training was warned of before.
  let hasLearned = resumed !== null;
  let pause = 1000 * (checkpoint?.seconds ?? Infinity);
  const save = async () => {
    if (checkpoint === undefined) return;
    const began = performance.now();
    await saveCheckpoint(checkpoint.path, learner, best, progress);
    savedAt = performance.now();
    pause = 1000 * checkpointPause(checkpoint.seconds, (savedAt - began) / 1000);
  };
  const isDue = () => performance.now() - savedAt >= pause;
  // For all epochs: one of little data is over before the host's turn is due.
  const breath = new Breath();

  while (!progress.finished) {
    const started = performance.now();
    const { epoch } = progress;
    const shuffle = options.random.split("order").fresh(`epoch ${epoch}`);
    const order = options.batchesOf?.(epoch) ??
      batchOrder(train.samples, settings.batchSize, (n) => shuffle.permutation(n));
    const batches = planEpoch(learner.network, order, settings);
    const counted = batches.filter(({ isCounted }) => isCounted).length;
    const uncounted = batches.length - counted;
    const steps = settings.epochs * stepsOf(batches);
    const rateNow = () => rates.factorAt({ epoch, step: learner.optimizerSteps, steps });
    if (progress.batches === 0) learner.network.startEpoch?.();
    while (progress.batches < batches.length) {
      const rate = rates.isConstant ? {} : { rate: rateNow() };
      await learnBatch(learner, train, batches, progress, settings, rate);
      const isLastStage = (progress.stage ?? 1) === (learner.network.stages ?? 1);
      // Of a batch in several passes the last one tells.
      if (!hasLearned && isLastStage && batches[progress.batches - 1]!.isCounted) {
        hasLearned = true;
        warnOfUntaught(learner, options);
      }
      const seen = progress.batches - uncounted;
      const done = Math.min(train.samples, Math.max(0, seen) * settings.batchSize);
      if (seen > 0) options.onBatch?.(epoch, done, progress.sums["total"]! / seen);
      await breath.take();
      if (signal?.aborted) {
        await save();
        signal.throwIfAborted();
      }
      if (progress.batches < batches.length && isDue()) await save();
    }
    const trained = performance.now();
    const validOrder = batchOrder(valid.samples, settings.batchSize);
    const isCriterion = settings.monitor === "criterion";
    const { predictions, criteria } = await explainOutOfMemory(
      valid,
      settings.batchSize,
      async (): Promise<Validation> =>
        isCriterion
          ? await learner.validate(valid, validOrder, epoch)
          : { predictions: await learner.predict(valid, validOrder), criteria: [] },
    );
    checkFinite(predictions, epoch, valid);
    const metrics = options.evaluate(predictions, valid.labels);
    const loss = isCriterion
      ? roundedMean(criteria)
      : (options.loss ?? mae)(predictions, valid.labels);
    const rateOfEpoch = rates.isConstant ? 1 : rateNow();
    rates.observe(loss);
    if (stopping.observe(epoch, loss)) {
      best = await copyWeights(learner.network.weights());
      progress.bestEpoch = epoch;
      progress.bestLoss = stopping.bestLoss;
      options.onBest?.(best, epoch);
    }
    const seconds = {
      train: (trained - started) / 1000,
      valid: (performance.now() - trained) / 1000,
    };
    const record = {
      ...recordOf(learner, progress, counted, { loss, metrics }, seconds, rateOfEpoch),
      ...await diagnoseLabels(learner.network, train),
    };
    progress.history.push(record);
    progress.epoch++;
    progress.batches = 0;
    progress.sums = {};
    const { stage = 1, stageStart = 0 } = progress;
    if (epoch - stageStart >= settings.epochs || stopping.shouldStop(epoch)) {
      if (stage < (learner.network.stages ?? 1)) {
        assignWeights(learner.network.weights(), best, "the best epoch");
        learner.enterStage(stage + 1);
        stopping.restart(epoch);
        Object.assign(progress, { stage: stage + 1, stageStart: epoch, bestLoss: null });
      } else progress.finished = true;
    }
    if (progress.finished || isDue()) await save();
    options.onEpoch?.(record, progress.history);
    // It may have been aborted by who looked at the epoch.
    if (!progress.finished && signal?.aborted) {
      await save();
      signal.throwIfAborted();
    }
  }
  assignWeights(learner.network.weights(), best, "the best epoch");
  return { history: progress.history, bestEpoch: progress.bestEpoch };
}

/** A checkpoint takes at most one part in so many of the time. */
const SAVING_SHARE = 20;

/**
 * Seconds until the next checkpoint: with a BERT one takes seconds itself, so the time between two is
 * a multiple of what the last one took. Asked for after every batch, by 0, it is done after every batch.
 */
export function checkpointPause(asked: number, lastSave: number): number {
  return asked === 0 ? 0 : Math.max(asked, SAVING_SHARE * lastSave);
}

function startOf(engine: string): TrainingProgress {
  return {
    engine,
    epoch: 1,
    batches: 0,
    sums: {},
    bestEpoch: 0,
    bestLoss: null,
    finished: false,
    history: [],
  };
}

/** Names parameters that no loss depends on: a layer that is cut off learns nothing, in silence. */
function warnOfUntaught(learner: Learner, options: FitOptions): void {
  const names = learner.untaught();
  if (names.length === 0) return;
  options.onWarning?.(
    `${names.length} of ${learner.trainedCount} parameters have no gradient and stay as they were ` +
      `drawn: ${listed(names)}`,
  );
}

/** The mean to 4 decimals, of which the reference reads its best epoch. */
function roundedMean(values: readonly number[]): number {
  return Math.round(1e4 * values.reduce((sum, value) => sum + value, 0) / values.length) / 1e4;
}

/** Learns the next batch and counts it. */
async function learnBatch(
  learner: Learner,
  train: Split,
  batches: readonly PlannedBatch[],
  progress: TrainingProgress,
  settings: LoopSettings,
  rate: Pick<StepPlace, "rate">,
): Promise<void> {
  const number = progress.batches + 1;
  const { indices, pass, isCounted, ...group } = batches[progress.batches]!;
  const place = { epoch: progress.epoch, batch: number, ...group, ...rate };
  learner.enterPass(pass);
  const { loss, parts } = await explainOutOfMemory(
    train,
    settings.batchSize,
    () => learner.step(train, indices, place, batches[number]?.indices),
  );
  if (!Number.isFinite(loss)) throw nonFinite(loss, parts, progress.epoch, number, train, indices);
  for (const [name, value] of Object.entries(isCounted ? { total: loss, ...parts } : {})) {
    progress.sums[name] = (progress.sums[name] ?? 0) + value;
  }
  progress.batches = number;
}

/** @throws {NonFiniteLossError} when a score of the valid split is not finite. */
function checkFinite(predictions: Float32Array, epoch: number, valid: Split): void {
  const ids = valid.ids.filter((_, i) => !Number.isFinite(predictions[i]));
  if (ids.length === 0) return;
  throw new NonFiniteLossError(
    `Cannot go on training: after epoch ${epoch}, ${ids.length} of ${valid.samples} scores of ` +
      `split "${valid.name}" are not finite, expected numbers; the samples are ${listed(ids)}`,
  );
}

function nonFinite(
  loss: number,
  parts: Readonly<Record<string, number>>,
  epoch: number,
  batch: number,
  train: Split,
  indices: Uint32Array,
): NonFiniteLossError {
  const culprits = Object.keys(parts).filter((name) => !Number.isFinite(parts[name]));
  const ids = listed(Array.from(indices, (i) => train.ids[i]!));
  return new NonFiniteLossError(
    `Cannot go on training: the loss of epoch ${epoch}, batch ${batch} is ${loss} ` +
      `(${culprits.join(", ") || "sum"}), expected a finite number; the samples are ${ids}`,
  );
}

/** The first of many ids. */
function listed(ids: readonly string[]): string {
  const rest = ids.length - LISTED_IDS;
  return rest > 0 ? `${ids.slice(0, LISTED_IDS).join(", ")} and ${rest} more` : ids.join(", ");
}

function recordOf(
  learner: Learner,
  progress: TrainingProgress,
  batches: number,
  valid: { readonly loss: number; readonly metrics: Readonly<Record<string, number>> },
  seconds: { train: number; valid: number },
  rate: number,
): EpochRecord {
  const means = Object.entries(progress.sums).map(([name, sum]) => [name, sum / batches] as const);
  const { total, ...parts } = Object.fromEntries(means);
  const rates = learner.network.trainedGroups.map((group) =>
    [group.name, rate * group.learningRate] as const
  );
  return {
    epoch: progress.epoch,
    trainLoss: total!,
    trainParts: parts,
    validLoss: valid.loss,
    valid: valid.metrics,
    seconds,
    tensors: tf.memory().numTensors,
    learningRates: Object.fromEntries(rates),
  };
}
