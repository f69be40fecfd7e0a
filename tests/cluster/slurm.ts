/** A real Slurm for tests, started by `cluster.sh` where it is installed. */

import { assert, assertEquals } from "@std/assert";
import { dirname, join } from "node:path";
import { exists } from "../../lib/core/files.ts";
import { readOwner } from "../../lib/core/lock_file.ts";
import { LOCK_FILE } from "../../lib/core/lock.ts";
import {
  type ClusterStatus,
  followStudy,
  parseDefinition,
  SLURM,
  type StudyDefinition,
} from "../../lib/studies/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import { contentOf } from "../tasks/run_task.ts";

const SCRIPT = join(import.meta.dirname!, "cluster.sh");

/** Whether Slurm can be started here. */
export const HAS_SLURM: boolean = Deno.build.os === "linux" &&
  new Deno.Command("bash", {
    args: ["-c", "PATH=$PATH:/usr/sbin type -P slurmctld slurmd munged"],
    stdout: "null",
  }).outputSync().success;

/** After the name of a test that needs it. */
export const SKIPPED = HAS_SLURM ? "" : " (skipped: no slurmctld, slurmd and munged here)";

/** Small data. */
export const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,audioSteps=3,visionSteps=3";

/** So many that a training is still at work when a test has seen its first ones. */
export const EPOCHS = 240;
const SETTINGS = {
  batchSize: 2,
  filtersDim: 2,
  epochs: EPOCHS,
  earlyStop: EPOCHS,
  checkpointSeconds: 1,
};

/** As a user writes it: four runs, of a floor and of a small network that takes a few seconds. */
export const TINY = {
  name: "tiny",
  cells: [{ model: "constant" }, { slug: "small", model: "cnn", settings: SETTINGS }],
  seeds: [1, 2],
  data: [DATA],
  protocol: "mosi",
};

/** The study {@linkcode TINY}. */
export const STUDY: StudyDefinition = parseDefinition(TINY, "tiny");

/** The small networks of it with these seeds. */
export function small(...seeds: number[]): StudyDefinition {
  return { ...STUDY, cells: STUDY.cells.slice(1), seeds };
}

/** How the processes of a test's study work. */
export const WORKER = {
  engine: "cpu",
  device: "auto",
  nonfinite: "zero",
  commandLine: [],
} as const;

/** Runs a command and gives what it printed. */
export async function call(command: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
  const text = new TextDecoder();
  assert(success, `${command} ${args.join(" ")}: ${text.decode(stderr)}`);
  return text.decode(stdout).trim();
}

/** Milliseconds after which something is not going to happen, however busy the machine is. */
const PATIENCE = 600_000;

/** Waits until something is so. */
export async function until(what: string, is: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE;
  while (!await is()) {
    if (performance.now() > end) throw new Error(await inVain(what));
    await new Promise((next) => setTimeout(next, 20));
  }
}

/** Follows a study, `OUT/STUDY`, to its end. */
export async function follow(study: string): Promise<ClusterStatus> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  try {
    return await followStudy(study, SLURM, { pause: 100, signal: late.signal });
  } catch (error) {
    throw late.signal.aborted ? new Error(await inVain(`end of ${study}`)) : error;
  } finally {
    clearTimeout(timer);
  }
}

/** What was waited for, what Slurm has queued, and what it said last. */
async function inVain(what: string): Promise<string> {
  const log = join(dirname(Deno.env.get("SLURM_CONF")!), "log", "slurmctld.log");
  const parts = [await call("squeue", "--start"), await call("squeue"), await call("tail", log)];
  return `no ${what} in ten minutes:\n${parts.join("\n")}`;
}

