/**
 * Ctrl-C in a real terminal, under `deno task`: the terminal sends SIGINT to every process, and
 * `deno task` sends it on as well. And what a scheduler does: SIGTERM to every process.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { exists } from "../../lib/core/files.ts";
import { RunFolder } from "../../lib/training/mod.ts";
import { withFolder } from "../training/small.ts";
import { ROOT, taskArguments } from "./run_task.ts";
import { FULL_LOCK } from "../full_lock.ts";

/** A batch takes a while, so that a signal finds the training in the middle of one. */
const DATA = "synthetic:n=600,seed=1";
const SETTINGS = {
  batchSize: "300",
  updateEpochs: "1",
  epochs: "500",
  earlyStop: "500",
  checkpointSeconds: "0",
};
const SET = Object.entries(SETTINGS).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
const COMMON = ["--engine", "cpu", "--data", DATA, "--protocol", "mosi"];

/** `script` runs a command in a terminal of its own; macOS has another one of that name. */
const HAS_TERMINAL = Deno.build.os === "linux" && exists("/usr/bin/script");

/** Waits until a run is in the middle of its training. */
async function untilTraining(run: RunFolder): Promise<void> {
  for (let i = 0; !exists(run.checkpoint); i++) {
    assert(i < 3000, `no checkpoint in ${run.path}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Types Ctrl-C, and at once again, into the terminal of `deno task …` while the run trains. */
async function typeCtrlC(args: readonly string[], run: RunFolder) {
  const command = [Deno.execPath(), "task", "--quiet", ...args].map((word) => `'${word}'`).join(
    " ",
  );
  const child = new Deno.Command("/usr/bin/script", {
    args: ["--quiet", "--return", "--command", command, "/dev/null"],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const said = new Response(child.stdout).text();
  await untilTraining(run);
  const keys = child.stdin.getWriter();
  for (let i = 0; i < 2; i++) {
    await keys.write(new Uint8Array([3])).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { code } = await child.status;
  await keys.close().catch(() => {});
  return { code, said: await said };
}

const CALLS: Readonly<Record<string, (out: string) => readonly [string[], RunFolder]>> = {
  train: (out) => [
    ["train", "--model", "self-mm", "--seeds", "1", ...SET, ...COMMON, "--out", out],
    RunFolder.at(out, "self-mm", "synthetic", 1),
  ],
  study: (out) => {
    const file = join(out, "tiny.json");
    Deno.writeTextFileSync(file, JSON.stringify({ models: ["self-mm"], seeds: [1] }));
    return [
      ["study", file, ...SET, ...COMMON, "--out", out],
      RunFolder.at(join(out, "tiny", "defaults"), "self-mm", "synthetic", 1),
    ];
  },
  search: (out) => [
    [
      ...["search", "--model", "self-mm", "--trials", "1", "--space", "postFusionDim=4,8"],
      ...[...SET, ...COMMON, "--out", out],
    ],
    RunFolder.at(join(out, "search-self-mm", "trial-001"), "self-mm", "synthetic", 1111),
  ],
};

for (const [name, callOf] of Object.entries(CALLS)) {
  Deno.test({
    name: `Ctrl-C under "deno task ${name}" saves the run, says so and exits with 130` +
      (HAS_TERMINAL ? "" : " (skipped: no script(1) to make a terminal)"),
    ignore: !HAS_TERMINAL,
    fn: async () => {
      await withFolder(async (out) => {
        const [args, run] = callOf(out);
        const { code, said } = await typeCtrlC(args, run);
        const { status, message } = run.readRecord()!;
        assertEquals([code, status, message], [130, "interrupted", "Stopped by SIGINT"], said);
        assertMatch(said, /saved/);
      });
    },
  });
}

Deno.test({
  name: "SIGTERM to every process of a study saves its runs and exits with 143",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFolder(async (out) => {
      const [[, ...args], run] = CALLS["study"]!(out);
      const child = new Deno.Command(Deno.execPath(), {
        args: taskArguments("study", args!),
        detached: true, // a process group of its own
        stdout: "null",
        stderr: "piped",
      }).spawn();
      await untilTraining(run);
      Deno.kill(-child.pid, "SIGTERM");
      const { code, stderr } = await child.output();
      const { status, message } = run.readRecord()!;
      const said = new TextDecoder().decode(stderr);
      assertEquals([code, status, message], [143, "interrupted", "Stopped by SIGTERM"], said);
    });
  },
});

Deno.test({
  name: "a worker leaves SIGINT to its study, and saves and ends by itself at SIGTERM",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFolder(async (out) => {
      const worker = new URL("../../lib/studies/study/worker.ts", import.meta.url).pathname;
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", FULL_LOCK, worker],
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const said = new Response(child.stdout).text();
      const input = child.stdin.getWriter();
      const options = { engine: "cpu", device: "auto", nonfinite: "zero", commandLine: [] };
      const settings = { ...SETTINGS };
      const job = { slug: "a", model: "self-mm", modalities: null, settings, seed: 1, data: DATA };
      for (const order of [{ open: options }, { job: { ...job, protocol: "mosi", out } }]) {
        await input.write(new TextEncoder().encode(`${JSON.stringify(order)}\n`));
      }
      const run = RunFolder.at(out, "self-mm", "synthetic", 1);
      await untilTraining(run);
      for (const signal of ["SIGINT", "SIGINT", "SIGTERM", "SIGTERM"] as const) child.kill(signal);
      const { code } = await child.status;
      await input.close().catch(() => {});
      const { status, message } = run.readRecord()!;
      assertEquals([code, status, message], [143, "interrupted", "Stopped by SIGTERM"]);
      assertMatch(await said, /"ending":{"status":"interrupted","message":"Stopped by SIGTERM"}/);
    });
  },
});
