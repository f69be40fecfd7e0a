import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { writeJsonAtomic } from "../../lib/core/files.ts";
import { Watcher } from "../../lib/watch/snapshot.ts";
import { makeRun, withRuns } from "./made_folder.ts";

Deno.test("a watcher tells runs that run from those whose process has ended", async () => {
  await withRuns(async (out) => {
    makeRun(out, "cnn", 1111);
    makeRun(out, "cnn", 1112, { status: "running", isAlive: true });
    makeRun(out, "cnn", 1113, { status: "running" });
    makeRun(out, "cnn", 1114, { status: "failed", message: "the loss is NaN" });
    const { runs, problems } = await new Watcher(out).read();
    assertEquals(problems, []);
    assertEquals(runs.map(({ name, state }) => [name, state]), [
      ["cnn/mosi/1112", "running"],
      ["cnn/mosi/1114", "failed"],
      ["cnn/mosi/1113", "interrupted"],
      ["cnn/mosi/1111", "finished"],
    ]);
    const [running, failed, ended] = runs;
    // Seven epochs of 4 seconds at most.
    assertEquals([running!.epoch, running!.epochs, running!.secondsLeft], [3, 10, 28]);
    assertEquals(failed!.reason, "the loss is NaN");
    assertEquals([ended!.reason, ended!.secondsLeft], ["its process has ended", undefined]);
  });
});

Deno.test("a watcher sees new epochs, a run that ends, and one that is trained again", async () => {
  await withRuns(async (out) => {
    const watcher = new Watcher(join(out, "runs"));
    assertEquals((await watcher.read()).runs, []);
    const look = async () => (await watcher.read()).runs.map(({ state, epoch }) => [state, epoch]);
    const runs = join(out, "runs");
    makeRun(runs, "cnn", 1111, { status: "running", isAlive: true, errors: [1] });
    assertEquals(await look(), [["running", 1]]);
    makeRun(runs, "cnn", 1111, { status: "running", isAlive: true, errors: [1, 2] });
    assertEquals(await look(), [["running", 2]]);
    const path = makeRun(runs, "cnn", 1111);
    assertEquals(await look(), [["finished", 3]]);
    makeRun(runs, "cnn", 1111, { errors: [1, 2, 3, 4] });
    Deno.utimeSync(join(path, "run.json"), new Date(), new Date(Date.now() + 5000));
    assertEquals(await look(), [["finished", 4]]);
  });
});

Deno.test("a watcher passes over what is damaged or half made", async () => {
  await withRuns(async (out) => {
    const path = makeRun(out, "cnn", 1111);
    Deno.writeTextFileSync(join(path, "run.json"), '{"status":');
    Deno.mkdirSync(join(out, "cnn", "mosi", "1112"));
    writeJsonAtomic(join(out, "cnn", "mosi", "1112", "config.json"), {});
    makeRun(out, "cnn", 1113);
    const { runs } = await new Watcher(out).read();
    assertEquals(runs.map(({ seed }) => seed), [1113]);
    Deno.writeTextFileSync(join(out, "study.json"), "[]");
    const { problems } = await new Watcher(out).read();
    assertEquals(problems.length, 1);
    assertMatch(problems[0]!, /study\.json/);
  });
});

Deno.test("a watcher has the grid of a study, with runs that are not begun, and their logs", async () => {
  await withRuns(async (out) => {
    const study = join(out, "tiny");
    const cell = (slug: string, model: string) => ({ slug, label: slug, model, settings: {} });
    const definition = {
      name: "tiny",
      title: "A tiny study",
      cells: [cell("a", "cnn"), cell("b", "self-mm")],
      seeds: [1111, 1112],
      data: ["mosi.pkl"],
    };
    Deno.mkdirSync(study);
    writeJsonAtomic(join(study, "study.json"), definition);
    makeRun(join(study, "a"), "cnn", 1111);
    makeRun(join(study, "b"), "self-mm", 1111, { status: "running", isAlive: true });
    const job = {
      slug: "b",
      model: "self-mm",
      seed: 1111,
      data: "mosi.pkl",
      out: join(study, "b"),
    };
    const array = join(study, "slurm", "001");
    Deno.mkdirSync(array, { recursive: true });
    writeJsonAtomic(join(array, "plan.json"), { made: "", slices: [[job]], worker: {} });
    Deno.writeTextFileSync(join(array, "0.log"), "epoch 3\n");
    const { studies: [found], runs } = await new Watcher(out).read();
    assertEquals([found!.title, found!.name], ["A tiny study", "tiny"]);
    const squares = found!.states.map(({ cell, seed, state }) => `${cell} ${seed} ${state}`);
    assertEquals(squares, [
      "a/cnn 1111 finished",
      "b/self-mm 1111 running",
      "a/cnn 1112 open",
      "b/self-mm 1112 open",
    ]);
    const logged = runs.find(({ model }) => model === "self-mm")!;
    assert(logged.log?.endsWith("0.log"), logged.log);
  });
});
