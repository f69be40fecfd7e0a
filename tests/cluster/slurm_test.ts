/**
 * Studies on a real Slurm of three nodes, and all that happens to them there. In one file, because
 * files are tested side by side in one process, and SLURM_CONF is the process's.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { exists } from "../../lib/core/files.ts";
import {
  cancelStudy,
  type ClusterStatus,
  followStudy,
  readStudy,
  runStudy,
  SLURM,
  STUDIES,
  studyStatus,
  type Submission,
  submitStudy,
  withSettings,
} from "../../lib/studies/mod.ts";
import { ROOT } from "../tasks/run_task.ts";
import { withFolder } from "../training/small.ts";
import {
  call,
  Cluster,
  epochsOf,
  HAS_SLURM,
  resultsOf,
  SKIPPED,
  smallRun,
  tinyStudy,
  until,
  WORKER,
} from "./slurm.ts";

const STUDY = tinyStudy();

function submit(out: string, more: object = {}): Promise<Submission> {
  const options = { out, worker: WORKER, perTask: 1, sbatch: ["time=5", "mem=200M"], ...more };
  return submitStudy(STUDY, SLURM, options);
}

function followed(out: string): Promise<ClusterStatus> {
  return followStudy(join(out, "tiny"), SLURM, { pause: 200 });
}

function logOf(out: string, index: number): string {
  return Deno.readTextFileSync(join(out, "tiny", "slurm", "001", `${index}.log`));
}

/** Waits until the second small network, whose task has the number of the whole array, trains. */
function training(out: string, seed = 2): Promise<void> {
  return until("epochs", () => epochsOf(smallRun(out, seed)) > 3);
}

