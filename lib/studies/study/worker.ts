/**
 * A process that trains what a study sends it, one training after another, with the data loaded and
 * the engine opened once. It ends when its stdin does, so that none outlives a study that was
 * killed; SIGINT it leaves to the study, since a terminal sends it to both.
 *
 * @module
 */

import { join } from "node:path";
import { messageOf, RunError } from "../../core/errors.ts";
import { exists } from "../../core/files.ts";
import { LOCK_FILE, lockFolder } from "../../core/lock.ts";
import { type Engine, openEngine } from "../../engine/mod.ts";
import { findModel } from "../../models/mod.ts";
import { Interrupt, openTraining } from "../../training/mod.ts";
import { requiredText } from "../../training/open_training.ts";
import { loadTrainingData, type TrainingData } from "../../training/training_data.ts";
import type { Job } from "./jobs.ts";
import { type Ending, type Order, readLines, type Report, type WorkerOptions } from "./messages.ts";

/** How long a process of a killed study may take to save and go, in milliseconds. */
const PATIENCE = 180_000;
const PAUSE = 200;

/** Trains the jobs it is given. */
class Worker {
  readonly #options: WorkerOptions;
  readonly #engine: Engine;
  readonly #signal: AbortSignal;
  /** Of the last training, which the next one mostly wants too. */
  #data: TrainingData | null = null;

  constructor(options: WorkerOptions, engine: Engine, signal: AbortSignal) {
    this.#options = options;
    this.#engine = engine;
    this.#signal = signal;
  }

  async work(job: Job): Promise<Ending> {
    try {
      this.#signal.throwIfAborted();
      return await this.#train(job);
    } catch (error) {
      const status = error instanceof Interrupt ? "interrupted" : "failed";
      return { status, message: messageOf(error) };
    }
  }

  async #train(job: Job): Promise<Ending> {
    const { model, settings, seed, out, modalities, protocol } = job;
    const { nonfinite, commandLine } = this.#options;
    const { dataset, seconds } = this.#load(job);
    using training = await openTraining({
      model,
      data: dataset,
      loadSeconds: seconds,
      settings,
      nonfinite,
      engine: this.#engine,
      out,
      commandLine,
      onWarning: (warning) => report({ warning }),
      ...(modalities === null ? {} : { modalities }),
      ...(protocol === null ? {} : { protocol }),
    });
    await untilFree(training.folder(seed).path, this.#signal);
    let epochs = 0;
    const { summary, skipped } = await training.train(seed, {
      signal: this.#signal,
      onStart: (config) => epochs = Number(config["epochs"]),
      onEpoch: ({ epoch, valid }) => report({ epoch, epochs, validMae: valid["mae"]! }),
    });
    const status = skipped ? "kept" : "trained";
    return { status, path: summary.path, validMae: summary.valid["mae"] ?? null };
  }

  /** With all modalities: other trainings of the study may want others. */
  #load({ model, data, protocol, settings }: Job): TrainingData {
    const text = requiredText(findModel(model), settings);
    if (this.#data?.path === data && this.#data.text === text) return this.#data;
    this.#data?.dataset.close();
    this.#data = null;
    const { nonfinite, splits } = this.#options;
    return this.#data = loadTrainingData(data, {
      text,
      nonfinite,
      onWarning: (warning) => report({ warning }),
      ...(protocol === null ? {} : { protocol }),
      ...(splits === undefined ? {} : { splits }),
    });
  }
}

/** Waits while a process of a study that was killed still saves its run. */
async function untilFree(folder: string, signal: AbortSignal): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (exists(join(folder, LOCK_FILE)) && Date.now() < end) {
    try {
      lockFolder(folder)[Symbol.dispose]();
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    signal.throwIfAborted();
  }
}

function report(message: Report): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
  try {
    for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  } catch (error) {
    // The study is gone, and stdin will say so at the next breath.
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

async function serve(): Promise<void> {
  const stop = new AbortController();
  const orders = readLines<Order>(Deno.stdin.readable);
  const first: Order | undefined = (await orders.next()).value;
  if (first === undefined || !("open" in first)) return;
  const options = first.open;
  let engine: Engine;
  try {
    const { threads } = options;
    engine = await openEngine({
      engine: options.engine,
      device: options.device,
      ...(threads === undefined ? {} : { threads }),
      log: (note) => report({ note }),
    });
  } catch (error) {
    return report({ unusable: messageOf(error) });
  }
  const worker = new Worker(options, engine, stop.signal);
  let working = Promise.resolve();
  for await (const order of orders) {
    if ("stop" in order) stop.abort(new Interrupt(order.stop));
    else if ("job" in order) {
      working = working.then(async () => report({ ending: await worker.work(order.job) }));
    }
  }
  // There is nothing more to do, or the study was killed: what is under way is saved.
  stop.abort(new Interrupt("SIGTERM"));
  await working;
}

if (import.meta.main) {
  Deno.addSignalListener("SIGINT", () => {});
  await serve();
  Deno.exit(0);
}
