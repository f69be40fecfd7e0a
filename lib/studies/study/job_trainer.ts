/** Trains the runs of a study in this process. @module */

import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { exists } from "../../core/files.ts";
import { currentJob } from "../../core/host.ts";
import { DEAD, InUseError, LOCK_FILE, lockFolder } from "../../core/lock.ts";
import { readOwner } from "../../core/lock_file.ts";
import { prepareData } from "../../data/mod.ts";
import type { Engine } from "../../engine/mod.ts";
import { findModel } from "../../models/mod.ts";
import { Interrupt, openTraining } from "../../training/mod.ts";
import { requiredText } from "../../training/open_training.ts";
import {
  loadTrainingData,
  type TextSource,
  type TrainingData,
} from "../../training/training_data.ts";
import { HeldData } from "./held_data.ts";
import { onScratch } from "./scratch.ts";
import type { Job } from "./jobs.ts";
import type { Ending, EpochReport, Report, WorkerOptions } from "./messages.ts";

/** How long a process of a killed study may take to save and go, or a silent host to be dead. */
const PATIENCE = DEAD + 30_000;
/** Milliseconds between two looks, at first and at most. */
const PAUSE = 200;
const LONGEST_PAUSE = 5000;

/** What a trainer is told of where it is. */
export interface TrainerPlace {
  /** Whether a scheduler says that the job which holds a run's folder is over. */
  isOver?(job: string): Promise<boolean>;
}

/** Trains jobs, several at a time where they come so, with the data loaded once for all. */
export class JobTrainer {
  readonly #options: WorkerOptions;
  readonly #engine: Engine;
  readonly #signal: AbortSignal;
  readonly #report: (message: Report) => void;
  readonly #place: TrainerPlace;
  readonly #data = new HeldData();

  /**
   * @param signal aborted to save and stop, with an {@linkcode Interrupt} as reason
   */
  constructor(
    options: WorkerOptions,
    engine: Engine,
    signal: AbortSignal,
    report: (message: Report) => void,
    place: TrainerPlace = {},
  ) {
    this.#options = options;
    this.#engine = engine;
    this.#signal = signal;
    this.#report = report;
    this.#place = place;
  }

  /** Trains one, and tells how it ended. @param onEpoch takes how far it is, after each epoch */
  async train(job: Job, onEpoch: (report: EpochReport) => void = () => {}): Promise<Ending> {
    try {
      this.#signal.throwIfAborted();
      return await this.#train(job, onEpoch);
    } catch (error) {
      return { status: endingOf(error), message: messageOf(error) };
    }
  }

  async #train(job: Job, onEpoch: (report: EpochReport) => void): Promise<Ending> {
    const { model, settings, seed, out, modalities, protocol, dataset: datasetName } = job;
    const { place = { isFixed: true } } = job;
    const { nonfinite, commandLine } = this.#options;
    const text = requiredText(findModel(model), settings);
    using held = await this.#data.hold(
      JSON.stringify([job.data, text]),
      () => this.#load(job, text),
    );
    const { dataset, seconds } = held.data;
    using training = await openTraining({
      model,
      data: dataset,
      loadSeconds: seconds,
      settings,
      nonfinite,
      engine: this.#engine,
      out,
      ...place,
      commandLine,
      onWarning: (warning) => this.#report({ warning }),
      ...(modalities === null ? {} : { modalities }),
      ...(protocol === null ? {} : { protocol }),
      ...(datasetName === undefined ? {} : { datasetName }),
    });
    await untilFree(training.folder(seed).path, this.#signal, this.#place);
    let epochs = 0, path: string | undefined;
    const { summary, skipped } = await training.train(seed, {
      signal: this.#signal,
      onStart: (config) => epochs = Number(config["epochs"]),
      onEpoch: ({ epoch, valid }) => {
        path ??= training.folder(seed).path; // It has it by now.
        onEpoch({ epoch, epochs, validMae: valid["mae"]!, path });
      },
    });
    const status = skipped ? "kept" : "trained";
    return { status, path: summary.path, validMae: summary.valid["mae"] ?? null };
  }

  /** With all modalities: other trainings of the study may want others. */
  async #load({ data, protocol }: Job, text: TextSource): Promise<TrainingData> {
    const { nonfinite, splits, scratch, source = {} } = this.#options;
    const path = scratch === undefined ? data : await onScratch(data, scratch);
    await prepareData(path, source);
    const loaded = loadTrainingData(path, {
      ...source,
      text,
      nonfinite,
      onWarning: (warning) => this.#report({ warning }),
      ...(protocol === null ? {} : { protocol }),
      ...(splits === undefined ? {} : { splits }),
    });
    // Where they came from is what a run is to tell.
    return path === data
      ? loaded
      : { ...loaded, path: data, dataset: { ...loaded.dataset, path: data } };
  }
}

function endingOf(error: unknown): "interrupted" | "busy" | "failed" {
  if (error instanceof Interrupt) return "interrupted";
  return error instanceof InUseError ? "busy" : "failed";
}

/** Waits while another process still saves its run, or has to be taken for dead first. */
async function untilFree(
  folder: string,
  signal: AbortSignal,
  { isOver }: TrainerPlace,
): Promise<void> {
  const path = join(folder, LOCK_FILE);
  let end = Date.now() + PATIENCE;
  for (let pause = PAUSE; exists(path) && Date.now() < end; pause *= 1.5) {
    const job = readOwner(path)?.job;
    const isDead = job !== undefined && await isOver?.(job) === true;
    try {
      return lockFolder(folder, { isDead: (owner) => isDead && owner.job === job })
        [Symbol.dispose]();
    } catch (error) {
      if (!(error instanceof InUseError)) throw error;
    }
    // What this very job was before it was started anew may be cut off, and still at work.
    if (job !== undefined && job === currentJob()) end = Infinity;
    // A job of a cluster has a long way to go; the training itself tells that it is at work.
    if (job !== undefined && currentJob() === "") return;
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, LONGEST_PAUSE)));
    signal.throwIfAborted();
  }
}