Deno.test({
  name: `studies on Slurm${SKIPPED}`,
  ignore: !HAS_SLURM,
  fn: async (t) => {
    await withFolder(async (folder) => {
      await using cluster = await Cluster.start(join(folder, "cluster"), { NODE_TIMEOUT: "4" });
      const whole = join(folder, "whole");
      await runStudy(STUDY, { out: whole, jobs: 2, worker: WORKER });
      const wanted = resultsOf(whole);

      await t.step("end in the bytes of a local one, and nothing is handed in twice", async () => {
        const out = join(folder, "plain");
        // As by two people at the same time, on two machines.
        const both = await Promise.all([submit(out), submit(out)]);
        assertEquals(both.map(({ runs }) => runs).toSorted(), [0, 4]);
        const seen: string[] = [];
        const { states } = await followStudy(join(out, "tiny"), SLURM, {
          pause: 200,
          onEnd: ({ seed }, { status }) => seen.push(`${seed} ${status}`),
        });
        assertEquals(states.map(({ state }) => state), Array(4).fill("finished"));
        assertEquals(seen.toSorted(), ["1 trained", "1 trained", "2 trained", "2 trained"]);
        assertEquals(resultsOf(out), wanted);
        assertEquals((await submit(out)).jobs, [], "all are finished");
      });

      await t.step("save, are queued again and go on when the time limit is near", async () => {
        const out = join(folder, "notice");
        const { jobs: [job] } = await submit(out);
        await training(out);
        // What --signal=B:USR2@75 sends, without a minute of waiting. The last task has the number
        // of the whole array: only it is queued again.
        await call("scancel", "--batch", "--signal=USR2", `${job}_3`);
        await followed(out);
        assertMatch(
          logOf(out, 3),
          /saved: [^]*status 75[^]*task \d+_3 on [^]*trained\n[^]*status 0/,
        );
        assertEquals(logOf(out, 1).match(/^\S+ task /gm)!.length, 1, "others are not");
        assertEquals(resultsOf(out), wanted);
      });

      await t.step("save when one task is cancelled, and the same command goes on", async () => {
        const out = join(folder, "cancel");
        const { jobs: [job] } = await submit(out);
        await training(out);
        await call("scancel", `${job}_3`);
        const { states } = await followed(out);
        const { state, reason } = states.find(({ run }) => run === "small/cnn 2")!;
        assertEquals([state, reason], ["interrupted", "Stopped by SIGTERM"]);
        assertEquals(smallRun(out, 2).readRecord()!.status, "interrupted");
        assertEquals((await submit(out)).runs, 1, "what was finished is not handed in");
        await followed(out);
        assertEquals(resultsOf(out), wanted);
      });

      await t.step("save when all is cancelled", async () => {
        const out = join(folder, "cancelled");
        const { jobs } = await submit(out);
        await training(out, 1);
        assertEquals(await cancelStudy(join(out, "tiny"), SLURM), jobs);
        const { states } = await followed(out);
        assert(states.every(({ state }) => state !== "running" && state !== "waiting"));
        assertEquals(smallRun(out, 1).readRecord()!.status, "interrupted");
      });

      await t.step("go on while the controller restarts", async () => {
        const out = join(folder, "controller");
        const { jobs: [job] } = await submit(out);
        await training(out);
        await cluster.do("kill-ctl");
        const { states, silence } = await studyStatus(join(out, "tiny"), SLURM);
        assertMatch(silence!, /Cannot use Slurm: squeue said/);
        const running = states.find(({ run }) => run === "small/cnn 2")!;
        // Folders tell it where Slurm does not; it may be done while squeue still tries.
        assertMatch(running.state, /running|finished/);
        await cluster.do("start-ctl");
        await followed(out);
        assertEquals(resultsOf(out), wanted);
        assert(Number(job) > 0);
      });

      await t.step("go on elsewhere when a node dies, or is cut off and works on", async () => {
        const [dead, cut] = [join(folder, "dead"), join(folder, "cut")];
        const nodeOf = (job: string, index: number) =>
          call("squeue", "-h", "-r", "-j", `${job}_${index}`, "-o", "%N");
        const tasksOf = (
          out: string,
          index: number,
        ) => [...logOf(out, index).matchAll(/ task \d+_\d on .*, process (\d+)$/gm)];
        /** Holds the training of seed 1 where it is. */
        const hold = async (out: string) => {
          await training(out, 1);
          const pid = Number(tasksOf(out, 1)[0]![1]);
          Deno.kill(pid, "SIGSTOP");
          return pid;
        };
        const first = await submit(dead);
        await hold(dead);
        const node = await nodeOf(first.jobs[0]!, 1);
        const second = await submit(cut, { sbatch: ["time=5", "mem=200M", `exclude=${node}`] });
        const pid = await hold(cut);
        const other = await nodeOf(second.jobs[0]!, 1);
        // Here the slurmd dies and the training does not.
        await cluster.do("kill-node", other);
        await cluster.do("crash-node", node);
        try {
          await until("replacement", () => tasksOf(cut, 1).length === 2);
        } finally {
          Deno.kill(pid, "SIGCONT");
        }
        await Promise.all([followed(dead), followed(cut)]);
        assertEquals(tasksOf(dead, 1).length, 2);
        assertEquals([resultsOf(dead), resultsOf(cut)], [wanted, wanted]);
        // One of the two has trained it, and the other has seen that.
        await until("end of both", () => logOf(cut, 1).match(/status 0$/gm)?.length === 2);
        assertEquals(logOf(cut, 1).match(/ (trained|kept)$/gm)!.toSorted(), [" kept", " trained"]);
        for (const name of [node, other]) await cluster.do("start-node", name);
      });

      await t.step(
        "leave a run to the laptop that is at work on it, and the other way",
        async () => {
          const out = join(folder, "laptop");
          const stop = new AbortController();
          const local = runStudy({ ...STUDY, seeds: [2] }, {
            out,
            jobs: 2,
            worker: WORKER,
            signal: stop.signal,
          });
          await training(out);
          await submit(out);
          const { jobs } = await local;
          await followed(out);
          assert(jobs.every(({ ending }) => ["trained", "busy", "kept"].includes(ending.status)));
          assertEquals(resultsOf(out), wanted);
          const { groups } = readStudy(join(out, "tiny"));
          assertEquals(groups.flatMap(({ runs }) => runs).length, 4);
        },
      );
    });
  },
});

