/** A task of a job array as a scheduler starts it: a process with a plan, a number and threads. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { exists } from "../../../lib/core/files.ts";
import { lockFolder } from "../../../lib/core/lock.ts";
import type { Job } from "../../../lib/studies/mod.ts";
import { readFailures, writePlan } from "../../../lib/studies/cluster/plan.ts";
import { workerCommand } from "../../../lib/studies/study/worker_command.ts";
import { RunFolder } from "../../../lib/training/mod.ts";
import { withVariables } from "../../core/variables.ts";
import { makeDataset, TestFolder } from "../../data/mmsa_file.ts";

const TASK = new URL("../../../lib/studies/cluster/task.ts", import.meta.url).href;

/** A run of a study below the folder. */
function jobOf(folder: TestFolder, more: Partial<Job>): Job {
  const where = { data: "synthetic:n=12", protocol: "mosi", out: folder.at("out/tiny/a") } as const;
  const what = { slug: "a", model: "constant", modalities: null, settings: {}, seed: 1 };
  return { ...what, ...where, ...more };
}

/** Writes a plan of one task, and starts that. */
function start(folder: TestFolder, slice: readonly Job[], worker: object = {}) {
  const place = folder.at("out/tiny/slurm/001");
  const options = { engine: "cpu", device: "auto", nonfinite: "zero", commandLine: ["x"] } as const;
  writePlan(place, { made: "", slices: [[], slice], worker: { ...options, ...worker } });
  const [deno, ...args] = workerCommand(TASK);
  const command = new Deno.Command(deno, {
    args: [...args, join(place, "plan.json"), "1", "1"],
    env: { MSA_JOB: "7_1", NODE_DISK: folder.at("disk") },
    stdout: "piped",
  });
  return { place, child: command.spawn() };
}

async function run(folder: TestFolder, slice: readonly Job[], worker: object = {}) {
  const { place, child } = start(folder, slice, worker);
  const { code, stdout } = await child.output();
  return { place, code, said: new TextDecoder().decode(stdout) };
}

Deno.test("a task trains its slice, and does not repeat what failed for its own reason", async () => {
  using folder = new TestFolder();
  const bad = jobOf(folder, { model: "text-guided", settings: { modelDim: 6, heads: 4 } });
  const slice = [bad, jobOf(folder, { data: folder.at("none.pkl"), seed: 2 }), jobOf(folder, {})];
  const first = await run(folder, slice);
  assertEquals(first.code, 1, first.said);
  assertEquals(
    RunFolder.at(slice[0]!.out, "constant", "synthetic", 1).readRecord()?.status,
    "finished",
  );
  const messages = readFailures(first.place, 1).map(({ message }) => message);
  assertMatch(
    messages.join("\n"),
    /^Cannot set modelDim to 6.*\nCannot .*none\.pkl.* no such file/,
  );
  // Started anew after a node died, say.
  const second = await run(folder, slice);
  assertEquals(second.code, 1, second.said);
  assert(!/text-guided|none\.pkl/.test(second.said), second.said);
  assertEquals(readFailures(first.place, 1).length, 2);
});

Deno.test("a task reads a copy of its data on the node, and records where they came from", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const { code, said } = await run(folder, [jobOf(folder, { data })], { scratch: "$NODE_DISK" });
  assertEquals(code, 0, said);
  const [run1] = [...Deno.readDirSync(folder.at("out/tiny/a/constant"))];
  const record = RunFolder.at(folder.at("out/tiny/a"), "constant", run1!.name, 1).readRecord()!;
  assertEquals(record.data.path, data);
  const [copy] = [...Deno.readDirSync(folder.at("disk"))];
  assert(exists(folder.at(`disk/${copy!.name}/mosi.pkl`)));
});

Deno.test({
  name: "a task saves at SIGUSR2 and asks to go on, saves at SIGTERM and does not",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using folder = new TestFolder();
    const settings = {
      batchSize: 2,
      filtersDim: 2,
      epochs: 500,
      earlyStop: 500,
      checkpointSeconds: 0,
    };
    const job = jobOf(folder, { model: "cnn", settings });
    const trained = RunFolder.at(job.out, "cnn", "synthetic", 1);
    for (const [signal, status] of [["SIGUSR2", 75], ["SIGTERM", 143]] as const) {
      if (exists(trained.checkpoint)) Deno.removeSync(trained.checkpoint);
      const { child } = start(folder, [job]);
      while (!exists(trained.checkpoint)) await new Promise((next) => setTimeout(next, 10));
      child.kill(signal);
      const { code, stdout } = await child.output();
      assertEquals(code, status, new TextDecoder().decode(stdout));
      assertEquals(trained.readRecord()!.status, "interrupted");
    }
  },
});

Deno.test("a task waits for what it was itself before it was started anew", async () => {
  using folder = new TestFolder();
  const job = jobOf(folder, {});
  const busy = RunFolder.at(job.out, "constant", "synthetic", 1);
  // Of this very job, before it was started anew: it may be cut off, and is waited for.
  const lock = await withVariables({ MSA_JOB: "7_1" }, () => lockFolder(busy.path));
  const { child } = start(folder, [job]);
  const ended = child.output();
  await new Promise((next) => setTimeout(next, 1500));
  assertEquals(busy.readRecord(), null);
  lock[Symbol.dispose]();
  assertEquals((await ended).code, 0);
  assertEquals(busy.readRecord()?.status, "finished");
});
