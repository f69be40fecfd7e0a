/** The study on a cluster as seen from outside: its states, its progress, its end. @module */

import { join } from "node:path";
import { messageOf, RunError } from "../../core/errors.ts";
import type { QueuedTask, Scheduler } from "../schedulers/scheduler.ts";
import type { StudyDefinition } from "../study/definition.ts";
import type { Ending } from "../study/messages.ts";
import { requireDefinition } from "../study/study_folder.ts";
import type { JobEvents } from "../study/worker_pool.ts";
import { ARRAYS, readPlans, runKey } from "./plan.ts";
import { type JobState, runStates } from "./run_states.ts";
import { clusterJobs } from "./submit.ts";

/** A study on a cluster as it stands. */
export interface ClusterStatus {
  /** `OUT/STUDY` */
  readonly folder: string;
  /** What it was defined as. */
  readonly definition: StudyDefinition;
  /** All its runs, in the order in which they are trained. */
  readonly states: readonly JobState[];
  /** Why the scheduler did not answer, so that folders alone had to tell; null where it did, or was not asked. */
  readonly silence: string | null;
}

/**
 * Where each run of a study stands.
 *
 * @param folder `OUT/STUDY`
 * @param scheduler who is asked; null where folders alone are to tell
 * @throws {RunError} it holds no study
 */
export async function studyStatus(
  folder: string,
  scheduler: Scheduler | null,
): Promise<ClusterStatus> {
  const definition = requireDefinition(folder);
  const plans = readPlans(folder);
  let tasks: readonly QueuedTask[] | null = null;
  let silence: string | null = null;
  if (plans.length > 0 && scheduler !== null) {
    try {
      tasks = await scheduler.queue(join(folder, ARRAYS));
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      silence = messageOf(error);
    }
  }
  const states = runStates(clusterJobs(definition, folder), plans, tasks);
  return { folder, definition, states, silence };
}

/**
 * Ends all that is queued or running of a study; what runs is saved.
 *
 * @returns numbers of the jobs
 * @throws {RunError} the folder holds no study, or the scheduler does not answer
 */
export async function cancelStudy(folder: string, scheduler: Scheduler): Promise<string[]> {
  requireDefinition(folder);
  const tasks = await scheduler.queue(join(folder, ARRAYS));
  const jobs = [...new Set(tasks.map(({ job }) => job))];
  await scheduler.cancel(jobs);
  return jobs;
}

/** How a study is waited for. */
export interface WaitOptions extends JobEvents {
  /** Aborted to wait no longer; the jobs go on. */
  readonly signal?: AbortSignal;
  /** Milliseconds between two looks, at least; looking takes no more than a tenth of the time. */
  readonly pause?: number;
  /** The runs as they stood when the study was handed in; as their folders tell now where absent. */
  readonly before?: readonly JobState[];
}

/** States of a run that is not under way and will not be by itself. */
const ENDED: readonly string[] = ["finished", "failed", "interrupted", "open"];

/**
 * Waits until no job of a study is left, and tells its progress as a study on one machine does.
 *
 * @returns the states at the end
 * @throws {RunError} the folder holds no study
 * @throws the signal's reason when it was aborted
 */
export async function followStudy(
  folder: string,
  scheduler: Scheduler,
  { signal, pause = 2000, before, ...events }: WaitOptions = {},
): Promise<ClusterStatus> {
  const definition = requireDefinition(folder);
  const all = clusterJobs(definition, folder);
  const last = new Map<string, JobState>();
  for (const state of before ?? runStates(all, readPlans(folder), null)) {
    last.set(runKey(state.job), state);
    if (state.state === "finished") events.onEnd?.(state.job, endOf(state, "kept"));
  }
  let silence: string | null = null;
  while (true) {
    const began = performance.now();
    let tasks: QueuedTask[] | null = null;
    try {
      tasks = await scheduler.queue(join(folder, ARRAYS));
      silence = null;
    } catch (error) {
      // A controller that restarts answers again in a while.
      if (!(error instanceof RunError)) throw error;
      // An interrupt ends the scheduler's command too, and may be heard of after that.
      await waitFor(100, signal);
      if (silence === null) events.onNote?.(messageOf(error));
      silence = messageOf(error);
    }
    const open = all.filter((job) => last.get(runKey(job))?.state !== "finished");
    for (const state of runStates(open, readPlans(folder), tasks)) {
      const key = runKey(state.job);
      tell(state, last.get(key), events);
      last.set(key, state);
    }
    const states = all.map((job) => last.get(runKey(job))!);
    const isOver = tasks?.length === 0 || states.every(({ state }) => ENDED.includes(state));
    if (tasks !== null && isOver) return { folder, definition, states, silence };
    const spent = performance.now() - began;
    await waitFor(Math.max(pause, 9 * spent), signal);
  }
}

/** Tells what has changed. */
function tell(now: JobState, before: JobState | undefined, events: JobEvents): void {
  const { job, state, epoch = 0, epochs = 0, validMae, path = "" } = now;
  if (state === "running" && epoch > 0 && epoch !== before?.epoch && validMae !== undefined) {
    events.onEpoch?.(job, epoch, epochs, validMae, path);
  }
  if (state === before?.state) return;
  if (state === "finished") events.onEnd?.(job, endOf(now, "trained"));
  else if (state === "failed" || state === "interrupted") {
    events.onEnd?.(job, { status: state, message: now.reason ?? "" });
  }
}

function endOf({ path, validMae }: JobState, status: "trained" | "kept"): Ending {
  return { status, path: path!, validMae: validMae ?? null };
}

async function waitFor(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal?.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  signal?.throwIfAborted();
}
