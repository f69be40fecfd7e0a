/** Training from a script or a notebook: one call, and an object to ask afterwards. @module */

import { createProgress } from "../display/progress.ts";
import { isNotebook } from "../display/notebook.ts";
import { type Dataset, loadDataset, requireProtocol } from "../data/mod.ts";
import { openEngine } from "../engine/mod.ts";
import type { ModelDefinition, Setting } from "../models/mod.ts";
import {
  defaultsFor,
  InterruptListener,
  resolveConfig,
  type RunSummary,
  trainingWarnings,
  trainShown,
} from "../training/mod.ts";
import { checkOptions, seedsOf, type TrainOptions } from "./train_options.ts";
import { TrainedModel } from "./trained_model.ts";

/**
 * Trains a model, one run a seed, and evaluates each once. Every run is a folder below `out`: a
 * finished one is read instead of trained again, an unfinished one goes on where it was stopped.
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
 *   seeds: 2,
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
export async function train(options: TrainOptions): Promise<TrainedModel> {
  const model = checkOptions(options);
  const seeds = seedsOf(options.seeds);
  const settings: Record<string, Setting> = {
    ...options.settings,
    ...(options.epochs === undefined ? {} : { epochs: options.epochs }),
  };
  // Told before the data are read, which may take minutes.
  resolveConfig(model, "mosi", settings);
  using progress = createProgress();
  try {
    const { data, loadSeconds } = load(options, (warning) => progress.note(warning));
    const runs = await trainSeeds(
      model,
      data,
      seeds,
      { ...options, settings, loadSeconds },
      progress,
    );
    return new TrainedModel(model, data, runs);
  } finally {
    progress.stop();
    await progress.shown();
  }
}

function load(
  { data, modalities, protocol, nonfinite }: TrainOptions,
  onWarning: (message: string) => void,
): { data: Dataset; loadSeconds: number } {
  if (typeof data !== "string") return { data, loadSeconds: 0 };
  const started = performance.now();
  const dataset = loadDataset(data, {
    onWarning: (message) => onWarning(`warning: ${message}`),
    ...(modalities === undefined ? {} : { modalities }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(nonfinite === undefined ? {} : { nonfinite }),
  });
  return { data: dataset, loadSeconds: (performance.now() - started) / 1000 };
}

async function trainSeeds(
  model: ModelDefinition,
  dataset: Dataset,
  seeds: readonly number[],
  options: TrainOptions & { settings: Record<string, Setting>; loadSeconds: number },
  progress: ReturnType<typeof createProgress>,
): Promise<RunSummary[]> {
  const { settings, onEpoch } = options;
  const protocol = requireProtocol(dataset, options.protocol ?? null);
  const config = resolveConfig(model, defaultsFor(dataset.name, protocol), settings);
  for (const warning of trainingWarnings(model, config, dataset.splits.train)) {
    progress.note(`warning: ${warning}`);
  }
  const engine = await openEngine({
    engine: options.engine ?? "auto",
    device: options.device ?? "auto",
    log: (line) => progress.note(line),
  });
  using interrupt = new InterruptListener();
  const signals = [interrupt.signal, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(signals);
  const toResume = isNotebook() ? "run the cell again to go on" : "the same call goes on with it";
  const runs: RunSummary[] = [];
  for (const seed of seeds) {
    signal.throwIfAborted();
    runs.push(
      await trainShown(progress, toResume, {
        model,
        dataset,
        protocol,
        modalities: options.modalities ?? dataset.modalities,
        seed,
        settings,
        nonfinite: options.nonfinite ?? "zero",
        engine,
        out: options.out ?? "runs",
        resume: options.resume ?? true,
        loadSeconds: options.loadSeconds,
        commandLine: [],
        signal,
        ...(onEpoch === undefined ? {} : { onEpoch: (record) => onEpoch(record, seed) }),
      }),
    );
  }
  return runs;
}
