/** A real Slurm for tests, started by `cluster.sh` where it is installed. */

import { assert } from "@std/assert";
import { join } from "node:path";
import { parseDefinition, type StudyDefinition } from "../../lib/studies/mod.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import { contentOf } from "../tasks/run_task.ts";

const SCRIPT = join(import.meta.dirname!, "cluster.sh");

function has(command: string): boolean {
  try {
    new Deno.Command(command, { args: ["-V"], stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether Slurm can be started here: its folders must be its user's own, so that is root. And whether
 * that was asked for, by MSA_SLURM_TESTS=1: beside other tests on two cores its daemons answer late.
 */
export const HAS_SLURM: boolean = Deno.env.get("MSA_SLURM_TESTS") === "1" &&
  Deno.build.os === "linux" && Deno.uid() === 0 &&
  ["slurmctld", "slurmd", "munged", "python3"].every(has);

/** After the name of a test that needs it. */
export const SKIPPED = HAS_SLURM
  ? ""
  : " (skipped: needs MSA_SLURM_TESTS=1, and slurmctld, slurmd and munged to start as root)";

/** Data and a floor, and a small network that takes a few seconds. */
export const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,audioSteps=3,visionSteps=3";

/** A study of four runs. */
export function tinyStudy(epochs = 40): StudyDefinition {
  const settings = { batchSize: 2, filtersDim: 2, epochs, earlyStop: epochs, checkpointSeconds: 1 };
  return parseDefinition({
    name: "tiny",
    cells: [{ model: "constant" }, { slug: "small", model: "cnn", settings }],
    seeds: [1, 2],
    data: [DATA],
    protocol: "mosi",
  }, "tiny");
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

/** Waits until something is so. */
export async function until(
  what: string,
  is: () => boolean | Promise<boolean>,
  seconds = 240,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!await is()) {
    assert(Date.now() < end, `no ${what} in ${seconds} s`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

/** Three nodes in a folder. */
export class Cluster implements AsyncDisposable {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts it; commands of Slurm then find it. */
  static async start(folder: string, settings: Record<string, string> = {}): Promise<Cluster> {
    const cluster = new Cluster(folder);
    for (const [name, value] of Object.entries(settings)) Deno.env.set(`SLURM_TEST_${name}`, value);
    await call(SCRIPT, "start", folder, "3");
    Deno.env.set("SLURM_CONF", join(folder, "slurm.conf"));
    return cluster;
  }

  /** `kill-node NODE`, `crash-node NODE`, `start-node NODE`, `kill-ctl`, `start-ctl` */
  do(verb: string, ...rest: string[]): Promise<string> {
    return call(SCRIPT, verb, this.#folder, ...rest);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Trainings of a test that failed would go on without their cluster.
    await new Deno.Command("scancel", { args: ["--me", "--signal=KILL", "--full"] }).output();
    await this.do("stop");
    Deno.env.delete("SLURM_CONF");
  }
}

/** The run of the small network with a seed. */
export function smallRun(out: string, seed: number): RunFolder {
  return RunFolder.at(join(out, "tiny", "small"), "cnn", "synthetic", seed);
}

/** Epochs that a run has done. */
export function epochsOf(run: RunFolder): number {
  try {
    return Deno.readTextFileSync(run.file("history.jsonl")).split("\n").length - 1;
  } catch {
    return 0;
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
