/** Hands the unfinished runs of a study to a scheduler. @module */

import { join, resolve } from "node:path";
import { reasonOf, RunError, UsageError } from "../../core/errors.ts";
import { writeFileAtomic, writeJsonAtomic } from "../../core/files.ts";
import { type FolderLock, InUseError, lockFolder } from "../../core/lock.ts";
import { isSynthetic } from "../../data/mod.ts";
import type { Scheduler, TaskArray } from "../schedulers/scheduler.ts";
import type { ClusterOptions, StudyDefinition } from "../study/definition.ts";
import { type Job, studyJobs } from "../study/jobs.ts";
import type { WorkerOptions } from "../study/messages.ts";
import { writeStudy } from "../study/study_folder.ts";
import { workerCommand } from "../study/worker_command.ts";
import { ARRAYS, nextFolder, type Plan, readPlans, slicesOf, writePlan } from "./plan.ts";
import { type JobState, runStates, secondsTaken } from "./run_states.ts";

/** The name of an array's script in its folder. */
export const SCRIPT = "script.sh";

/** Milliseconds for which another submission of the same study is waited for. */
const PATIENCE = 60_000;

/** How a study is handed in. */
export interface SubmitOptions extends ClusterOptions {
  /** The folder above all studies. */
  readonly out: string;
  /** How the process of each task works. */
  readonly worker: Omit<WorkerOptions, "threads">;
  /** A command that runs once after an array, however it ends: it prints the table into a file. */
  readonly collector?: (folder: string) => readonly string[];
  /** Whether to write the scripts only, and hand in nothing. */
  readonly dryRun?: boolean;
}

/** What became of it. */
export interface Submission {
  /** `OUT/STUDY` */
  readonly folder: string;
  /** Numbers of the job arrays; empty when there was nothing to do, and in a dry run. */
  readonly jobs: readonly string[];
  /** Their scripts, as text. */
  readonly scripts: readonly string[];
  /** Runs that were handed in. */
  readonly runs: number;
  /** In how many tasks. */
  readonly tasks: number;
  /** All runs of the study, as they stood before. */
  readonly before: readonly JobState[];
}

/** A study's jobs as tasks see them, which may start in another folder. */
export function clusterJobs(definition: StudyDefinition, folder: string): Job[] {
  const data = definition.data.map((path) => isSynthetic(path) ? path : resolve(path));
  return studyJobs({ ...definition, data }, folder);
}

/**
 * Hands in what is neither finished nor queued nor running; the same call again hands in nothing
 * twice. An array above the limit of the site is cut into several.
 *
 * @throws {UsageError} the study has no data, or an option is one that the study itself needs
 * @throws {RunError} the scheduler does not answer or refuses the job, or the folder holds cells of
 * that name with other settings
 *
 * @example What Slurm would be given
 * ```ts
 * import { parseDefinition, SLURM, submitStudy } from "../mod.ts";
 * import { assertEquals, assertMatch } from "@std/assert";
 * const study = parseDefinition({ models: ["cnn"], seeds: [1, 2], data: ["synthetic"] }, "small");
 * const { runs, tasks, scripts } = await submitStudy(study, SLURM, {
 *   out: "runs",
 *   worker: { engine: "cpu", device: "cpu", nonfinite: "zero", commandLine: [] },
 *   sbatch: ["partition=gpu"],
 *   perTask: 1,
 *   dryRun: true,
 * });
 * assertEquals([runs, tasks], [2, 2]);
 * assertMatch(scripts[0]!, /#SBATCH --partition=gpu\n#SBATCH --array=0-1\n/);
 * ```
 */
export async function submitStudy(
  definition: StudyDefinition,
  scheduler: Scheduler,
  options: SubmitOptions,
): Promise<Submission> {
  if (definition.data.length === 0) {
    throw new UsageError(`Cannot run study "${definition.name}": it has no data, expected --data`);
  }
  // What the user got wrong is told before anything is written.
  const wouldBe = describe(definition, scheduler, options);
  if (options.dryRun) return wouldBe;
  Deno.mkdirSync(options.out, { recursive: true });
  const folder = join(Deno.realPathSync(options.out), definition.name);
  using _lock = await patientLock(join(folder, ARRAYS));
  writeStudy(folder, definition);
  const queued = await scheduler.queue(join(folder, ARRAYS));
  const before = runStates(clusterJobs(definition, folder), readPlans(folder), queued);
  const parts = partsOf(before, options, await scheduler.limit());
  const setup = readSetup(options.setup);
  const jobs: string[] = [];
  const scripts: string[] = [];
  for (const slices of parts) {
    const place = nextFolder(folder);
    const text = scheduler.script(arrayOf(definition, place, slices, options, setup));
    writePlan(place, planOf(definition, slices, options));
    const script = join(place, SCRIPT);
    writeFileAtomic(script, text);
    try {
      const job = await scheduler.submit(script);
      writeJsonAtomic(join(place, "job.json"), { job, handedIn: new Date().toISOString() });
      jobs.push(job);
    } catch (error) {
      Deno.removeSync(place, { recursive: true });
      throw afterSome(error, jobs);
    }
    scripts.push(text);
  }
  if (jobs.length > 0 && options.collector !== undefined) {
    const words = options.collector(folder);
    await handInCollector(scheduler, options, join(folder, ARRAYS, "table"), words, setup, jobs);
  }
  return { folder, jobs, scripts, ...countOf(parts), before };
}

