/**
 * One task of a job array: trains its slice of a plan, in one process, and saves when it is told to.
 * A scheduler starts it: `task.ts PLAN INDEX THREADS`.
 *
 * @module
 */

import { dirname } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { currentJob, hostname } from "../../core/host.ts";
import { type Engine, openEngine } from "../../engine/mod.ts";
import { Interrupt } from "../../training/mod.ts";
import { SLURM } from "../schedulers/slurm.ts";
import { GO_ON } from "../schedulers/slurm_script.ts";
import { type Job, jobName } from "../study/jobs.ts";
import { JobTrainer } from "../study/job_trainer.ts";
import type { Report } from "../study/messages.ts";
import { noteFailure, readFailures, readPlan, runKey } from "./plan.ts";

/** Whether a job of this study is over; false where nobody can tell. */
async function isOver(folder: string, job: string): Promise<boolean> {
  try {
    return (await SLURM.queue(folder)).every(({ name }) => name !== job);
  } catch {
    return false;
  }
}

function say(text: string): void {
  console.log(`[${new Date().toISOString()}] ${text}`);
}

function follow(report: Report): void {
  if ("note" in report) say(report.note);
  else if ("warning" in report) say(`warning: ${report.warning}`);
}

/** @returns the status of the process: 0, 1 where a run failed, 75 to be queued again, 143 at SIGTERM */
async function work(path: string, index: number, threads: number): Promise<number> {
  const stop = new AbortController();
  let goesOn = false;
  // The end of the time limit is near.
  Deno.addSignalListener("SIGUSR2", () => {
    goesOn = true;
    stop.abort(new Interrupt("SIGTERM"));
  });
  // A cancelled task must not come back, and one that has to make way is queued again by itself.
  Deno.addSignalListener("SIGTERM", () => stop.abort(new Interrupt("SIGTERM")));
  const folder = dirname(path);
  say(`task ${currentJob()} on ${hostname()}, process ${Deno.pid}`);
  const { slices, worker } = readPlan(folder);
  // One that failed for its own reason fails again where the task is queued again.
  const failed = new Set(readFailures(folder, index).map(({ key }) => key));
  const jobs = slices[index]!.filter((job) => !failed.has(runKey(job)));
  let isWell = failed.size === 0;
  const note = (job: Job, message: string) => {
    try {
      noteFailure(folder, index, job, message);
    } catch (error) {
      say(`cannot note that: ${messageOf(error)}`); // The same full disk, mostly.
    }
  };
  let engine: Engine;
  try {
    engine = await openEngine({ engine: worker.engine, device: worker.device, threads, log: say });
  } catch (error) {
    say(`failed: ${messageOf(error)}`);
    for (const job of jobs) note(job, messageOf(error));
    return 1;
  }
  const trainer = new JobTrainer(worker, engine, stop.signal, follow, {
    isOver: (job) => isOver(dirname(folder), job),
  });
  for (const job of jobs) {
    say(`${jobName(job)} on ${job.data}`);
    const ending = await trainer.train(job);
    if (!("message" in ending)) say(ending.status);
    else if (ending.status === "interrupted") {
      say(`saved: ${ending.message}`);
      return goesOn ? GO_ON : new Interrupt("SIGTERM").exitStatus;
    } else if (ending.status === "busy") say(`left alone: ${ending.message}`);
    else {
      isWell = false;
      say(`failed: ${ending.message}`);
      note(job, ending.message);
    }
  }
  return isWell ? 0 : 1;
}

if (import.meta.main) {
  const [path, index, threads] = Deno.args;
  const status = await work(path!, Number(index), Number(threads));
  say(`status ${status}`);
  Deno.exit(status);
}
