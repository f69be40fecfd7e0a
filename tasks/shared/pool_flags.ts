/** Flags of commands that train in several processes, and what became of their runs. @module */

import { type Ending, type Job, jobName, type PoolOptions } from "../../lib/studies/mod.ts";
import { type Call, warn } from "./command.ts";
import { sourceOf } from "./data_flags.ts";
import { engineOf } from "./flags.ts";

/** `--jobs`, `--engine`, `--device`, `--nonfinite` and the flags of the source as a pool takes them. */
export function poolFlags(
  call: Call,
  commandLine: readonly string[],
): Pick<PoolOptions, "jobs" | "worker"> {
  return {
    jobs: jobsOf(call),
    worker: {
      ...engineOf(call),
      nonfinite: call.get("nonfinite") as "zero",
      source: sourceOf(call),
      commandLine,
    },
  };
}

/** How many trainings there are to be at a time. */
export function jobsOf(call: Call): PoolOptions["jobs"] {
  const jobs = call.countOr("jobs", 1, "auto");
  const cores = navigator.hardwareConcurrency;
  if (jobs !== "auto" && jobs > cores) {
    warn(`there are ${cores} cores: ${cores} trainings at a time, not ${jobs}`);
  }
  return jobs;
}

/** Runs that a command was to train and that are neither trained nor kept. */
export function missingOf(
  jobs: readonly { readonly job: Job; readonly ending: Ending }[],
): { run: string; message: string }[] {
  return jobs.flatMap(({ job, ending }) =>
    "path" in ending ? [] : [{ run: jobName(job), message: ending.message }]
  );
}

/** Counts runs by how they ended; prints those that failed on stderr, each reason once. */
export function countOf(
  jobs: readonly { readonly job: Job; readonly ending: Ending }[],
): { trained: number; kept: number; failed: { run: string; message: string }[] } {
  const failed = jobs.flatMap(({ job, ending }) =>
    ending.status === "failed" ? [{ run: jobName(job), message: ending.message }] : []
  );
  const reasons = Map.groupBy(failed, ({ message }) => message);
  for (const [message, runs] of reasons) {
    console.error(`failed: ${runs.map(({ run }) => run).join(", ")}: ${message}`);
  }
  const count = (status: Ending["status"]) =>
    jobs.filter(({ ending }) => ending.status === status).length;
  return { trained: count("trained"), kept: count("kept"), failed };
}