/** What would be handed in; nothing is written, and no scheduler is needed. */
function describe(
  definition: StudyDefinition,
  scheduler: Scheduler,
  options: SubmitOptions,
): Submission {
  const folder = join(resolve(options.out), definition.name);
  const before = runStates(clusterJobs(definition, folder), readPlans(folder), null);
  const parts = partsOf(before, options, Infinity);
  const setup = readSetup(options.setup);
  const scripts = parts.map((slices) =>
    scheduler.script(arrayOf(definition, nextFolder(folder), slices, options, setup))
  );
  return { folder, jobs: [], scripts, ...countOf(parts), before };
}

/** What is neither finished nor under way, in slices, cut into arrays that the site takes. */
function partsOf(before: readonly JobState[], options: SubmitOptions, limit: number): Job[][][] {
  const open = before.filter(({ state }) => !["finished", "waiting", "running"].includes(state))
    .map(({ job }) => job);
  const slices = slicesOf(open, options.perTask ?? null, expectation(before));
  const parts: Job[][][] = [];
  while (slices.length > 0) parts.push(slices.splice(0, limit));
  return parts;
}

function countOf(parts: readonly Job[][][]): { readonly runs: number; readonly tasks: number } {
  const slices = parts.flat();
  return { runs: slices.flat().length, tasks: slices.length };
}

function planOf({ scoredOn }: StudyDefinition, slices: Job[][], options: SubmitOptions): Plan {
  const { worker, scratch } = options;
  return {
    made: new Date().toISOString(),
    slices,
    worker: {
      ...worker,
      ...(scratch === undefined ? {} : { scratch }),
      ...(scoredOn === "valid" ? { splits: ["train", "valid"] } : {}),
    },
  };
}

function arrayOf(
  { name }: StudyDefinition,
  folder: string,
  slices: readonly Job[][],
  { atOnce, sbatch = [] }: SubmitOptions,
  setup: string,
): TaskArray {
  const deno = workerCommand(import.meta.resolve("./task.ts"), "--cached-only");
  return {
    ...{ name, folder, setup, tasks: slices.length, options: sbatch, environment: environment() },
    ...(atOnce === undefined ? {} : { atOnce }),
    command: [...deno, join(folder, "plan.json")],
  };
}

/** Waits while another process hands in the same study. */
async function patientLock(folder: string): Promise<FolderLock> {
  for (const end = Date.now() + PATIENCE;;) {
    try {
      return lockFolder(folder);
    } catch (error) {
      if (!(error instanceof InUseError) || Date.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** What a run is expected to take, by the mean of those of its cell, else of its model, on its data. */
function expectation(states: readonly JobState[]): (job: Job) => number | null {
  const sums = new Map<string, { seconds: number; runs: number }>();
  const keysOf = ({ slug, model, data }: Job) => [`${model} ${data} ${slug}`, `${model} ${data}`];
  for (const state of states) {
    const seconds = secondsTaken(state);
    if (seconds === null) continue;
    for (const key of keysOf(state.job)) {
      const sum = sums.get(key) ?? { seconds: 0, runs: 0 };
      sums.set(key, { seconds: sum.seconds + seconds, runs: sum.runs + 1 });
    }
  }
  return (job) => {
    const sum = keysOf(job).map((key) => sums.get(key)).find((found) => found !== undefined);
    return sum === undefined ? null : sum.seconds / sum.runs;
  };
}

/** @throws {UsageError} it cannot be read */
function readSetup(path: string | undefined): string {
  if (path === undefined) return "";
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    throw new UsageError(
      `Cannot read --setup "${path}": ${reasonOf(error)}, expected lines of a shell`,
    );
  }
}

/** What this process was told of where packages and TensorFlow's library are. */
function environment(): Record<string, string> {
  const names = ["DENO_DIR", "MSA_TENSORFLOW"];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = Deno.env.get(name);
      return value === undefined ? [] : [[name, resolve(value)]];
    }),
  );
}

/** An error with what was done before it. */
function afterSome(error: unknown, jobs: readonly string[]): unknown {
  if (jobs.length === 0 || !(error instanceof RunError)) return error;
  return new RunError(
    `${error.message}; handed in before that: job ${jobs.join(", ")} ` +
      "(the same command hands in the rest)",
    { cause: error },
  );
}

/** Hands in a command that runs once, after all jobs. What nodes compute with is nothing to it. */
async function handInCollector(
  scheduler: Scheduler,
  { sbatch = [] }: SubmitOptions,
  folder: string,
  words: readonly string[],
  setup: string,
  jobs: readonly string[],
): Promise<void> {
  Deno.mkdirSync(folder, { recursive: true });
  const path = join(folder, SCRIPT);
  const text = scheduler.script({
    ...{ name: "table", folder, setup, tasks: 1, environment: environment() },
    options: sbatch.filter((option) => !/^(-*)(gres|gpu|cpu|ntasks|mem)/.test(option)),
    // A number and threads, which are appended for a task, are nothing to it.
    command: ["bash", "-c", words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")],
  });
  writeFileAtomic(path, text);
  await scheduler.submit(path, jobs);
}
