/** A process that trains for a study, as the study sees it. @module */

import { EngineError } from "../../core/errors.ts";
import { readLines } from "../../core/json_lines.ts";
import type { Device, EngineName } from "../../engine/mod.ts";
import type { Job } from "./jobs.ts";
import type { Ending, EpochReport, Order, Report, WorkerOptions } from "./messages.ts";
import { workerCommand } from "./worker_command.ts";

/** Takes what a process tells of all its trainings. */
export interface ProcessEvents {
  /** A sentence for people. */
  onNote(text: string): void;
  /** What it computes with, before all else. */
  onOpen(engine: EngineName): void;
  /** The largest memory so far in bytes, after each epoch. */
  onMemory(device: Device, peakBytes: number): void;
}

/** A training that is under way. */
interface Underway {
  readonly onEpoch: (report: EpochReport) => void;
  readonly done: PromiseWithResolvers<Ending>;
}

/** A process with its trainings, told apart by numbers. */
export class WorkerProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #underway = new Map<number, Underway>();
  readonly #ended: Promise<void>;
  #runs = 0;
  #isAlive = true;

  /** Starts it. */
  constructor(options: WorkerOptions, events: ProcessEvents) {
    const [deno, ...args] = workerCommand(import.meta.resolve("./worker.ts"));
    this.#child = new Deno.Command(deno, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#ended = this.#follow(events).catch(async (error) => {
      this.#fail(error);
      await this.#child.status;
    });
    this.#order({ open: options });
  }

  /** Whether it takes trainings: it has not ended, and nobody has told it to. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  /**
   * Trains one beside others.
   *
   * @throws {EngineError} the process has no engine to work with
   * @throws what a listener throws
   */
  train(job: Job, onEpoch: (report: EpochReport) => void): Promise<Ending> {
    const done = Promise.withResolvers<Ending>(), run = this.#runs++;
    this.#underway.set(run, { onEpoch, done });
    this.#order({ run, job });
    return done.promise;
  }

  /** Has all of it saved and stopped. */
  stop(signal: "SIGINT" | "SIGTERM"): void {
    this.#order({ stop: signal });
  }

  /** Closes its stdin and waits until it has saved and ended. */
  async end(): Promise<void> {
    await this.#input.close().catch(() => {});
    await this.#ended;
  }

  #order(order: Order): void {
    // A process that has died is told by its missing answer.
    this.#input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`)).catch(() => {});
  }

  async #follow(events: ProcessEvents): Promise<void> {
    for await (const report of readLines<Report>(this.#child.stdout, events.onNote)) {
      this.#take(report, events);
    }
    this.#isAlive = false;
    const { code, signal } = await this.#child.status;
    const cause = signal === null
      ? `its process ended with status ${code}`
      : `${signal} ended its process`;
    const message = `${cause}, expected an answer; it may have run out of memory`;
    for (const { done } of this.#underway.values()) done.resolve({ status: "failed", message });
  }

  #take(report: Report, { onNote, onOpen, onMemory }: ProcessEvents): void {
    if ("note" in report) onNote(report.note);
    else if ("warning" in report) onNote(`warning: ${report.warning}`);
    else if ("opened" in report) onOpen(report.opened);
    else if ("peakBytes" in report) onMemory(report.device, report.peakBytes);
    else if ("epoch" in report) this.#underway.get(report.run)?.onEpoch(report);
    else if ("ending" in report) {
      // Somebody else has stopped it, and it ends now.
      if (report.ending.status === "interrupted") this.#isAlive = false;
      this.#underway.get(report.run)?.done.resolve(report.ending);
      this.#underway.delete(report.run);
    } else {
      this.#fail(new EngineError(report.unusable));
    }
  }

  /** Rejects all that is under way: there is no engine, or who was told of something threw. */
  #fail(error: unknown): void {
    this.#isAlive = false;
    for (const { done } of this.#underway.values()) done.reject(error);
    this.#underway.clear();
  }
}
