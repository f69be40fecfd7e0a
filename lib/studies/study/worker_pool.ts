/** Processes that work off the trainings of a study. @module */

import type { Device, EngineName } from "../../engine/mod.ts";
import type { Interrupt } from "../../training/mod.ts";
import type { Job } from "./jobs.ts";
import { chooseJobs, processesFor } from "./layout.ts";
import type { Ending, WorkerOptions } from "./messages.ts";
import { WorkerProcess } from "./worker_process.ts";

const CORES = navigator.hardwareConcurrency;

/** What a study's progress is made of. */
export interface JobEvents {
  /** After an epoch of a training; `path` is the run's folder. */
  onEpoch?(job: Job, epoch: number, epochs: number, validMae: number, path: string): void;
  /** Called when a training has ended. */
  onEnd?(job: Job, ending: Ending): void;
  /** Tells something once, however many processes say it. */
  onNote?(text: string): void;
}

/** How trainings are worked off. */
export interface PoolOptions extends JobEvents {
  /** Trainings at a time, no more than cores; `auto` by cores and what the first one takes. */
  readonly jobs: number | "auto";
  /** How each process works. */
  readonly worker: Omit<WorkerOptions, "jobs" | "splits">;
  /** Aborted to save and stop, with an {@linkcode Interrupt} as reason. */
  readonly signal?: AbortSignal;
}

/**
 * Works off all jobs, `options.jobs` at a time, and returns how each ended. One that fails does not
 * stop the others; a process that dies takes those with it that it was at work on.
 *
 * @throws {EngineError} the engine cannot be opened
 * @throws the signal's reason when it was aborted, after everything is saved
 */
export async function runJobs(
  jobs: readonly Job[],
  options: PoolOptions,
  scoredOn: "test" | "valid" = "test",
): Promise<Ending[]> {
  if (jobs.length === 0) return [];
  const pool = new Pool(jobs, options, scoredOn);
  return await pool.work();
}

/** Jobs that are worked off, and processes that do it. */
class Pool {
  readonly #jobs: readonly Job[];
  readonly #options: PoolOptions;
  readonly #worker: WorkerOptions;
  readonly #endings: Ending[] = [];
  readonly #said = new Set<string>();
  readonly #failed = new AbortController();
  readonly #signal: AbortSignal;
  /** All that were started. */
  readonly #processes: WorkerProcess[] = [];
  /** Those that take trainings, each of one lane or several. */
  readonly #places: WorkerProcess[] = [];
  readonly #lanes: Promise<void>[] = [];
  /** Trainings at a time that are wanted. */
  #wanted = 0;
  /** What computes, once the first process has opened it. */
  #engine: EngineName | null = null;
  #next = 0;
  /** Whether `auto` still waits for what the first training takes. */
  #isOpen: boolean;

  constructor(jobs: readonly Job[], options: PoolOptions, scoredOn: "test" | "valid") {
    this.#jobs = jobs;
    this.#options = options;
    this.#isOpen = options.jobs === "auto";
    this.#signal = AbortSignal.any([
      this.#failed.signal,
      ...(options.signal ? [options.signal] : []),
    ]);
    this.#worker = {
      ...options.worker,
      ...(scoredOn === "valid" ? { splits: ["train", "valid"] } : {}),
    };
  }

  async work(): Promise<Ending[]> {
    const stop = () => {
      const { exitStatus } = (this.#signal.reason ?? {}) as Partial<Interrupt>;
      const signal = exitStatus === 130 ? "SIGINT" : "SIGTERM";
      for (const process of this.#processes) process.stop(signal);
    };
    this.#signal.addEventListener("abort", stop);
    try {
      const { jobs } = this.#options;
      this.#widen(jobs === "auto" ? 1 : jobs);
      // More of them may come while the first is at work.
      for (let i = 0; i < this.#lanes.length; i++) await this.#lanes[i];
    } finally {
      this.#signal.removeEventListener("abort", stop);
      await Promise.all(this.#processes.map((process) => process.end()));
    }
    this.#signal.throwIfAborted();
    return this.#endings;
  }

  /** Has so many trainings at a time: the first tells by what it opens where the others go. */
  #widen(jobs: number): void {
    this.#wanted = Math.max(1, Math.min(jobs, this.#jobs.length, CORES));
    if (this.#lanes.length === 0) this.#lanes.push(this.#lane(0));
    this.#spread();
  }

  #spread(): void {
    if (this.#engine === null) return;
    const processes = processesFor(this.#wanted, this.#engine);
    while (this.#lanes.length < this.#wanted) {
      this.#lanes.push(this.#lane(this.#lanes.length % processes));
    }
  }

  /** Works off jobs one after the other, in the process at `place`. */
  async #lane(place: number): Promise<void> {
    try {
      while (this.#next < this.#jobs.length && !this.#signal.aborted) {
        const at = this.#next++, job = this.#jobs[at]!;
        const process = this.#processAt(place);
        const ending = await process.train(
          job,
          ({ epoch, epochs, validMae, path }) =>
            this.#options.onEpoch?.(job, epoch, epochs, validMae, path),
        );
        this.#endings[at] = ending;
        this.#options.onEnd?.(job, ending);
      }
    } catch (error) {
      this.#failed.abort(error);
    }
  }

  /** The process there, a new one where that has ended or was told to. */
  #processAt(place: number): WorkerProcess {
    const there = this.#places[place];
    if (there?.isAlive) return there;
    const process = new WorkerProcess({ ...this.#worker, jobs: this.#wanted }, {
      onNote: (text) => this.#note(text),
      onOpen: (engine) => {
        this.#engine = engine;
        this.#spread();
      },
      onMemory: (device, peakBytes) => this.#choose(device, peakBytes),
    });
    this.#processes.push(process);
    return this.#places[place] = process;
  }

  /** By what the first training takes, how many there are to be, once. */
  #choose(device: Device, peakBytes: number): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    const { available } = Deno.systemMemoryInfo();
    const left = this.#jobs.length - this.#next + 1;
    const measured = { jobs: left, cores: CORES, freeBytes: available, peakBytes, device };
    const { jobs, reason } = chooseJobs(measured);
    this.#note(`--jobs auto: ${jobs} at a time, by ${reason}`);
    this.#widen(jobs);
  }

  #note(text: string): void {
    if (!this.#said.has(text)) this.#options.onNote?.(text);
    this.#said.add(text);
  }
}
