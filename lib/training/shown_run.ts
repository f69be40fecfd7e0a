/** A run whose progress is shown. @module */

import type { Progress } from "../display/progress.ts";
import { Interrupt } from "./interrupt.ts";
import { trainRun } from "./run.ts";
import type { RunOptions } from "./run_options.ts";
import type { RunSummary } from "./run_folder.ts";

/** A run as its caller wants it, without what shows its progress. */
export type ShownRunOptions = Omit<RunOptions, "onStart" | "onBatch">;

/**
 * Trains one run with its progress on stderr or in the cell, and tells where it was there already.
 *
 * @param toResume how to go on after an interruption, for the person who interrupts
 * @throws as {@linkcode trainRun}
 *
 * @example
 * ```ts
 * import { createProgress } from "../display/progress.ts";
 * import { makeSynthetic } from "../data/mod.ts";
 * import { openEngine } from "../engine/mod.ts";
 * import { findModel } from "../models/mod.ts";
 * import { trainShown } from "./shown_run.ts";
 * import { assertMatch } from "@std/assert";
 * let text = "";
 * const stream = { writeSync: (b: Uint8Array) => (text += new TextDecoder().decode(b), b.length) };
 * const dataset = makeSynthetic({ n: 32 }), out = Deno.makeTempDirSync();
 * await trainShown(createProgress({ stream, isTerminal: false }), "run this again", {
 *   model: findModel("cnn"),
 *   dataset,
 *   protocol: "mosi",
 *   modalities: dataset.modalities,
 *   seed: 1111,
 *   settings: { epochs: 1 },
 *   nonfinite: "zero",
 *   engine: await openEngine({ engine: "cpu" }),
 *   out,
 *   resume: false,
 *   loadSeconds: 0,
 *   commandLine: [],
 * });
 * assertMatch(text, /^cnn seed 1111: epoch 1\/1, loss .*, valid MAE /m);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function trainShown(
  progress: Progress,
  toResume: string,
  options: ShownRunOptions,
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
      onEpoch: (record) => {
        progress.epoch(record.epoch, record.trainLoss, record.valid["mae"]!);
        options.onEpoch?.(record);
      },
    });
    progress.stop(outcomeOf(summary));
    if (skipped) progress.note(`${summary.path} is finished: kept as it is`);
    return summary;
  } catch (error) {
    progress.stop();
    if (error instanceof Interrupt || options.signal?.aborted) {
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
