import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/core/errors.ts";
import type { TaskArray } from "../../../lib/studies/mod.ts";
import { batchScript } from "../../../lib/studies/schedulers/slurm_script.ts";

function script(more: Partial<TaskArray> = {}): string {
  return batchScript({
    ...{ name: "tiny", folder: "/home/me/runs/tiny/slurm/001", tasks: 12, setup: "" },
    ...{ options: [], environment: {}, command: ["/opt/deno", "run", "it's.ts"] },
    ...more,
  });
}

function noticeOf(text: string): number {
  return Number(/USR2@(\d+)/.exec(text)![1]);
}

Deno.test("a batch script has the user's options between what may and what may not be changed", () => {
  const lines = script({
    options: ["partition=gpu", "--gres=gpu:1", "job-name=mine"],
    setup: "#!/bin/bash\n#SBATCH --account=lab\nmodule load cuda\n#SBATCH -p debug\n",
    environment: { DENO_DIR: "/home/my self/deno" },
    atOnce: 4,
  }).split("\n");
  assertEquals(lines.slice(0, 11), [
    "#!/bin/bash",
    "#SBATCH --job-name=tiny",
    "#SBATCH --account=lab",
    "#SBATCH -p debug",
    "#SBATCH --partition=gpu",
    "#SBATCH --gres=gpu:1",
    "#SBATCH --job-name=mine",
    "#SBATCH --array=0-11%4",
    "#SBATCH --output=/home/me/runs/tiny/slurm/001/%a.log",
    "#SBATCH --open-mode=append",
    "#SBATCH --requeue",
  ]);
  assert(lines.includes("export DENO_DIR='/home/my self/deno'"));
  assert(lines.indexOf("module load cuda") < lines.findIndex((line) => line.startsWith("trap")));
  assertEquals(lines.filter((line) => line.startsWith("#!")).length, 1);
  assert(
    lines.some((line) => line.includes("/opt/deno run 'it'\\''s.ts' \"$SLURM_ARRAY_TASK_ID\"")),
  );
});

Deno.test("a batch script refuses options that a study sets itself, in all their forms", () => {
  for (const option of ["array=1", "--signal=USR1@9", "no-requeue", "output=x", "wrap=ls"]) {
    assertThrows(() => script({ options: [option] }), UsageError, "it sets --");
  }
  for (const line of ["--array 0-3", "-a 0-3", "-p gpu -o x.log", "--open-mode=truncate"]) {
    assertThrows(() => script({ setup: `#SBATCH ${line}` }), UsageError, "it sets --");
  }
  script({ setup: "#SBATCH -p gpu -A lab --time=1:00:00\n# not --array of ours" });
});

Deno.test("the notice before the end of a time limit leaves three quarters of a short one", () => {
  const limits = { "60": 120, "4": 60, "1:20": 20, "0:06:00": 90, "1-0": 120, "0-00:02": 30 };
  for (const [limit, notice] of Object.entries(limits)) {
    assertEquals(noticeOf(script({ options: [`time=${limit}`] })), notice, limit);
    assertEquals(noticeOf(script({ setup: `#SBATCH -t ${limit}` })), notice, limit);
  }
  assertEquals(noticeOf(script()), 120);
  assertEquals(noticeOf(script({ options: ["time=60", "time=4"] })), 60, "the later counts");
});

/** Runs the script as Slurm does, with programs that stand for its own and for the task. */
async function run(
  task: string,
  signals: readonly Deno.Signal[] = [],
  requeue = "kill -9 $PPID",
) {
  const folder = Deno.makeTempDirSync();
  const put = (name: string, text: string) =>
    Deno.writeTextFileSync(`${folder}/${name}`, `#!/bin/bash\n${text}`, { mode: 0o755 });
  put("scontrol", `echo "$@" >>${folder}/asked; ${requeue}`);
  put("task", `echo "$@" >${folder}/started\n${task}`);
  put("script.sh", script({ command: [`${folder}/task`, "plan.json"] }));
  const child = new Deno.Command("setsid", { // a group of processes of its own
    args: ["bash", `${folder}/script.sh`],
    env: {
      ...{ SLURM_ARRAY_JOB_ID: "7", SLURM_ARRAY_TASK_ID: "3", SLURM_CPUS_ON_NODE: "2" },
      PATH: `${folder}:${Deno.env.get("PATH")}`,
    },
    stderr: "null",
  }).spawn();
  const read = (name: string) => {
    try {
      return Deno.readTextFileSync(`${folder}/${name}`).trim();
    } catch {
      return null;
    }
  };
  while (read("started") === null) await new Promise((next) => setTimeout(next, 10));
  await new Promise((next) => setTimeout(next, 100));
  for (const signal of signals) child.kill(signal);
  const { code } = await child.status;
  const [started, asked] = [read("started"), read("asked")];
  Deno.removeSync(folder, { recursive: true });
  return { code, started, asked };
}

Deno.test({
  name:
    "a batch script waits for its task whatever comes, and queues again one that wants to go on",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const plain = await run("exit 1");
    assertEquals(plain, { code: 1, started: "plan.json 3 2", asked: null });
    const saves = "trap 'sleep 0.3; exit 75' USR2; while :; do sleep 0.05; done";
    assertEquals((await run(saves, ["SIGUSR2"])).asked, "requeue 7_3");
    // It came before the task listened.
    assertEquals((await run("sleep 60 & exec sleep 60", ["SIGUSR2"])).asked, "requeue 7_3");
    // Slurm then tells all processes to end, this shell too, and waits for it before anything else.
    const told = '[ "$(wc -l <"${0%/*}/asked")" -gt 1 ] && kill -9 $PPID\n' +
      "(sleep 0.2; kill -TERM -- -$PPID) &";
    const again = await run(saves, ["SIGUSR2"], told);
    assertEquals([again.code, again.asked], [143, "requeue 7_3"]);
    const cancelled = await run(
      "trap 'sleep 0.3; exit 143' TERM; kill -TERM $PPID; (sleep 0.2; kill -TERM $$) & while :; do sleep 0.05; done",
    );
    assertEquals([cancelled.code, cancelled.asked], [143, null]);
  },
});

Deno.test("the script of a task gives it the name that its locks carry", () => {
  assertMatch(script(), /^export MSA_JOB=\$\{SLURM_ARRAY_JOB_ID\}_\$\{SLURM_ARRAY_TASK_ID\}$/m);
});
