/** Studies and searches that a cluster trains: the flags, and what `--on slurm` does. @module */

import { join } from "node:path";
import { UsageError } from "../../lib/core/mod.ts";
import type { Progress } from "../../lib/display/mod.ts";
import {
  checkStudy,
  type ClusterOptions,
  type Ending,
  followStudy,
  readStudy,
  SLURM,
  type StudyDefinition,
  type StudyOutcome,
  type Submission,
  submitStudy,
} from "../../lib/studies/mod.ts";
import { InterruptListener } from "../../lib/training/mod.ts";
import type { Call } from "./command.ts";
import { jobEvents } from "./job_progress.ts";
import { sourceOf } from "./data_flags.ts";
import { engineOf } from "./flags.ts";

/** What `--on slurm --json` prints without `--wait`. */
export interface HandedIn {
  readonly study: string;
  readonly folder: string;
  /** Numbers of the job arrays. */
  readonly jobs: readonly string[];
  readonly runs: number;
  readonly tasks: number;
}

/** @throws {UsageError} flags of a cluster without one */
export function isOnCluster(call: Call): boolean {
  const isOn = call.get("on") !== undefined;
  const of = ["setup", "per-task", "at-once", "scratch", "wait", "dry-run"]
    .filter((name) => call.get(name) !== undefined);
  if (call.all("sbatch").length > 0) of.push("sbatch");
  if (isOn || of.length === 0) return isOn;
  throw new UsageError(`Cannot use --${of[0]} on this machine: expected --on slurm with it`);
}

/**
 * Hands a study in, and says what comes next.
 *
 * @param words of the command, for the records of the runs
 * @returns how it ended where it was waited for, and what was handed in
 */
export async function trainOnCluster(
  call: Call,
  definition: StudyDefinition,
  words: readonly string[],
  progress: Progress,
): Promise<{ readonly handedIn: HandedIn; readonly outcome: StudyOutcome | null }> {
  const out = call.require("out");
  const worker = {
    ...engineOf(call),
    nonfinite: call.get("nonfinite") as "zero",
    source: sourceOf(call),
    commandLine: words,
  };
  const { definition: checked } = definition.data.length === 0
    ? { definition }
    : await checkStudy(definition, join(out, definition.name), worker, (text) =>
      progress.note(text));
  const submission = await submitStudy(checked, SLURM, {
    ...optionsOf(call, definition.slurm),
    out,
    worker,
    dryRun: call.has("dry-run"),
    collector: tableCommand,
  });
  const { folder, jobs, runs, tasks, scripts } = submission;
  const handedIn = { study: definition.name, folder, jobs, runs, tasks };
  if (call.has("dry-run")) {
    for (const script of scripts) console.log(script);
    progress.note(`${counted(runs, "run")} in ${counted(tasks, "task")}: nothing was handed in`);
    return { handedIn, outcome: null };
  }
  tell(submission, progress);
  return { handedIn, outcome: call.has("wait") ? await wait(submission, progress) : null };
}

/** The flags over what the study's file says. */
function optionsOf(call: Call, file: ClusterOptions = {}): ClusterOptions {
  const text = (name: "setup" | "scratch") =>
    call.get(name) === undefined ? {} : { [name]: call.require(name) };
  const count = (name: "perTask" | "atOnce", flag: string) =>
    call.get(flag) === undefined ? {} : { [name]: call.count(flag, 1) };
  return {
    ...file,
    // Of two equal options Slurm takes the later.
    sbatch: [...file.sbatch ?? [], ...call.all("sbatch")],
    ...text("setup"),
    ...text("scratch"),
    ...count("perTask", "per-task"),
    ...count("atOnce", "at-once"),
  };
}

/** Prints the table into a log when all is over. */
function tableCommand(folder: string): string[] {
  const rights = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys"];
  const flags = ["run", "--quiet", "--no-check", "--no-prompt", "--cached-only", ...rights];
  const script = new URL("../study.ts", import.meta.url).pathname;
  return ["env", "NO_COLOR=1", "COLUMNS=80", Deno.execPath(), ...flags, script, "table", folder];
}

function tell({ folder, jobs, runs, tasks, before }: Submission, progress: Progress): void {
  const count = (wanted: string) => before.filter(({ state }) => state === wanted).length;
  const [finished, running, waiting] = ["finished", "running", "waiting"].map(count);
  const rest = [`${finished} are finished`, `${running} run`, `${waiting} wait`].join(", ");
  if (jobs.length === 0) {
    progress.note(`Nothing to hand in: of ${before.length} runs in ${folder} ${rest}`);
    return;
  }
  const others = before.length === runs ? "" : ` (of the others ${rest})`;
  const what = `${counted(runs, "run")} in ${counted(tasks, "task")}`;
  progress.note(`Job ${jobs.join(", ")}: ${what}${others}`);
  progress.note(`Where they stand: deno task study status ${folder}`);
  progress.note(`The table, when all is over: ${folder}/slurm/table/0.log, or the same command`);
}

function counted(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

async function wait(
  { folder, before }: Submission,
  progress: Progress,
): Promise<StudyOutcome> {
  using interrupt = new InterruptListener();
  const wasFinished = new Set(
    before.filter(({ state }) => state === "finished").map(({ run, data }) => `${run} ${data}`),
  );
  let status;
  try {
    status = await followStudy(folder, SLURM, {
      ...jobEvents(progress, before.length),
      signal: interrupt.signal,
      before,
    });
  } catch (error) {
    if (error === interrupt.signal.reason) {
      progress.note(`The jobs go on; to end them: deno task study cancel ${folder}`);
    }
    throw error;
  }
  const jobs = status.states.map(({ job, state, run, data, path, validMae, reason = "" }) => {
    const kept = wasFinished.has(`${run} ${data}`);
    const ending: Ending = state === "finished"
      ? { status: kept ? "kept" : "trained", path: path!, validMae: validMae ?? null }
      : { status: state === "failed" ? "failed" : "interrupted", message: reason };
    return { job, ending };
  });
  return { study: readStudy(folder), jobs };
}
