/** What this process may know of where it runs. @module */

/** Name of this machine; empty without the right to ask for it. */
export function hostname(): string {
  try {
    return Deno.hostname();
  } catch {
    return "";
  }
}

/**
 * What a job scheduler calls the work that this process is part of; empty where there is none. A job
 * that is queued again keeps its name, so that only one process of that name is meant to run.
 */
export function currentJob(): string {
  try {
    return Deno.env.get("MSA_JOB") ?? "";
  } catch {
    return ""; // Without --allow-env.
  }
}