/** Three nodes in a folder, which end when this process does, however it ends. */
export class Cluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #process: Deno.ChildProcess;

  private constructor(folder: string, process: Deno.ChildProcess) {
    this.#folder = folder;
    this.#process = process;
  }

  /** Starts it; commands of Slurm then find it. An array has three tasks at most. */
  static async start(folder: string): Promise<Cluster> {
    const process = new Deno.Command(SCRIPT, {
      args: ["run", folder, "3"],
      env: { SLURM_TEST_MAX_ARRAY: "3" },
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const cluster = new Cluster(folder, process);
    const { value } = await process.stdout.getReader().read();
    if (value === undefined) {
      await cluster.#stop();
      throw new Error("Cannot start Slurm: see above");
    }
    Deno.env.set("SLURM_CONF", join(folder, "slurm.conf"));
    return cluster;
  }

  /** A folder on a small disk, if one can be mounted here. */
  get disk(): string | null {
    const path = join(this.#folder, "disk");
    return exists(path) ? path : null;
  }

  /** `kill-node NODE`, `crash-node NODE`, `start-node NODE`, `kill-ctl`, `start-ctl` */
  async do(verb: string, ...rest: string[]): Promise<void> {
    await call(SCRIPT, verb, this.#folder, ...rest);
  }

  /** Does something whose commands give up soon where the controller does not answer. */
  async hastily<T>(work: () => Promise<T>): Promise<T> {
    Deno.env.set("SLURM_CONF", join(this.#folder, "hasty.conf"));
    try {
      return await work();
    } finally {
      Deno.env.set("SLURM_CONF", join(this.#folder, "slurm.conf"));
    }
  }

  /** Has the controller save what it knows, a task among it: by itself it does so within seconds. */
  async save(task: string): Promise<void> {
    const path = join(this.#folder, "state", "job_state");
    const time = () => exists(path) ? Deno.statSync(path).mtime!.getTime() : 0;
    const before = time();
    await call("scontrol", "update", `JobId=${task}`, "Comment=seen");
    await until("saved state", () => time() > before);
  }

  /** The process stops it when it has nothing more to read. */
  async #stop(): Promise<void> {
    await this.#process.stdin.close();
    assertEquals((await this.#process.status).code, 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Deno.env.delete("SLURM_CONF");
    await this.#stop();
  }
}

/** The run of the small network with a seed. */
export function smallRun(out: string, seed: number): RunFolder {
  return RunFolder.at(join(out, "tiny", "small"), "cnn", "synthetic", seed);
}

/** The lines of a run's history. */
export function historyOf(run: RunFolder): string {
  try {
    return Deno.readTextFileSync(run.file("history.jsonl"));
  } catch {
    return "";
  }
}

/** A training that stands still in the middle, whatever a busy machine does meanwhile. */
export class HeldTraining implements Disposable {
  readonly pid: number;
  /** Its history so far. */
  readonly history: string;
  #isHeld = true;

  private constructor(pid: number, history: string) {
    this.pid = pid;
    this.history = history;
  }

  /** Waits for its first epochs. */
  static async of(out: string, seed: number): Promise<HeldTraining> {
    const run = smallRun(out, seed);
    await until(`epochs in ${run.path}`, () => historyOf(run).split("\n").length > 2);
    const { pid } = readOwner(run.file(LOCK_FILE))!;
    Deno.kill(pid, "SIGSTOP");
    assertEquals(run.readRecord()?.status, "running");
    return new HeldTraining(pid, historyOf(run));
  }

  /** As Slurm does itself before it ends a task, which may be gone by now. */
  goOn(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    try {
      Deno.kill(this.pid, "SIGCONT");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** Of a test that failed. */
  [Symbol.dispose](): void {
    this.goOn();
  }
}

/** The bytes of what a study below `out` has computed, by path. */
export function resultsOf(out: string, study = "tiny"): Record<string, string> {
  const wanted = /(predictions\.csv|metrics\.json|model\.safetensors|labels\.csv|config\.json)$/;
  const folder = join(out, study);
  return Object.fromEntries(
    Object.entries(contentOf(folder)).filter(([path]) => wanted.test(path))
      .map(([path, bytes]) => [path.slice(folder.length), bytes]),
  );
}
