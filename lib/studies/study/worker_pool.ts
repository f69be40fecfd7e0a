/** Several processes that work off the trainings of a study. @module */

import { EngineError } from "../../core/errors.ts";
import { readLines } from "../../core/json_lines.ts";
import type { Interrupt } from "../../training/mod.ts";
import type { Job } from "./jobs.ts";
import type { Ending, Order, Report, WorkerOptions } from "./messages.ts";
import { workerCommand } from "./worker_command.ts";

/** What a study's progress is made of. */
export interface JobEvents {
  /** After an epoch of a training. */
  onEpoch?(job: Job, epoch: number, epochs: number, validMae: number): void;
  /** Called when a training has ended. */
  onEnd?(job: Job, ending: Ending): void;
  /** Tells something once, however many processes say it. */
  onNote?(text: string): void;
}

/** How trainings are worked off. */
export interface PoolOptions extends JobEvents {
  /** Processes at a time, no more than cores. */
  readonly jobs: number;
  /** How each process works. */
  readonly worker: Omit<WorkerOptions, "threads" | "splits">;
  /** Aborted to save and stop, with an {@linkcode Interrupt} as reason. */
  readonly signal?: AbortSignal;
}

/** A process; what it reports is waited for one after the other. */
class WorkerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reports: AsyncGenerator<Report>;

  constructor(options: WorkerOptions, onOther: (line: string) => void) {
    const [deno, ...args] = workerCommand(import.meta.resolve("./worker.ts"));
    this.#child = new Deno.Command(deno, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reports = readLines<Report>(this.#child.stdout, onOther);
    this.order({ open: options });
  }

  /** Sends one line. */
  order(order: Order): void {
    // A process that has died is told by its missing answer.
    this.#input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  }

  /** The next report; null when the process has ended. */
  async next(): Promise<Report | null> {
    const { done, value } = await this.#reports.next();
    return done ? null : value;
  }

  /** How it ended, for a message. */
  async cause(): Promise<string> {
    const { code, signal } = await this.#child.status;
    return signal === null
      ? `its process ended with status ${code}`
      : `${signal} ended its process`;
  }

  /** Closes its stdin and waits until it has saved and ended. */
  async end(): Promise<void> {
    await this.#input.close().catch(() => {});
    while (await this.next() !== null);
    await this.#child.status;
  }
}

/**
 * Works off all jobs, `options.jobs` at a time, and returns how each ended. One that fails, or whose
 * process dies, does not stop the others.
 *
 * @throws {EngineError} the engine cannot be opened
 * @throws the signal's reason when it was aborted, after everything is saved
 */
export async function runJobs(
  jobs: readonly Job[],
  options: PoolOptions,
  scoredOn: "test" | "valid" = "test",
): Promise<Ending[]> {
  const cores = navigator.hardwareConcurrency;
  const lanes = Math.max(1, Math.min(options.jobs, jobs.length, cores));
  const worker: WorkerOptions = {
    ...options.worker,
    ...(scoredOn === "valid" ? { splits: ["train", "valid"] } : {}),
    // One alone takes what the engine takes by itself.
    ...(options.jobs === 1 ? {} : { threads: Math.max(1, Math.floor(cores / options.jobs)) }),
  };
  const endings: Ending[] = [];
  const said = new Set<string>();
  const note = (text: string) => {
    if (!said.has(text)) options.onNote?.(text);
    said.add(text);
  };
  let next = 0;
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const lane = async () => {
    let process: WorkerProcess | null = null;
    const stop = () => {
      const { exitStatus } = (signal.reason ?? {}) as Partial<Interrupt>;
      process?.order({ stop: exitStatus === 130 ? "SIGINT" : "SIGTERM" });
    };
    signal.addEventListener("abort", stop);
    try {
      while (next < jobs.length && !signal.aborted) {
        const at = next++;
        const job = jobs[at]!;
        process ??= new WorkerProcess(worker, note);
        process.order({ job });
        const ending = await followJob(process, job, note, options);
        endings[at] = ending.ending;
        options.onEnd?.(job, ending.ending);
        if (ending.isAlive) continue;
        await process.end();
        process = null;
      }
    } catch (error) {
      failed.abort(error);
    } finally {
      signal.removeEventListener("abort", stop);
      await process?.end();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  signal.throwIfAborted();
  return endings;
}

/** Waits for the end of a job. @throws {EngineError} the process has no engine to work with */
async function followJob(
  process: WorkerProcess,
  job: Job,
  note: (text: string) => void,
  { onEpoch }: JobEvents,
): Promise<{ readonly ending: Ending; readonly isAlive: boolean }> {
  for (let report = await process.next(); report !== null; report = await process.next()) {
    if ("note" in report) note(report.note);
    else if ("warning" in report) note(`warning: ${report.warning}`);
    else if ("epoch" in report) onEpoch?.(job, report.epoch, report.epochs, report.validMae);
    else if ("unusable" in report) throw new EngineError(report.unusable);
    else if ("ending" in report) {
      // Somebody else has stopped it, and it ends now.
      return { ending: report.ending, isAlive: report.ending.status !== "interrupted" };
    }
  }
  const message = `${await process.cause()}, expected an answer; it may have run out of memory`;
  return { ending: { status: "failed", message }, isAlive: false };
}
