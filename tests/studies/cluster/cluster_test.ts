/** What is handed in to a cluster, where runs stand there, and waiting for their end. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { RunError, UsageError } from "../../../lib/core/errors.ts";
import { writeJsonAtomic } from "../../../lib/core/files.ts";
import { LOCK_FILE } from "../../../lib/core/lock.ts";
import {
  cancelStudy,
  followStudy,
  type Job,
  type JobState,
  parseDefinition,
  type StudyDefinition,
  studyStatus,
  type SubmitOptions,
  submitStudy,
  writeStudy,
} from "../../../lib/studies/mod.ts";
import { noteFailure, readPlan, slicesOf } from "../../../lib/studies/cluster/plan.ts";
import { RunFolder, type RunRecord } from "../../../lib/training/mod.ts";
import { withFolder } from "../../training/small.ts";
import { StandIn } from "./stand_in.ts";

const STUDY = parseDefinition({
  ...{ name: "tiny", models: ["constant", "cnn"], seeds: [1, 2], data: ["mosi.pkl"] },
}, "tiny");
const WORKER = { engine: "cpu", device: "auto", nonfinite: "zero", commandLine: [] } as const;

function submit(out: string, scheduler: StandIn, more: Partial<SubmitOptions> = {}) {
  return submitStudy(STUDY, scheduler, { out, worker: WORKER, perTask: 1, ...more });
}

/** Puts a run of the study at a place in its life. */
function put(job: Job, status: RunRecord["status"], more: object = {}): RunFolder {
  const run = RunFolder.at(job.out, job.model, "mosi", job.seed);
  writeJsonAtomic(run.file("config.json"), { epochs: 10 });
  writeJsonAtomic(run.file("run.json"), {
    ...{ status, data: { path: job.data }, message: "Stopped by SIGTERM" },
    summary: { valid: { mae: 0.5 }, seconds: { train: 7, evaluate: 1 } },
    ...more,
  });
  return run;
}

/** `state reason` of each run, by name. */
function told(states: readonly JobState[]): Record<string, string> {
  return Object.fromEntries(
    states.map(({ run, state, reason }) => [run, [state, reason].filter(Boolean).join(" ")]),
  );
}

Deno.test("submitStudy() hands in what is neither finished nor under way", async () => {
  await withFolder(async (out) => {
    const scheduler = new StandIn();
    const first = await submit(out, scheduler, { collector: (folder) => ["table", folder] });
    assertEquals([first.jobs, first.runs, first.tasks], [["1"], 4, 4]);
    // The table's job runs after the array.
    const folder = Deno.realPathSync(join(out, "tiny"));
    assertEquals(scheduler.handedIn[1], {
      path: join(folder, "slurm", "table", "script.sh"),
      after: ["1"],
    });
    assertEquals((await submit(out, scheduler)).jobs, []);
    const jobs = first.before.map(({ job }) => job);
    assert(
      jobs.every(({ data }) => data === join(Deno.cwd(), "mosi.pkl")),
      "a task may start elsewhere",
    );
    // One is finished, one was cancelled, one failed, one died in the queue.
    put(jobs[0]!, "finished");
    put(jobs[1]!, "interrupted");
    put(jobs[2]!, "failed");
    scheduler.tasks = [];
    const { states } = await studyStatus(folder, scheduler);
    assertEquals(told(states), {
      "defaults/constant 1": "finished",
      "defaults/cnn 1": "interrupted Stopped by SIGTERM",
      "defaults/constant 2": "failed Stopped by SIGTERM",
      "defaults/cnn 2": "open",
    });
    const again = await submit(out, scheduler);
    assertEquals([again.runs, again.jobs.length], [3, 1]);
    assertEquals(readPlan(join(folder, "slurm", "002")).slices.flat(), jobs.slice(1));
    assertEquals(await cancelStudy(folder, scheduler), [again.jobs[0]!]);
  });
});

