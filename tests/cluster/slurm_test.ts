/**
 * Studies on a real Slurm of three nodes, and all that happens to them there. In one test, because
 * files are tested side by side in one process, and SLURM_CONF is the process's.
 */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { exists, writeJsonAtomic } from "../../lib/core/files.ts";
import {
  cancelStudy,
  type ClusterStatus,
  type JobState,
  runStudy,
  SLURM,
  STUDIES,
  type StudyDefinition,
  studyStatus,
  type Submission,
  submitStudy,
  withSettings,
} from "../../lib/studies/mod.ts";
import { lastJson, ROOT, runTask } from "../tasks/run_task.ts";
import { withFolder } from "../training/small.ts";
import {
  call,
  Cluster,
  EPOCHS,
  follow,
  HAS_SLURM,
  HeldTraining,
  historyOf,
  resultsOf,
  SKIPPED,
  small,
  smallRun,
  STUDY,
  TINY,
  until,
  WORKER,
} from "./slurm.ts";

const MOSEI = join(ROOT, "..", "shared", "data", "mosei_video.pkl");

/** A task a run. */
function submit(out: string, study: StudyDefinition, more: object = {}): Promise<Submission> {
  const options = { out, worker: WORKER, perTask: 1, sbatch: ["time=30", "mem=200M"], ...more };
  return submitStudy(study, SLURM, options);
}

/** Waits until all of a study has ended, and its tasks have left the queue. */
async function followed(out: string): Promise<ClusterStatus> {
  const study = join(out, "tiny");
  const status = await follow(study);
  await until("end of all tasks", async () => (await SLURM.queue(study)).length === 0);
  return status;
}

function logOf(out: string, index = 0): string {
  return Deno.readTextFileSync(join(out, "tiny", "slurm", "001", `${index}.log`));
}

/** How often the task of a log was started. */
function startsOf(log: string): number {
  return log.match(/^\S+ task \d+_\d+ on /gm)?.length ?? 0;
}

async function stateOf(out: string, run: string): Promise<JobState> {
  const { states } = await studyStatus(join(out, "tiny"), SLURM);
  return states.find((state) => state.run === run)!;
}

