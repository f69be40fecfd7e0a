/** What the commands say and refuse about a cluster, where there is none. */

import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import { exists } from "../../lib/core/files.ts";
import { withFolder } from "../training/small.ts";
import { assertFails, lastJson, runTask } from "./run_task.ts";

const DATA = "synthetic:n=12,seed=1,text=4,audio=3,vision=3,audioSteps=3,visionSteps=3";

/** A study whose file says how a cluster runs it. */
function writeStudyFile(folder: string): string {
  const path = join(folder, "tiny.json");
  const slurm = { sbatch: ["partition=cpu", "time=20"], perTask: 1, atOnce: 3 };
  writeJsonAtomic(path, { models: ["constant", "svm"], seeds: [1, 2], data: [DATA], slurm });
  return path;
}

Deno.test("study --on slurm --dry-run prints the script, by the file and the flags, and writes nothing", async () => {
  await withFolder(async (folder) => {
    const file = writeStudyFile(folder);
    const out = join(folder, "out");
    const call = (...flags: string[]) =>
      runTask("study", file, "--on", "slurm", "--dry-run", "--out", out, ...flags);
    const plain = await call();
    assertEquals(plain.code, 0, plain.stderr);
    assertMatch(
      plain.stdout,
      /#SBATCH --partition=cpu\n#SBATCH --time=20\n#SBATCH --array=0-3%3\n/,
    );
    assertMatch(plain.stderr, /4 runs in 4 tasks: nothing was handed in/);
    const setup = join(folder, "setup.sh");
    Deno.writeTextFileSync(setup, "module load deno\n");
    const flags = ["--sbatch", "partition=gpu", "--per-task", "2", "--at-once", "1"];
    const more = await call(...flags, "--setup", setup, "--json");
    assertMatch(more.stdout, /=cpu\n.*\n#SBATCH --partition=gpu\n#SBATCH --array=0-1%1\n/);
    assertMatch(more.stdout, /^module load deno$/m);
    const { jobs, runs, tasks } = lastJson(more.stdout);
    assertEquals([jobs, runs, tasks], [[], 4, 2]);
    assertEquals(exists(out), false);
    const search = await runTask(
      ...["search", "--model", "svm", "--trials", "3", "--space", "cost=1,2,3"] as const,
      ...["--data", DATA, "--on", "slurm", "--dry-run", "--out", out],
    );
    assertMatch(search.stdout, /#SBATCH --job-name=search-svm\n/);
  });
});

Deno.test("study and search refuse what a cluster cannot do, before anything is written", async () => {
  await withFolder(async (folder) => {
    const file = writeStudyFile(folder);
    const out = ["--out", join(folder, "out")];
    const call = (...args: string[]) => runTask("study", ...args, ...out);
    assertFails(await call(file, "--wait"), 2, /Cannot use --wait on this machine: expected --on/);
    assertFails(await call(file, "--sbatch", "time=3"), 2, /Cannot use --sbatch on this machine/);
    const on = ["--on", "slurm"];
    assertFails(
      await call(file, ...on, "--sbatch", "array=3"),
      2,
      /"--array=3".* sets --array itself/,
    );
    assertFails(await call(file, ...on, "--per-task", "0"), 2, /a whole number of 1 or more/);
    assertFails(
      await call(file, ...on, "--setup", "/none.sh"),
      2,
      /Cannot read --setup "\/none\.sh"/,
    );
    assertFails(await call(file, "--on", "slurn"), 2, /did you mean "slurm"/);
    assertFails(await call(file, folder), 2, /Unexpected argument .* status, cancel, table/);
    assertFails(await call("status"), 2, /Missing FOLDER after study status/);
    assertFails(await call("cancel", folder), 2, /there is no study\.json in it/);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["tiny.json"]);
    const bad = join(folder, "bad.json");
    writeJsonAtomic(bad, { models: ["svm"], data: [DATA], slurm: { perTask: 0 } });
    assertFails(await call(bad), 2, /perTask is 0, expected a whole number of 1 or more/);
    writeJsonAtomic(bad, { models: ["svm"], data: [DATA], slurm: { partition: "gpu" } });
    assertFails(await call(bad), 2, /Unknown key of slurm "partition"/);
  });
});

Deno.test("study status and table tell of a study that this machine has trained", async () => {
  await withFolder(async (folder) => {
    const file = writeStudyFile(folder);
    const out = join(folder, "out");
    const flags = ["--out", out, "--engine", "cpu"];
    const trained = await runTask("study", file, "--seeds", "1", ...flags);
    assertEquals(trained.code, 0, trained.stderr);
    const status = await runTask("study", "status", join(out, "tiny"), "--json");
    assertMatch(status.stdout, /^tiny: 2 runs, 2 finished$/m);
    assertMatch(status.stdout, /^defaults\/svm 1 +finished/m);
    const { counts, runs } = lastJson(status.stdout) as { counts: unknown; runs: unknown[] };
    assertEquals([counts, runs.length], [{ finished: 2 }, 2]);
    // The folder above is as good.
    const table = await runTask("study", "table", out);
    assertEquals([table.code, table.stdout], [0, trained.stdout]);
  });
});
