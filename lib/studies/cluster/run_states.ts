/** Where each run of a study stands, by its folder and by who schedules it. @module */

import { basename, join } from "node:path";
import { foldersIn } from "../../core/files.ts";
import { LOCK_FILE } from "../../core/lock.ts";
import { readOwner } from "../../core/lock_file.ts";
import { RunFolder, type RunRecord } from "../../training/mod.ts";
import { historyOf, isAlive, nodeOf, progressOf } from "../runs/run_progress.ts";
import { type Job, jobName } from "../study/jobs.ts";
import type { QueuedTask } from "../schedulers/scheduler.ts";
import { dataKey, logOf, type PlanFolder, readFailures, runKey } from "./plan.ts";

/** Where a run stands. */
export interface RunState {
  /** As readers see it: `small/cnn 1111`. */
  readonly run: string;
  /** The data that it is trained on. */
  readonly data: string;
  /**
   * `open` is neither finished nor about to be trained: the study again trains it; `interrupted` was
   * begun as well.
   */
  readonly state: "open" | "waiting" | "running" | "interrupted" | "failed" | "finished";
  /** Where it runs, if it does and that is known. */
  readonly node?: string;
  /** Epochs done. */
  readonly epoch?: number;
  /** Epochs at most. */
  readonly epochs?: number;
  /** Mean absolute error on valid after the last epoch, or of the run that is finished. */
  readonly validMae?: number;
  /** At most, by the mean of its epochs so far. */
  readonly secondsLeft?: number;
  /** Why it waits, failed or stopped. */
  readonly reason?: string;
  /** The log of the task that has it or had it. */
  readonly log?: string;
  /** Its folder, if it was begun. */
  readonly path?: string;
}

/** A run's job with its state. */
export interface JobState extends RunState {
  /** What was handed in. */
  readonly job: Job;
}

/** Where a run was handed in last. */
interface Place {
  readonly folder: string;
  readonly index: number;
  readonly task: QueuedTask | undefined;
}

/**
 * The states of all runs of a study, in the order of its jobs.
 *
 * @param plans of its job arrays
 * @param tasks that are not over; null where no scheduler answers, so that folders have to tell
 */
export function runStates(
  jobs: readonly Job[],
  plans: readonly PlanFolder[],
  tasks: readonly QueuedTask[] | null,
): JobState[] {
  const places = placesOf(plans, tasks ?? []);
  const failures = new Map<string, Map<string, string>>();
  const failureOf = (job: Job, { folder, index }: Place) => {
    const log = logOf(folder, index);
    let found = failures.get(log);
    if (found === undefined) {
      found = new Map(readFailures(folder, index).map(({ key, message }) => [key, message]));
      failures.set(log, found);
    }
    return found.get(runKey(job));
  };
  const find = runFinder(jobs);
  return jobs.map((job) => {
    const place = places.get(runKey(job));
    const found = find(job);
    const common = {
      job,
      run: jobName(job),
      data: job.data,
      ...(place === undefined ? {} : { log: logOf(place.folder, place.index) }),
      ...(found === null ? {} : { path: found.folder.path }),
    };
    if (found?.record.status === "finished") {
      const mae = found.record.summary?.valid["mae"];
      return { ...common, state: "finished", ...(mae === undefined ? {} : { validMae: mae }) };
    }
    const failure = place && failureOf(job, place);
    const task = place?.task;
    if (found !== null && isAtWork(found, task, tasks !== null)) {
      return { ...common, state: "running", ...placedProgress(found.folder, task) };
    }
    if (failure !== undefined) return { ...common, state: "failed", reason: failure };
    if (task !== undefined) {
      const reason = task.isRunning ? `its task is on ${task.node}` : task.reason;
      return { ...common, state: "waiting", reason };
    }
    if (found === null) return { ...common, state: "open" };
    const { status, message } = found.record;
    if (status === "failed") return { ...common, state: "failed", reason: message ?? "" };
    return { ...common, state: "interrupted", reason: message ?? "its process has ended" };
  });
}

/** By run, where it was handed in last. */
function placesOf(plans: readonly PlanFolder[], tasks: readonly QueuedTask[]): Map<string, Place> {
  const queued = new Map(tasks.map((task) => [`${basename(task.folder)} ${task.index}`, task]));
  const places = new Map<string, Place>();
  for (const { folder, plan: { slices } } of plans) {
    slices.forEach((slice, index) => {
      const task = queued.get(`${basename(folder)} ${index}`);
      for (const job of slice) places.set(runKey(job), { folder, index, task });
    });
  }
  return places;
}

interface Found {
  readonly folder: RunFolder;
  readonly record: RunRecord;
}

/** Finds the folder of a run, whose dataset only its data can name. */
function runFinder(jobs: readonly Job[]): (job: Job) => Found | null {
  const isOne = new Set(jobs.map(({ data }) => data)).size === 1;
  const datasets = new Map<string, string[]>();
  return (job) => {
    const above = join(job.out, job.model);
    let names = datasets.get(above);
    if (names === undefined) datasets.set(above, names = foldersIn(above));
    for (const name of job.dataset === undefined ? names : [job.dataset]) {
      const folder = RunFolder.at(job.out, job.model, name, job.seed);
      const record = readRecord(folder);
      const isNamed = job.dataset !== undefined;
      if (
        record !== null && (isOne || isNamed || dataKey(record.data.path) === dataKey(job.data))
      ) {
        return { folder, record };
      }
    }
    return null;
  };
}

/** null too for one that is damaged: training it again tells why */
function readRecord(folder: RunFolder): RunRecord | null {
  try {
    return JSON.parse(Deno.readTextFileSync(folder.file("run.json")));
  } catch {
    return null;
  }
}

/** Whether somebody trains a run that says so. */
function isAtWork(
  { folder, record }: Found,
  task: QueuedTask | undefined,
  isAsked: boolean,
): boolean {
  if (record.status !== "running") return false;
  const owner = readOwner(folder.file(LOCK_FILE));
  if (owner?.job !== undefined && isAsked) return task?.isRunning ?? false;
  return isAlive(folder);
}

/** How far a run is, and where. */
function placedProgress(folder: RunFolder, task: QueuedTask | undefined): Partial<RunState> {
  const node = task?.node || nodeOf(folder);
  return {
    ...(node ? { node } : {}),
    ...progressOf(historyOf(folder), folder.readConfig()),
  };
}

/** Seconds that a finished run has taken; null for others. */
export function secondsTaken({ path, state }: RunState): number | null {
  if (state !== "finished" || path === undefined) return null;
  const seconds = readRecord(new RunFolder(path))?.summary?.seconds;
  return seconds === undefined ? null : seconds.train + seconds.evaluate;
}
