/** Seeds of a model, several at a time in processes of their own, as a study trains. @module */

import { type Dataset, prepareData, sourceOptions } from "../data/mod.ts";
import { type Ending, type Job, type PoolOptions, runJobs } from "../studies/mod.ts";
import { findModel, type Setting } from "../models/mod.ts";
import type { TrainingOptions } from "../training/mod.ts";
import { checkTraining, openData, requiredText } from "../training/open_training.ts";
import { RunFolder, type RunSummary } from "../training/run_folder.ts";
import { TRAINING_DEFAULTS } from "../training/training_defaults.ts";
import { floorWarning } from "./shown_run.ts";

/** Models with settings, whose data are a path and whose engine a name: processes open them. */
export type SeedsOptions =
  & Omit<
    TrainingOptions,
    | "model"
    | "settings"
    | "data"
    | "datasetName"
    | "engine"
    | "device"
    | "log"
    | "onWarning"
    | "splits"
    | "isFixed"
  >
  & Partial<Pick<PoolOptions["worker"], "engine" | "device">>
  & { readonly cells: readonly SeedsCell[]; readonly data: string };

/** What is trained with each seed. */
export interface SeedsCell {
  /** The model's name. */
  readonly model: string;
  /** Settings other than the defaults: values, or their text as typed. */
  readonly settings: Readonly<Record<string, Setting>>;
}

/** How seeds are worked off. */
export interface SeedsPool extends Omit<PoolOptions, "worker"> {
  /** Takes the data before anything is trained on them; their features are not read. */
  onData?(dataset: Dataset): void;
}

/** What became of seeds. */
export interface SeedsOutcome {
  /** Of those that are trained, cell by cell. */
  readonly runs: readonly RunSummary[];
  /** Each training and how it ended. */
  readonly jobs: readonly { readonly job: Job; readonly ending: Ending }[];
}

/**
 * Trains each cell, one run a seed, `pool.jobs` at a time, in the bytes of one after the other. What
 * cannot be trained is refused before anything is started; a run that fails does not stop the others.
 *
 * @throws {UsageError} an option, setting or name is unknown, with the nearest one, or does not fit
 * @throws {DataError} the data cannot be loaded or trained on
 * @throws {EngineError} the engine cannot be opened
 * @throws the signal's reason when it was aborted, after everything is saved
 */
export async function trainSeeds(
  options: SeedsOptions,
  seeds: readonly number[],
  pool: SeedsPool,
): Promise<SeedsOutcome> {
  const { cells, data, modalities = null, protocol = null, name, overwrite } = options;
  const { nonfinite, engine, device, out } = { ...TRAINING_DEFAULTS, ...options };
  const source = sourceOptions(options);
  await prepareData(data, source);
  using open = new DisposableStack();
  const datasets = cells.map(({ model, settings }) => {
    const text = requiredText(findModel(model), settings);
    const peeked = openData({ ...options, lazy: true }, text);
    open.defer(() => peeked.dataset.close());
    // Its warnings are told by who trains.
    return checkTraining({ ...options, model, settings, onWarning: () => {} }, peeked).dataset;
  });
  pool.onData?.(datasets[0]!);
  const place = {
    resume: options.resume ?? true,
    ...(name === undefined ? {} : { name }),
    ...(overwrite === undefined ? {} : { overwrite }),
  };
  const jobs = cells.flatMap((cell) =>
    seeds.map((seed): Job => {
      return { slug: "", ...cell, modalities, seed, data, protocol, out, place };
    })
  );
  const { commandLine = [] } = options;
  const worker = { engine, device, nonfinite, source, commandLine };
  const onEnd = (job: Job, ending: Ending) => {
    pool.onEnd?.(job, ending);
    const warning = ending.status === "trained" ? floorWarning(datasets[0]!, ending.path) : null;
    if (warning !== null) pool.onNote?.(`warning: ${warning}`);
  };
  const endings = await runJobs(jobs, { ...pool, onEnd, worker });
  const runs = endings.flatMap((ending) => "path" in ending ? [summaryOf(ending.path)] : []);
  return { runs, jobs: jobs.map((job, i) => ({ job, ending: endings[i]! })) };
}

function summaryOf(path: string): RunSummary {
  // The folder may have been moved, or be seen from another one.
  return { ...new RunFolder(path).readFinished().record.summary!, path };
}