Deno.test("submitStudy() cuts an array above the limit, and says what was handed in before an error", async () => {
  await withFolder(async (out) => {
    const scheduler = new StandIn();
    scheduler.most = 3;
    const seen = scheduler.submit.bind(scheduler);
    scheduler.submit = (path, after) => {
      if (scheduler.handedIn.length === 1) {
        scheduler.trouble = new RunError("Cannot use Slurm: QOS");
      }
      return seen(path, after);
    };
    const error = await assertRejects(() => submit(out, scheduler), RunError);
    assertMatch(error.message, /QOS; handed in before that: job 1 \(the same command hands in/);
    scheduler.trouble = null;
    scheduler.submit = seen;
    const rest = await submit(out, scheduler);
    assertEquals([rest.runs, scheduler.handedIn.length], [1, 2]);
  });
});

Deno.test("submitStudy() writes nothing where nothing can be right", async () => {
  await withFolder(async (out) => {
    const scheduler = new StandIn();
    const study = { ...STUDY, data: [] };
    const options = { out: join(out, "new"), worker: WORKER };
    await assertRejects(() => submitStudy(study, scheduler, options), UsageError, "it has no data");
    const setup = join(out, "none.sh");
    await assertRejects(
      () => submit(join(out, "new"), scheduler, { setup }),
      UsageError,
      "Cannot read --setup",
    );
    const dry = await submit(join(out, "new"), scheduler, { dryRun: true, perTask: 3 });
    assertEquals([dry.jobs, dry.tasks, dry.scripts.length], [[], 2, 1]);
    // A scheduler that does not answer might hold the runs already.
    scheduler.trouble = new RunError("Cannot use Slurm: no answer");
    assertEquals([...Deno.readDirSync(out)], []);
    await assertRejects(() => submit(out, scheduler), RunError, "no answer");
    assertEquals(scheduler.handedIn, []);
  });
});

Deno.test("slicesOf() keeps datasets apart, and fills a task to about a minute", () => {
  const jobs = ["a", "b"].flatMap((data) =>
    [1, 2, 3].flatMap((seed) =>
      ["constant", "cnn"].map((model): Job => ({
        ...{
          slug: "x",
          model,
          modalities: null,
          settings: {},
          seed,
          data,
          protocol: null,
          out: "",
        },
      }))
    )
  );
  const shape = (slices: Job[][]) =>
    slices.map((slice) => slice.map(({ model, data }) => `${data}${model[1]}`).join(" "));
  assertEquals(shape(slicesOf(jobs, 4)), ["ao an ao an", "ao an", "bo bn bo bn", "bo bn"]);
  // A floor takes no time, a network is taken to take minutes.
  assertEquals(shape(slicesOf(jobs, null)).slice(0, 3), ["ao an", "ao an", "ao an"]);
  // Unless it is known.
  assertEquals(slicesOf(jobs, null, () => 20).map((slice) => slice.length), [3, 3, 3, 3]);
});

Deno.test("runStates() tell who trains a run, by the scheduler, and by its folder where that is silent", async () => {
  await withFolder(async (out) => {
    const scheduler = new StandIn();
    const { before, folder } = await submit(out, scheduler);
    const [constant, cnn] = before.map(({ job }) => job);
    const run = put(cnn!, "running");
    const owner = { pid: 1, host: "node7", since: "2026-01-01T00:00:00Z", job: "1_1" };
    writeJsonAtomic(run.file(LOCK_FILE), owner);
    const epoch = { epoch: 4, valid: { mae: 0.25 }, seconds: { train: 2, valid: 1 } };
    Deno.writeTextFileSync(run.file("history.jsonl"), `${JSON.stringify(epoch)}\n`);
    scheduler.tasks[1] = { ...scheduler.tasks[1]!, isRunning: true, node: "node7" };
    const find = async () => {
      const { states, silence } = await studyStatus(folder, scheduler);
      const { job: _, log: __, path: ___, ...state } = states[1]!;
      return { ...state, silence };
    };
    const common = { run: "defaults/cnn 1", data: cnn!.data };
    const progress = { node: "node7", epoch: 4, epochs: 10, validMae: 0.25, secondsLeft: 18 };
    const running = { ...common, state: "running", ...progress };
    assertEquals(await find(), { ...running, silence: null } as never);
    scheduler.trouble = new RunError("Cannot use Slurm: no answer");
    assertEquals(await find(), { ...running, silence: "Cannot use Slurm: no answer" } as never);
    // Silent for minutes: dead, as far as folders can tell.
    Deno.utimeSync(run.file(LOCK_FILE), 1000, 1000);
    assertEquals((await find()).state, "interrupted");
    // Slurm says at once that nobody has it any more.
    Deno.utimeSync(run.file(LOCK_FILE), new Date(), new Date());
    scheduler.trouble = null;
    scheduler.tasks = [];
    assertEquals((await find()).state, "interrupted");
    noteFailure(join(folder, "slurm", "001"), 0, constant!, "Cannot read it");
    const { states } = await studyStatus(folder, scheduler);
    assertEquals(told(states)["defaults/constant 1"], "failed Cannot read it");
    assertEquals(states[0]!.log, join(folder, "slurm", "001", "0.log"));
  });
});

Deno.test("runStates() tell data of the same name apart from others, wherever they lie", async () => {
  await withFolder(async (out) => {
    const two: StudyDefinition = { ...STUDY, data: ["/home/me/mosi.pkl", "/home/me/mosei.pkl"] };
    const folder = join(out, "tiny");
    writeStudy(folder, two);
    const scheduler = new StandIn();
    const { states } = await studyStatus(folder, scheduler);
    put({ ...states[0]!.job, data: "D:/data/mosi.pkl" }, "finished");
    const { states: now } = await studyStatus(folder, scheduler);
    assertEquals(now.filter(({ state }) => state === "finished").map(({ data }) => data), [
      "/home/me/mosi.pkl",
    ]);
  });
});

Deno.test("followStudy() tells progress and ends, and waits through silence", async () => {
  await withFolder(async (out) => {
    const scheduler = new StandIn();
    const { before, folder } = await submit(out, scheduler);
    const jobs = before.map(({ job }) => job);
    const said: string[] = [];
    const script: (() => void)[] = [
      () => {
        put(jobs[0]!, "finished");
        scheduler.tasks.shift();
      },
      () => scheduler.trouble = new RunError("Cannot use Slurm: no answer"),
      () => scheduler.trouble = null,
      () => {
        for (const job of jobs.slice(1, 3)) put(job, "finished");
        put(jobs[3]!, "failed", { message: "a loss is NaN" });
        scheduler.tasks = [];
      },
    ];
    const queue = scheduler.queue.bind(scheduler);
    let looks = 0;
    scheduler.queue = () => {
      if (looks++ > 0) script.shift()?.();
      return queue();
    };
    const { states } = await followStudy(folder, scheduler, {
      pause: 1,
      onNote: (text) => said.push(text),
      onEnd: ({ model, seed }, ending) => {
        said.push(
          [model, seed, ending.status, "message" in ending ? ending.message : ""].join(" "),
        );
      },
    });
    assertEquals(said, [
      "constant 1 trained ",
      "Cannot use Slurm: no answer",
      "cnn 1 trained ",
      "constant 2 trained ",
      "cnn 2 failed a loss is NaN",
    ]);
    assertEquals(states.map(({ state }) => state), ["finished", "finished", "finished", "failed"]);
    const stop = new AbortController();
    stop.abort(new Error("enough"));
    scheduler.tasks = [{
      ...{ folder, index: 0, job: "9", name: "9_0", isRunning: false },
      node: "",
      reason: "",
    }];
    put(jobs[3]!, "running");
    const plans = join(folder, "slurm", "001");
    scheduler.tasks = [{ ...scheduler.tasks[0]!, folder: plans, index: 3 }];
    await assertRejects(
      () => followStudy(folder, scheduler, { signal: stop.signal }),
      Error,
      "enough",
    );
    // An interrupt that ends the scheduler's command first is no silence of the scheduler's.
    const late = new AbortController();
    scheduler.queue = () => {
      setTimeout(() => late.abort(new Error("interrupt")), 1);
      throw new RunError('Cannot use Slurm: squeue said "status 130"');
    };
    const onNote = () => assert(false);
    await assertRejects(
      () => followStudy(folder, scheduler, { signal: late.signal, onNote }),
      Error,
      "interrupt",
    );
  });
});

Deno.test("followStudy() tells what was finished before, and what has been trained before its first look", async () => {
  await withFolder(async (out) => {
    const scheduler = new StandIn();
    const { folder, before } = await submit(out, scheduler);
    const [kept, trained, failed] = before.map(({ job }) => job);
    for (const job of [kept!, trained!]) put(job, "finished");
    put(failed!, "failed", { message: "a loss is NaN" });
    scheduler.tasks = [];
    const said: string[] = [];
    await followStudy(folder, scheduler, {
      before: before.map((state, i) => i === 0 ? { ...state, state: "finished", path: "" } : state),
      onEnd: ({ model, seed }, { status }) => said.push(`${model} ${seed} ${status}`),
    });
    assertEquals(said, ["constant 1 kept", "cnn 1 trained", "constant 2 failed"]);
  });
});

Deno.test("runs on two files of one name are two, by the names that the study gives them", async () => {
  await withFolder(async (out) => {
    const data = ["a/u.pkl", "b/u.pkl"];
    const study = { ...STUDY, data, datasets: ["u", "u-01234567"], seeds: [1] };
    const scheduler = new StandIn();
    const { before, folder } = await submitStudy(study, scheduler, { out, worker: WORKER });
    const [first, , second] = before.map(({ job }) => job);
    assertEquals([first!.dataset, second!.dataset], study.datasets);
    const run = RunFolder.at(second!.out, second!.model, second!.dataset!, 1);
    const record = { status: "finished", data: { path: "b/u.pkl" } };
    writeJsonAtomic(run.file("run.json"), record);
    scheduler.tasks = [];
    const { states } = await studyStatus(folder, scheduler);
    assertEquals(states.map(({ state }) => state), ["open", "open", "finished", "open"]);
  });
});

Deno.test("the states of 10,000 runs take two files each, and one look at the queue", async () => {
  await withFolder(async (out) => {
    const seeds = Array.from({ length: 1000 }, (_, i) => i);
    const settings = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`s${i}`, {}]));
    const study = parseDefinition({
      name: "many",
      models: ["constant"],
      settings,
      seeds,
      data: ["mosi.pkl"],
    }, "");
    const scheduler = new StandIn();
    const handedIn = await submitStudy(study, scheduler, { out, worker: WORKER, perTask: 10 });
    assertEquals([handedIn.runs, handedIn.tasks], [10_000, 1000]);
    for (const { job } of handedIn.before.slice(0, 9000)) {
      const { path } = RunFolder.at(job.out, job.model, "mosi", job.seed);
      Deno.mkdirSync(path, { recursive: true });
      const record = { status: "finished", data: { path: job.data } };
      Deno.writeTextFileSync(join(path, "run.json"), JSON.stringify(record));
    }
    const { readTextFileSync } = Deno;
    let reads = 0;
    Deno.readTextFileSync = (...args) => {
      reads++;
      return readTextFileSync(...args);
    };
    try {
      const { states } = await studyStatus(handedIn.folder, scheduler);
      assertEquals(states.filter(({ state }) => state === "finished").length, 9000);
      assert(reads < 11_000, `${reads} reads`);
    } finally {
      Deno.readTextFileSync = readTextFileSync;
    }
  });
});
