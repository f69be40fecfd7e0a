/** Slurm, by its commands. @module */

import { dirname, resolve } from "node:path";
import { reasonOf, RunError } from "../../core/errors.ts";
import type { QueuedTask, Scheduler } from "./scheduler.ts";
import { batchScript, OUR_VARIABLES } from "./slurm_script.ts";

/** Slurm. */
export const SLURM: Scheduler = {
  name: "slurm",
  script: batchScript,
  async submit(path, after = []) {
    const then = after.length === 0 ? [] : [`--dependency=afterany:${after.join(":")}`];
    const out = await call("sbatch", ["--parsable", ...then, path]);
    return out.trim().split(";")[0]!; // NUMBER;CLUSTER in a federation
  },
  async queue(folder) {
    // The script's path is the last, since it may hold anything.
    const out = await call("squeue", ["--me", "-h", "-r", "-o", "%F|%K|%T|%N|%r|%S|%o"]);
    const above = new Set([resolve(folder), realPath(folder)]);
    return out.split("\n").flatMap((line) => taskOf(line, above));
  },
  async cancel(jobs) {
    if (jobs.length > 0) await call("scancel", jobs);
  },
  async limit() {
    const out = await call("scontrol", ["show", "config"]);
    // One more than the largest index.
    return Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(out)?.[1] ?? 1001);
  },
};

/** The task that a line of squeue tells of, if it is one of ours. */
function taskOf(line: string, above: ReadonlySet<string>): QueuedTask[] {
  const [job, index, state, node, reason, start, ...rest] = line.split("|");
  const script = rest.join("|");
  const folder = dirname(script);
  if (![...above].some((path) => script.startsWith(`${path}/`))) return [];
  return [{
    folder,
    index: Number(index),
    job: job!,
    name: `${job}_${index}`,
    isRunning: state === "RUNNING" || state === "COMPLETING",
    node: node!,
    reason: reasonOfTask(state!, reason!, start!),
  }];
}

/** What is queued again has to wait, for two minutes by default: to the minute, as many share it. */
function reasonOfTask(state: string, reason: string, start: string): string {
  if (reason === "None" || reason === "") return state.toLowerCase();
  const time = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(start);
  return reason === "BeginTime" && time ? `${reason} (${time[1]} ${time[2]})` : reason;
}

function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    return resolve(path);
  }
}

/** What a command printed. @throws {RunError} it is not there, or failed */
async function call(name: string, args: readonly string[]): Promise<string> {
  const env = Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([key]) => !OUR_VARIABLES.includes(key)),
  );
  let output: Deno.CommandOutput;
  try {
    output = await new Deno.Command(name, { args: [...args], stdin: "null", env, clearEnv: true })
      .output();
  } catch (error) {
    throw new RunError(
      `Cannot run ${name}: ${reasonOf(error)}, expected a machine from which jobs are submitted`,
    );
  }
  const [out, err] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (output.success) return out!;
  const said = err!.trim() || `status ${output.code}`;
  const hint = /limit|violates|too many|QOS/i.test(said)
    ? "; fewer and longer tasks (--per-task N), and fewer at a time (--at-once N), may fit"
    : "";
  throw new RunError(`Cannot use Slurm: ${name} said "${said}"${hint}`);
}