Deno.test({
  name: `a study makes way for others, outlives a full disk, and ends in the same bytes${SKIPPED}`,
  ignore: !HAS_SLURM,
  fn: async (t) => {
    await withFolder(async (folder) => {
      await using _cluster = await Cluster.start(join(folder, "cluster"));
      const whole = join(folder, "whole");
      await runStudy(STUDY, { out: whole, jobs: 2, worker: WORKER });
      const wanted = resultsOf(whole);

      await t.step("preemption", async () => {
        const out = join(folder, "preempted");
        const { jobs: [job] } = await submit(out);
        await training(out);
        const node = await call("squeue", "-h", "-r", "-j", `${job}_3`, "-o", "%N");
        // Held until Slurm lets it go on, which it does before it tells it to end.
        const [, pid] = /, process (\d+)$/m.exec(logOf(out, 3))!;
        Deno.kill(Number(pid), "SIGSTOP");
        // All that runs on this node has to make way.
        const cores = `--cpus-per-task=${navigator.hardwareConcurrency}`;
        const urgent = ["--partition=high", `--nodelist=${node}`, cores, "--mem=10M"];
        await call("sbatch", ...urgent, "--output=/dev/null", "--wrap=sleep 1");
        await followed(out);
        assertMatch(logOf(out, 3), /saved: Stopped by SIGTERM\n[^]* task \d+_3 on [^]*trained\n/);
        assertEquals(resultsOf(out), wanted);
      });

      const disk = join(folder, "disk");
      Deno.mkdirSync(disk);
      const mount = ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk];
      const { success } = await new Deno.Command("mount", { args: mount, stderr: "null" }).output();
      await t.step({
        name: success ? "a full disk" : "a full disk (skipped: none can be mounted here)",
        ignore: !success,
        fn: async () => {
          try {
            await submit(disk);
            await training(disk);
            const filler = join(disk, "filler");
            await new Deno.Command("dd", {
              args: ["if=/dev/zero", `of=${filler}`, "bs=4k"],
              stderr: "null",
            }).output();
            const { states } = await followed(disk);
            const small = states.filter(({ run }) => run.startsWith("small/"));
            assert(small.every(({ state }) => state !== "finished" && state !== "running"));
            assertMatch(logOf(disk, 3), /failed: Cannot write .*, on a disk with space/);
            Deno.removeSync(filler);
            assertEquals((await submit(disk)).runs, 2);
            await followed(disk);
            assertEquals(resultsOf(disk), wanted);
          } finally {
            await call("umount", "--lazy", disk);
          }
        },
      });
    });
  },
});

Deno.test({
  name: `an array above the limit of the site is cut into several${SKIPPED}`,
  ignore: !HAS_SLURM,
  fn: async () => {
    await withFolder(async (folder) => {
      await using _cluster = await Cluster.start(join(folder, "cluster"), { MAX_ARRAY: "3" });
      try {
        const cells = tinyStudy().cells.slice(0, 1);
        const study = { ...tinyStudy(), cells, seeds: [1, 2, 3, 4, 5, 6, 7] };
        const options = { out: folder, worker: WORKER, perTask: 1, sbatch: ["mem=200M"] };
        const { jobs, tasks } = await submitStudy(study, SLURM, options);
        assertEquals([jobs.length, tasks], [3, 7]);
        assertEquals((await submitStudy(study, SLURM, options)).jobs, []);
        const { states } = await followed(folder);
        assertEquals(states.map(({ state }) => state), Array(7).fill("finished"));
      } finally {
        Deno.env.delete("SLURM_TEST_MAX_ARRAY");
      }
    });
  },
});

const MOSEI = join(ROOT, "..", "shared", "data", "mosei_video.pkl");

Deno.test({
  name: "a table of the report on MOSEI ends in the bytes of a local one" +
    (exists(MOSEI) ? SKIPPED : " (skipped: no ../shared/data/mosei_video.pkl)"),
  ignore: !HAS_SLURM || !exists(MOSEI),
  fn: async () => {
    await withFolder(async (folder) => {
      await using _cluster = await Cluster.start(join(folder, "cluster"));
      const table = STUDIES.find(({ name }) => name === "report-table-6")!;
      const study = { ...withSettings(table, { epochs: 1 }), data: [MOSEI], seeds: [1] };
      const [local, slurm] = [join(folder, "local"), join(folder, "slurm")];
      await runStudy(study, { out: local, jobs: 2, worker: WORKER });
      const { tasks } = await submitStudy(study, SLURM, { out: slurm, worker: WORKER });
      // A fit by a formula shares a task with the network that comes after it.
      assert(tasks < 4, `${tasks} tasks`);
      await followStudy(join(slurm, study.name), SLURM, { pause: 200 });
      const wanted = resultsOf(local, study.name);
      assertEquals(Object.keys(wanted).length, 17);
      assertEquals(resultsOf(slurm, study.name), wanted);
    });
  },
});
