/** Trainings that are killed at any moment end in the bytes of one that ran through. */

import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { RandomStream } from "../../lib/core/random.ts";
import { exists } from "../../lib/core/files.ts";
import type { EngineName } from "../../lib/engine/mod.ts";
import { RunFolder } from "../../lib/training/run_folder.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { CAN_MOUNT, inNamespace } from "../core/namespace.ts";
import { FULL_LOCK } from "../full_lock.ts";
import { forEachEngine } from "../engine/engines.ts";
import { withFolder } from "./small.ts";

const PROBE = new URL("kill_probe.ts", import.meta.url).pathname;
const RUN = ["run", "--quiet", "--no-check", FULL_LOCK, "-A", PROBE];
/** Ways to end a training; more of them are tried where the environment says so. */
const WAYS = ["SIGKILL", "SIGKILL in a write", "SIGINT"] as const;
const MOMENTS = Number(Deno.env.get("MSA_KILL_MOMENTS") ?? 6);
/** Moments in one training; it has 45 batches. */
const MOMENTS_A_RUN = 6;

/** Starts the probe; ends it in some way, if any, after `batches` of its batches. */
async function probe(
  engine: EngineName,
  out: string,
  end?: { way: string; batches: number; delay: number },
): Promise<{ code: number; signal: string | null }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...RUN, engine, out],
    // As many threads as a user has, whatever the tests were started with.
    env: { OMP_NUM_THREADS: "2", TF_NUM_INTEROP_THREADS: "2", TF_NUM_INTRAOP_THREADS: "2" },
    stdout: "piped",
    stderr: "null",
  }).spawn();
  let seen = 0;
  let pending = end;
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    seen += text.split("\n").length - 1;
    if (pending === undefined || seen < pending.batches) continue;
    const { way, delay } = pending;
    pending = undefined;
    await new Promise((resolve) => setTimeout(resolve, delay));
    const [signal, inWrite] = way.split(" in ") as [Deno.Signal, string?];
    if (inWrite !== undefined) await untilWriting(RunFolder.at(out, "self-mm", "synthetic", 1111));
    try {
      child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }
  const { code, signal } = await child.status;
  return { code, signal };
}

/** Waits until a checkpoint is being written. */
async function untilWriting(run: RunFolder): Promise<void> {
  for (let i = 0; i < 20_000; i++) {
    const names = [...Deno.readDirSync(join(run.path, "checkpoint"))].map(({ name }) => name);
    if (names.some((name) => name.endsWith(".part"))) return;
    if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What a run is made of. */
function resultOf(out: string): Record<string, unknown> {
  const run = RunFolder.at(out, "self-mm", "synthetic", 1111);
  const names = ["model.safetensors", "labels.csv", "predictions.csv", "metrics.json"];
  return {
    ...Object.fromEntries(names.map((name) => [name, Deno.readFileSync(run.file(name))])),
    checkpoint: readWeights(run.checkpoint).weights,
  };
}

/** Names of files that a killed process left unfinished. */
function unfinished(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? unfinished(join(folder, name)) : name.endsWith(".part") ? [name] : []
  );
}

/** Ends one training in several ways, one after the other, until it is done. */
async function endOften(name: EngineName, out: string, random: RandomStream): Promise<void> {
  const run = RunFolder.at(out, "self-mm", "synthetic", 1111);
  for (let i = 0; i < MOMENTS_A_RUN; i++) {
    const way = WAYS[i % WAYS.length]!;
    const end = { way, batches: 1 + random.integer(3), delay: random.integer(8) };
    const { code, signal } = await probe(name, out, end);
    const where = JSON.stringify({ i, ...end });
    const { status } = run.readRecord()!;
    if (way === "SIGINT") assertEquals([code, status], [130, "interrupted"], where);
    else assertEquals([signal, status], ["SIGKILL", "running"], where);
    // It may have been killed before its first write was done.
    if (i < 2 && !exists(run.checkpoint)) continue;
    const { metadata } = readWeights(run.checkpoint);
    assertEquals(JSON.parse(metadata["progress"]!).engine, name, where);
  }
  assertEquals((await probe(name, out)).code, 0);
}

forEachEngine(
  "a training that is killed at any moment resumes to the same bytes",
  async (engine) => {
    await withFolder(async (folder) => {
      const whole = join(folder, "whole");
      assertEquals((await probe(engine.name, whole)).code, 0);
      const expected = resultOf(whole);
      for (let moment = 0; moment < MOMENTS; moment += MOMENTS_A_RUN) {
        const out = join(folder, `from moment ${moment}`);
        await endOften(engine.name, out, RandomStream.fromSeed(moment).split(engine.name));
        assertEquals(resultOf(out), expected);
        assertEquals(unfinished(out), []);
      }
    });
  },
);

Deno.test({
  name: "SIGTERM saves and exits with 143",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await withFolder(async (out) => {
      const end = { way: "SIGTERM", batches: 2, delay: 0 };
      assertEquals((await probe("cpu", out, end)).code, 143);
      const run = RunFolder.at(out, "self-mm", "synthetic", 1111);
      const { status, message } = run.readRecord()!;
      assertEquals([status, message], ["interrupted", "Stopped by SIGTERM"]);
      const progress = JSON.parse(readWeights(run.checkpoint).metadata["progress"]!);
      assert(progress.epoch > 1 || progress.batches >= 2);
    });
  },
});

Deno.test({
  name: "a full disk stops a training with one message and loses no checkpoint" +
    (CAN_MOUNT ? "" : " (skipped: no small file system can be mounted here)"),
  ignore: !CAN_MOUNT,
  fn: async () => {
    await withFolder(async (folder) => {
      const disk = join(folder, "disk"),
        saved = join(folder, "saved"),
        whole = join(folder, "whole");
      Deno.mkdirSync(disk);
      const command = `'${Deno.execPath()}' ${RUN.map((word) => `'${word}'`).join(" ")} cpu`;
      const { stdout, stderr } = inNamespace(`
        mount -t tmpfs -o size=1m tmpfs '${disk}'
        ${command} '${disk}/out' 7 >'${folder}/log'; echo "first $?"
        dd if=/dev/zero of='${disk}/filler' bs=4k 2>'${folder}/dd'; truncate -s -24k '${disk}/filler'
        ${command} '${disk}/out' >'${folder}/log'; echo "full $?"
        rm '${disk}/filler'
        ${command} '${disk}/out' >'${folder}/log'; echo "again $?"; wc -l <'${folder}/log'
        cp -r '${disk}/out' '${saved}'
      `);
      // 7 of the 45 batches were done; the eighth could not be saved.
      assertEquals(stdout.replaceAll(/ +/g, " "), "first 1\nfull 1\nagain 0\n38\n");
      const [enough, full, ...rest] = stderr.trimEnd().split("\n");
      assertEquals([enough, rest], ["enough", []]);
      assert(/^Cannot write ".*state\.safetensors": .*, expected .* space$/.test(full!), full);
      assertEquals((await probe("cpu", whole)).code, 0);
      assertEquals(resultOf(saved), resultOf(whole));
    });
  },
});
