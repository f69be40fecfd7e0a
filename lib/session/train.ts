/** Training from a script or a notebook: one call, and an object to ask afterwards. @module */

import { createProgress } from "../display/progress.ts";
import { isNotebook } from "../display/notebook.ts";
import { type ModelChoice, openTraining } from "../training/mod.ts";
import { trainShown } from "./shown_run.ts";
import { checkOptions, seedsOf, type TrainOptions } from "./train_options.ts";
import { TrainedModel } from "./trained_model.ts";

/**
 * Trains a model, one run a seed, and evaluates each once. Every run is a folder below `out`: a
 * finished one is read instead of trained again, an unfinished one goes on where it was stopped. Other
 * settings get a folder beside the first, `SEED~dropout=0.2`.
 * Progress is shown in the cell of a notebook, else on stderr.
 *
 * An interrupt (the notebook's stop button, Ctrl-C, or `signal`) saves the run and throws; the same
 * call goes on with it, and ends in the same bytes as if it had never stopped.
 *
 * @throws {UsageError} an option, setting or name is unknown, with the nearest one, or does not fit
 * @throws {DataError} the data cannot be loaded or trained on
 * @throws {RunError} a run's folder is in use, or holds a run with other settings
 * @throws {Interrupt} it was interrupted; the signal's reason where that was aborted
 *
 * @example Self-MM on made-up clips, with two seeds
 * ```ts
 * import { train } from "./train.ts";
 * import { assert, assertEquals } from "@std/assert";
 * const out = Deno.makeTempDirSync();
 * const run = await train({
 *   model: "self-mm",
 *   data: "synthetic:n=32",
 *   runs: 2,
 *   settings: { batchSize: 8 },
 *   epochs: 2,
 *   engine: "cpu",
 *   out,
 * });
 * assertEquals(run.runs.map(({ seed }) => seed), [1111, 1112]);
 * assert(run.mean("mae") > 0);
 * Deno.removeSync(out, { recursive: true });
 * ```
 */
export async function train<const Model extends ModelChoice>(
  options: TrainOptions<Model>,
): Promise<TrainedModel> {
  const model = checkOptions(options);
  const seeds = seedsOf(options);
  const { settings, epochs, signal, onEpoch, seeds: _, runs: __, ...rest } = options;
  const again = options.overwrite ? " without overwrite" : "";
  using progress = createProgress();
  try {
    const training = await openTraining({
      ...rest,
      model,
      settings: { ...settings, ...(epochs === undefined ? {} : { epochs }) },
      onWarning: (message) => progress.note(`warning: ${message}`),
      log: (line) => progress.note(line),
    });
    try {
      const runs = await trainShown(training, seeds, {
        progress,
        toResume: isNotebook()
          ? `run the cell again${again} to go on`
          : `the same call${again} goes on with it`,
        ...(signal === undefined ? {} : { signal }),
        ...(onEpoch === undefined ? {} : { onEpoch }),
      });
      // The data stay open: what is returned can be asked about them.
      return new TrainedModel(model, training.dataset, runs);
    } catch (error) {
      training[Symbol.dispose]();
      throw error;
    }
  } finally {
    progress.stop();
    await progress.shown();
  }
}
