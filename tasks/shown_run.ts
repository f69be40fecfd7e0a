/** A run whose progress is shown. @module */

import { Interrupt, type Progress, type RunOptions, type RunSummary, trainRun } from "../mod.ts";

/**
 * Trains one run with its progress on stderr, and tells where it was there already.
 *
 * @param toResume how to go on after an interruption, for the person who interrupts
 */
export async function trainShown(
  progress: Progress,
  toResume: string,
  options: Omit<RunOptions, "onStart" | "onBatch" | "onEpoch">,
): Promise<RunSummary> {
  const { model, dataset, seed } = options;
  const samples = dataset.splits.train?.samples ?? 0;
  try {
    const { summary, skipped } = await trainRun({
      ...options,
      onStart: (config, finished) => {
        const epochs = Number(config["epochs"]);
        progress.start({ label: `${model.name} seed ${seed}`, samples, epochs, finished });
      },
      onBatch: (epoch, done, loss) => progress.step(epoch, done, loss),
      onEpoch: (record) => progress.epoch(record.epoch, record.trainLoss, record.valid["mae"]!),
    });
    progress.stop();
    if (skipped) progress.note(`${summary.path} is finished: kept as it is`);
    return summary;
  } catch (error) {
    progress.stop();
    if (error instanceof Interrupt) progress.note(`The run is saved: ${toResume}`);
    throw error;
  }
}
