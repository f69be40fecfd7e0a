/** Runs whose progress is shown. @module */

import type { Progress } from "../display/progress.ts";
import { measure, metricName, metricOf, protocolOf } from "../evaluation/mod.ts";
import type { Dataset } from "../data/mod.ts";
import type { EpochRecord } from "../training/history.ts";
import { Interrupt, InterruptListener } from "../training/interrupt.ts";
import type { Training } from "../training/open_training.ts";
import { RunFolder, type RunSummary } from "../training/run_folder.ts";

/** How runs are shown and stopped. */
export interface ShownRunOptions {
  /** On stderr or in the cell. */
  readonly progress: Progress;
  /** How to go on after an interruption, for the person who interrupts. */
  readonly toResume: string;
  /** Aborting it stops too, as SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal;
  /** Called after each epoch of each seed. */
  onEpoch?(record: EpochRecord, seed: number): void;
}

/**
 * Trains one run a seed with its progress shown, and tells where one was there already. An interrupt
 * saves the run and ends all.
 *
 * @throws as `trainRun`
 */
export async function trainShown(
  training: Training,
  seeds: readonly number[],
  options: ShownRunOptions,
): Promise<RunSummary[]> {
  using interrupt = new InterruptListener();
  const signals = [interrupt.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  const runs: RunSummary[] = [];
  for (const seed of seeds) {
    signal.throwIfAborted();
    const { variant } = training.folder(seed);
    if (variant.includes("=") && seed === seeds[0]) {
      options.progress.note(`Another configuration is there: this one goes to SEED~${variant}`);
    }
    runs.push(await trainOne(training, seed, { ...options, signal }));
  }
  return runs;
}

async function trainOne(
  training: Training,
  seed: number,
  { progress, toResume, signal, onEpoch }: ShownRunOptions & { readonly signal: AbortSignal },
): Promise<RunSummary> {
  const samples = training.dataset.splits.train?.samples ?? 0;
  const label = `${training.model.name} seed ${seed}`;
  try {
    const { summary, skipped } = await training.train(seed, {
      signal,
      onStart: (config, finished) => {
        const epochs = Number(config["epochs"]);
        const mayStopEarly = Number(config["earlyStop"]) < epochs;
        progress.start({ label, samples, epochs, finished, mayStopEarly });
      },
      onBatch: (epoch, done, loss) => progress.step(epoch, done, loss),
      onEpoch: (record) => {
        progress.epoch(record.epoch, record.trainLoss, record.valid["mae"]!);
        onEpoch?.(record, seed);
      },
    });
    const { config } = new RunFolder(summary.path).readFinished();
    progress.stop(outcomeOf(summary, Number(config["epochs"])));
    if (skipped) progress.note(`${summary.path} is finished: kept as it is`);
    else {
      const warning = floorWarning(training.dataset, summary.path);
      if (warning !== null) progress.note(`warning: ${warning}`);
    }
    return summary;
  } catch (error) {
    progress.stop();
    if (error instanceof Interrupt || signal.aborted) {
      progress.note(`The run is saved: ${toResume}`);
    }
    throw error;
  }
}

/** `stopped at epoch 27, best 19 (valid MAE 0.5034), 3.2 s` */
function outcomeOf({ epochs, bestEpoch, valid, seconds }: RunSummary, limit: number): string {
  // Of classes there is no error: then the first metric of all.
  const key = "mae" in valid ? "mae" : Object.keys(valid)[0]!;
  const reached = `valid ${metricName(key)} ${valid[key]!.toFixed(4)}`;
  const end = epochs === 0 ? ["fitted", reached] : [
    epochs === limit ? `all ${epochs} epochs` : `stopped at epoch ${epochs}`,
    `best ${bestEpoch} (${reached})`,
  ];
  return [...end, `${seconds.train.toFixed(1)} s`].join(", ");
}

/** That a finished run is no better than the mean label: such a training is none. */
export function floorWarning({ splits }: Pick<Dataset, "splits">, path: string): string | null {
  const { config, record: { seed, summary } } = new RunFolder(path).readFinished();
  const { model, valid } = summary!;
  const [known, wanted] = [splits.train?.labels, splits.valid?.labels];
  const reached = valid["mae"];
  if (model === "constant" || !known || !wanted || reached === undefined) return null;
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
  const guess = new Float64Array(wanted.length).fill(mean);
  const floor = measure(metricOf(protocolOf(config), "mae"), guess, wanted);
  if (reached < floor) return null;
  return `${model} seed ${seed} is no better on valid than constant, which predicts the mean ` +
    `label: MAE ${reached.toFixed(4)}, expected less than ${floor.toFixed(4)}`;
}
