/** What the tasks of a job array are to train: the unfinished runs of a study, in slices. @module */

import { basename, join } from "node:path";
import { reasonOf, RunError } from "../../core/errors.ts";
import { exists, writeJsonAtomic } from "../../core/files.ts";
import { isSynthetic } from "../../data/mod.ts";
import { findModel } from "../../models/mod.ts";
import type { Job } from "../study/jobs.ts";
import type { WorkerOptions } from "../study/messages.ts";

/** The folder in that of a study which holds its job arrays. */
export const ARRAYS = "slurm";
const PLAN_FILE = "plan.json";

/** Seconds of work that make the two seconds of starting a task not worth mentioning. */
const TASK_SECONDS = 60;
/** Of a run of which nothing is known: a fit by a formula, and a training by epochs. */
const GUESSED_SECONDS = { regressor: 2, network: 300 } as const;

/** `OUT/STUDY/slurm/NNN/plan.json`: everything that a task has to know, and nothing of who starts it. */
export interface Plan {
  /** When it was made, ISO 8601. */
  readonly made: string;
  /** What each task trains, by its number. */
  readonly slices: readonly (readonly Job[])[];
  /** How its process works. */
  readonly worker: Omit<WorkerOptions, "threads">;
}

/** A plan and where it lies. */
export interface PlanFolder {
  readonly folder: string;
  readonly plan: Plan;
}

/**
 * Cuts jobs into slices of one dataset each, which a task then loads once.
 *
 * @param perTask runs a slice; null for as many as are expected to take a minute
 * @param secondsOf what a run is expected to take, where that is known
 */
export function slicesOf(
  jobs: readonly Job[],
  perTask: number | null,
  secondsOf: (job: Job) => number | null = () => null,
): Job[][] {
  const isFull = (slice: readonly Job[]) => {
    if (perTask !== null) return slice.length >= perTask;
    const seconds = slice.map((job) =>
      secondsOf(job) ?? GUESSED_SECONDS[findModel(job.model).kind]
    );
    return seconds.reduce((sum, value) => sum + value, 0) >= TASK_SECONDS;
  };
  const slices: Job[][] = [];
  for (const all of Map.groupBy(jobs, ({ data }) => data).values()) {
    let slice: Job[] = [];
    for (const job of all) {
      if (slice.length === 0) slices.push(slice);
      slice.push(job);
      if (isFull(slice)) slice = [];
    }
  }
  return slices;
}

/** The folder of the next array of a study, `OUT/STUDY/slurm/NNN`, which is not made yet. */
export function nextFolder(study: string): string {
  const above = join(study, ARRAYS);
  const names = exists(above) ? [...Deno.readDirSync(above)].map(({ name }) => name) : [];
  const last = Math.max(0, ...names.map((name) => Number(name) || 0));
  return join(above, String(last + 1).padStart(3, "0"));
}

/** Writes a plan into a folder, which is made. */
export function writePlan(folder: string, plan: Plan): void {
  Deno.mkdirSync(folder, { recursive: true });
  writeJsonAtomic(join(folder, PLAN_FILE), plan);
}

/** The plan in a folder. @throws {RunError} there is none that can be read */
export function readPlan(folder: string): Plan {
  const path = join(folder, PLAN_FILE);
  try {
    return JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new RunError(
      `Cannot read "${path}": ${reasonOf(error)}, expected the plan of a job array`,
    );
  }
}

/** All plans of a study, in the order in which they were made. */
export function readPlans(study: string): PlanFolder[] {
  const above = join(study, ARRAYS);
  if (!exists(above)) return [];
  return [...Deno.readDirSync(above)].map(({ name }) => join(above, name))
    .filter((folder) => exists(join(folder, PLAN_FILE))).sort()
    .map((folder) => ({ folder, plan: readPlan(folder) }));
}

/** What tells data from the others of a study: another machine may see a file at another path. */
export function dataKey(data: string): string {
  return isSynthetic(data) ? data : basename(data);
}

/** What tells a run from the others of its study. */
export function runKey({ slug, model, seed, data, dataset }: Job): string {
  return JSON.stringify([slug, model, seed, dataset ?? dataKey(data)]);
}

/** A run that failed for a reason of its own, before or after it had a folder. */
export interface Failure {
  readonly key: string;
  readonly message: string;
  /** ISO 8601. */
  readonly at: string;
}

/** The log of a task. */
export function logOf(folder: string, index: number): string {
  return join(folder, `${index}.log`);
}

function failuresOf(folder: string, index: number): string {
  return join(folder, `${index}.failed.jsonl`);
}

/** Notes that a run of a task failed. */
export function noteFailure(folder: string, index: number, job: Job, message: string): void {
  const failure: Failure = { key: runKey(job), message, at: new Date().toISOString() };
  const path = failuresOf(folder, index);
  Deno.writeTextFileSync(path, `${JSON.stringify(failure)}\n`, { append: true });
}

/** The runs of a task that failed. */
export function readFailures(folder: string, index: number): Failure[] {
  const path = failuresOf(folder, index);
  if (!exists(path)) return [];
  return Deno.readTextFileSync(path).split("\n").flatMap((line) => {
    try {
      return [JSON.parse(line) as Failure];
    } catch {
      return []; // Of a process that was killed in the middle of it.
    }
  });
}
