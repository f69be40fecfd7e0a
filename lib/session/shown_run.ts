/** Runs whose progress is shown. @module */

import type { Progress } from "../display/progress.ts";
import type { EpochRecord } from "../training/history.ts";
import { Interrupt, InterruptListener } from "../training/interrupt.ts";
import type { Training } from "../training/open_training.ts";
import type { RunSummary } from "../training/run_folder.ts";

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
  try {
    const { summary, skipped } = await training.train(seed, {
      signal,
      onStart: (config, finished) => {
        const epochs = Number(config["epochs"]);
        progress.start({ label: `${training.model.name} seed ${seed}`, samples, epochs, finished });
      },
      onBatch: (epoch, done, loss) => progress.step(epoch, done, loss),
      onEpoch: (record) => {
        progress.epoch(record.epoch, record.trainLoss, record.valid["mae"]!);
        onEpoch?.(record, seed);
      },
    });
    progress.stop(outcomeOf(summary));
    if (skipped) progress.note(`${summary.path} is finished: kept as it is`);
    return summary;
  } catch (error) {
    progress.stop();
    if (error instanceof Interrupt || signal.aborted) {
      progress.note(`The run is saved: ${toResume}`);
    }
    throw error;
  }
}

/** `27 epochs, best 19 with valid MAE 0.5034, 3.2 s` */
function outcomeOf({ epochs, bestEpoch, valid, seconds }: RunSummary): string {
  const best = `best ${bestEpoch} with valid MAE ${valid["mae"]!.toFixed(4)}`;
  return `${epochs} epochs, ${best}, ${seconds.train.toFixed(1)} s`;
}