Deno.test({
  name: `studies on Slurm${SKIPPED}`,
  ignore: !HAS_SLURM,
  fn: async (t) => {
    await withFolder(async (folder) => {
      await using cluster = await Cluster.start(join(folder, "cluster"));
      const local = join(folder, "local");
      await runStudy(STUDY, { out: local, jobs: 2, worker: WORKER });
      const whole = resultsOf(local);
      /** A study has ended in the bytes of the local one, as far as it goes. */
      const assertSame = (out: string, ...parts: string[]) => {
        const wanted = Object.entries(whole)
          .filter(([path]) => parts.length === 0 || parts.some((part) => path.includes(part)));
        assertEquals(resultsOf(out), Object.fromEntries(wanted));
        assert(wanted.length > 0);
      };

      await t.step("by the command, twice at once: once handed in, the same bytes", async () => {
        const out = join(folder, "command");
        const file = join(folder, "tiny.json");
        writeJsonAtomic(file, TINY);
        const flags = ["--out", out, "--engine", "cpu", "--on", "slurm", "--per-task", "1"];
        // As by two people at the same time, on two machines.
        const both = await Promise.all(
          [1, 2].map(() => runTask("study", file, ...flags, "--wait", "--json")),
        );
        for (const { code, stderr } of both) assertEquals(code, 0, stderr);
        both.sort((a, b) => a.stderr.indexOf("Nothing") - b.stderr.indexOf("Nothing"));
        const [first, second] = both as [typeof both[0], typeof both[0]];
        // The cluster takes three tasks an array.
        assertMatch(first.stderr, /^Job \d+, \d+: 4 runs in 4 tasks$/m);
        assertMatch(first.stderr, /^\[4\/4\] (small\/cnn|defaults\/constant) \d: trained, valid/m);
        assertMatch(second.stderr, /^Nothing to hand in: of 4 runs in /m);
        const { trained, failed, ...rest } = lastJson(first.stdout);
        assertEquals([trained, failed], [4, []]);
        assertEquals(lastJson(second.stdout)["table"], rest["table"]);
        assertSame(out);
        // A job of its own prints the same table when all is over, in lines of a terminal's width.
        const words = first.stdout.trimEnd().split("\n").slice(0, -1).join("\n").split(/\s+/);
        const log = join(out, "tiny", "slurm", "table", "0.log");
        await until("table", () => {
          const printed = exists(log) ? Deno.readTextFileSync(log).split(/\s+/) : [];
          return words.every((word) => printed.includes(word));
        });
      });

      await t.step("save at the end of the time limit and go on, save at scancel", async () => {
        const out = join(folder, "signals");
        const { jobs: [job] } = await submit(out, small(1, 2));
        using cancelled = await HeldTraining.of(out, 1);
        using limited = await HeldTraining.of(out, 2);
        const { state, node, epoch, epochs } = await stateOf(out, "small/cnn 2");
        assertEquals([state, epochs], ["running", EPOCHS]);
        assertMatch(`${node} ${epoch}`, /^node[123] [1-9]\d*$/);
        await call("scancel", `${job}_0`);
        // What --signal=B:USR2@120 sends, without minutes of waiting. The last task has the number
        // of the whole array: only it is queued again.
        await call("scancel", "--batch", "--signal=USR2", `${job}_1`);
        for (const one of [cancelled, limited]) one.goOn();
        const { states } = await followed(out);
        assertMatch(logOf(out, 1), /saved: [^]* status 75\n[^]* trained\n[^]* status 0/);
        assertEquals([logOf(out, 0), logOf(out, 1)].map(startsOf), [1, 2]);
        assertStringIncludes(historyOf(smallRun(out, 2)), limited.history);
        assertEquals(states.map(({ state, reason }) => [state, reason]), [
          ["interrupted", "Stopped by SIGTERM"],
          ["finished", undefined],
        ]);
        assertEquals(smallRun(out, 1).readRecord()!.status, "interrupted");
        assertEquals((await submit(out, small(1, 2))).runs, 1, "what is finished is not handed in");
        await followed(out);
        assertStringIncludes(historyOf(smallRun(out, 1)), cancelled.history);
        assertSame(out, "/small/");
      });

      await t.step("save when all is cancelled", async () => {
        const out = join(folder, "cancelled");
        const { jobs } = await submit(out, small(1, 2), { atOnce: 1 });
        using held = await HeldTraining.of(out, 1);
        // The scheduler says why only once it has looked.
        await until(
          "limit",
          async () => (await stateOf(out, "small/cnn 2")).reason === "JobArrayTaskLimit",
        );
        assertEquals(await cancelStudy(join(out, "tiny"), SLURM), jobs);
        held.goOn();
        const { states } = await followed(out);
        assertEquals(states.map(({ state }) => state), ["interrupted", "open"]);
      });

      await t.step(
        "tell from when on a task may start, and how one that is held does",
        async () => {
          const out = join(folder, "later");
          const { jobs: [job] } = await submit(out, small(1), {
            sbatch: ["begin=2100-01-02T03:04:05"],
          });
          const reason = async () => (await stateOf(out, "small/cnn 1")).reason;
          await until("time", async () => await reason() === "BeginTime (2100-01-02 03:04)");
          await call("scontrol", "uhold", `${job}_0`);
          await until("hold", async () => await reason() === "JobHeldUser");
          const { stdout } = await runTask("study", "status", join(out, "tiny"));
          assertMatch(
            stdout,
            /^waiting: JobHeldUser: small\/cnn 1\n.*scontrol release.* study cancel /m,
          );
          await cancelStudy(join(out, "tiny"), SLURM);
        },
      );

      await t.step("go on while the controller restarts", async () => {
        const out = join(folder, "controller");
        const { jobs: [job] } = await submit(out, small(1));
        using held = await HeldTraining.of(out, 1);
        await cluster.save(`${job}_0`);
        await cluster.do("kill-ctl");
        const { states: [state], silence } = await cluster.hastily(() =>
          studyStatus(join(out, "tiny"), SLURM)
        );
        assertMatch(silence!, /Cannot use Slurm: squeue said/);
        // The folder tells it.
        assertEquals([state!.state, state!.epochs], ["running", EPOCHS]);
        await cluster.do("start-ctl");
        // It takes a second to answer; who follows the study would rest nine for that.
        await SLURM.queue(out);
        held.goOn();
        await followed(out);
        assertEquals(startsOf(logOf(out)), 1);
        assertSame(out, "/small/cnn/synthetic/1/");
      });

      await t.step("go on elsewhere when a node dies, or is cut off and works on", async () => {
        const [dead, cut] = [join(folder, "dead"), join(folder, "cut")];
        await submit(dead, small(1));
        using _held = await HeldTraining.of(dead, 1);
        const { node } = await stateOf(dead, "small/cnn 1");
        await submit(cut, small(1), { sbatch: [`exclude=${node}`] });
        using held = await HeldTraining.of(cut, 1);
        const { node: other } = await stateOf(cut, "small/cnn 1");
        await cluster.do("crash-node", node!);
        // Here the slurmd dies and the training does not.
        await cluster.do("kill-node", other!);
        await until("replacement", () => startsOf(logOf(cut)) === 2);
        held.goOn();
        await Promise.all([followed(dead), followed(cut)]);
        assertEquals(startsOf(logOf(dead)), 2);
        for (const out of [dead, cut]) assertSame(out, "/small/cnn/synthetic/1/");
        // One of the two has trained it, and the other has seen that.
        await until("end of both", () => logOf(cut).match(/ status 0$/gm)?.length === 2);
        assertEquals(logOf(cut).match(/ (trained|kept)$/gm)!.toSorted(), [" kept", " trained"]);
        for (const name of [node!, other!]) await cluster.do("start-node", name);
      });

      await t.step("leave a run to the laptop that is at work on it, and otherwise", async () => {
        const out = join(folder, "laptop");
        const options = { out, jobs: 1, worker: WORKER };
        const laptop = runStudy(small(1), options);
        using here = await HeldTraining.of(out, 1);
        assertEquals((await submit(out, small(1, 2))).runs, 1);
        using there = await HeldTraining.of(out, 2);
        here.goOn();
        assertEquals((await laptop).jobs.map(({ ending }) => ending.status), ["trained"]);
        const { jobs: [job] } = await runStudy(small(2), options);
        assertEquals(job!.ending.status, "busy");
        there.goOn();
        await followed(out);
        assertSame(out, "/small/");
      });

      await t.step("make way for what is more urgent, and come back", async () => {
        const out = join(folder, "preempted");
        await submit(out, small(1));
        // Held until Slurm lets it go on, which it does before it tells it to end.
        using _held = await HeldTraining.of(out, 1);
        const { node } = await stateOf(out, "small/cnn 1");
        // All that runs on this node has to make way.
        const cores = `--cpus-per-task=${navigator.hardwareConcurrency}`;
        const urgent = ["--partition=high", `--nodelist=${node}`, cores, "--mem=10M"];
        await call("sbatch", ...urgent, "--output=/dev/null", "--wrap=true");
        await followed(out);
        assertMatch(logOf(out), /saved: Stopped by SIGTERM\n[^]* task \d+_0 on [^]*trained\n/);
        assertSame(out, "/small/cnn/synthetic/1/");
      });

      const { disk } = cluster;
      await t.step({
        name: "outlive a full disk" + (disk === null ? " (skipped: none can be mounted here)" : ""),
        ignore: disk === null,
        fn: async () => {
          const out = disk!;
          await submit(out, small(1));
          using held = await HeldTraining.of(out, 1);
          const filler = join(out, "filler");
          await new Deno.Command("dd", {
            args: ["if=/dev/zero", `of=${filler}`, "bs=4k"],
            stderr: "null",
          }).output();
          held.goOn();
          const { states: [state] } = await followed(out);
          assert(["failed", "interrupted"].includes(state!.state), state!.state);
          assertMatch(logOf(out), /failed: Cannot write .*, on a disk with space/);
          Deno.removeSync(filler);
          assertEquals((await submit(out, small(1))).runs, 1);
          await followed(out);
          assertSame(out, "/small/cnn/synthetic/1/");
        },
      });

      await t.step({
        name: "train a table of the report on MOSEI" +
          (exists(MOSEI) ? "" : " (skipped: no ../shared/data/mosei_video.pkl)"),
        ignore: !exists(MOSEI),
        fn: async () => {
          const table = STUDIES.find(({ name }) => name === "report-table-6")!;
          const study = { ...withSettings(table, { epochs: 1 }), data: [MOSEI], seeds: [1] };
          const here = runStudy(study, { out: local, jobs: 2, worker: WORKER });
          const out = join(folder, "mosei");
          const { tasks } = await submitStudy(study, SLURM, { out, worker: WORKER });
          // A fit by a formula shares a task with the network that comes after it.
          assert(tasks < 4, `${tasks} tasks`);
          await follow(join(out, study.name));
          await here;
          const wanted = resultsOf(local, study.name);
          assertEquals(Object.keys(wanted).length, 17);
          assertEquals(resultsOf(out, study.name), wanted);
        },
      });
    });
  },
});
