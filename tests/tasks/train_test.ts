import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { exists } from "../../lib/core/files.ts";
import { lockFolder } from "../../lib/core/lock.ts";
import { findModel, MODELS } from "../../mod.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { COMMAND } from "../../tasks/train.ts";
import { floatsIn, makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { assertFails, contentOf, lastJson, runTask, type TaskResult } from "./run_task.ts";
import { withFolder } from "../training/small.ts";
import { SHORT, train } from "./short_train.ts";
import { FULL_LOCK } from "../full_lock.ts";

Deno.test("train writes a run folder for each seed and one JSON object in the last line", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const { code, stdout, stderr } = await train(folder, "self-mm", data, "--seeds=5,6", "--json");
  assertEquals(code, 0, stderr);
  assertMatch(stderr, /^self-mm seed 5: epoch 1\/2, loss \d/m);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines[0], "test: self-mm on mosi");
  assertMatch(lines[2]!, /^seed +MAE +Corr +Acc-2 \(neg\/non-neg\)/);
  assertEquals(lines.map((line) => line.split(/ {2,}/)[0]).slice(3, 6), ["5", "6", "mean ± sd"]);
  assertMatch(
    stderr,
    /^self-mm seed 6: all 2 epochs, best [12] \(valid MAE \d\.\d{4}\), \d+\.\d s$/m,
  );
  assertMatch(stderr, /^Runs are in .*\/self-mm\/mosi\/5 … .*\/self-mm\/mosi\/6$/m);
  const { runs } = lastJson(stdout) as { runs: Record<string, unknown>[] };
  assertEquals(runs.map(({ seed }) => seed), [5, 6]);
  const [run] = runs;
  assertEquals(Object.keys(run!), [
    "model",
    "dataset",
    "seed",
    "path",
    "engine",
    "device",
    "parameters",
    "epochs",
    "bestEpoch",
    "valid",
    "test",
    "seconds",
    "epochSeconds",
    "samplesPerSecond",
    "peakRssBytes",
  ]);
  const path = folder.at("runs/self-mm/mosi/5");
  assertEquals([run!["path"], run!["model"], run!["dataset"]], [path, "self-mm", "mosi"]);
  assertEquals(Object.keys(run!["seconds"] as object), ["load", "train", "evaluate"]);
  assertEquals((run!["epochSeconds"] as number[]).length, 2);
  assertEquals([...Deno.readDirSync(path)].map(({ name }) => name).sort(), [
    "checkpoint",
    "config.json",
    "history.jsonl",
    "labels.csv",
    "metrics.json",
    "model.safetensors",
    "predictions.csv",
    "run.json",
  ]);
  const read = (name: string) => Deno.readTextFileSync(join(path, name));
  assertEquals(JSON.parse(read("metrics.json")), { valid: run!["valid"], test: run!["test"] });
  assertMatch(read("predictions.csv"), /^split,id,label,prediction\nvalid,valid\$_\$0,-1.5,/);
  assertMatch(read("labels.csv"), /^id,label,text,audio,vision\ntrain\$_\$0,-1.5,/);
  assertEquals(read("history.jsonl").trimEnd().split("\n").length, 2);
  const config = JSON.parse(read("config.json"));
  assertEquals([config.batchSize, config.epochs, config.seed, config.H], [2, 2, 5, 3]);
  const record = JSON.parse(read("run.json"));
  assertEquals([record.status, record.engine, record.seed], ["finished", "cpu", 5]);
  assertEquals(record.commandLine.slice(0, 3), ["train", "--model", "self-mm"]);
});

Deno.test("train --jobs ends in the bytes of one after the other, and past a seed that fails", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const inTurn = await train(folder, "self-mm", data, "--seeds=5,6");
  assertEquals(inTurn.code, 0, inTurn.stderr);
  const at = (runs: string, seed: number, file: string) =>
    folder.at(`${runs}/self-mm/mosi/${seed}/${file}`);
  const flags = [
    "--seeds=5,6,7",
    "--jobs=2",
    "--tensorboard",
    "--json",
    `--out=${folder.at("two")}`,
  ];
  // One that was stopped, and is not asked to go on.
  Deno.mkdirSync(at("two", 7, ""), { recursive: true });
  for (
    const [file, more] of [["config.json", {}], ["run.json", { status: "interrupted" }]] as const
  ) {
    const found = JSON.parse(Deno.readTextFileSync(at("runs", 6, file)));
    const text = JSON.stringify({ ...found, ...more, seed: 7 });
    Deno.writeTextFileSync(at("two", 7, file), text);
  }
  const words = ["--model", "self-mm", "--data", data, ...SHORT, ...flags];
  const together = await runTask("train", ...words);
  assertEquals(together.code, 1, together.stderr);
  assertMatch(together.stderr, /^\[3\/3\] /m);
  assertMatch(together.stderr, /^failed: self-mm 7: .*unfinished run/m);
  const { runs, failed } = lastJson(together.stdout) as {
    runs: { seed: number; path: string }[];
    failed: { run: string }[];
  };
  assertEquals(runs.map(({ seed, path }) => [seed, path]), [
    [5, at("two", 5, "").slice(0, -1)],
    [6, at("two", 6, "").slice(0, -1)],
  ]);
  assertEquals(failed.map(({ run }) => run), ["self-mm 7"]);
  for (const seed of [5, 6]) {
    for (const file of ["model.safetensors", "predictions.csv", "metrics.json", "labels.csv"]) {
      assertEquals(
        Deno.readFileSync(at("two", seed, file)),
        Deno.readFileSync(at("runs", seed, file)),
      );
    }
    const names = [...Deno.readDirSync(at("two", seed, ""))].map(({ name }) => name);
    assert(names.some((name) => name.startsWith("events.out.tfevents")), names.join());
  }
});

Deno.test("train keeps a finished run, and puts other settings and other data beside it", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const first = await train(folder, "self-mm", data, "--json");
  const before = contentOf(folder.at("runs"));
  const second = await train(folder, "self-mm", data, "--json", "--modalities=vision,text,audio");
  assertEquals([second.code, lastJson(second.stdout)], [0, lastJson(first.stdout)]);
  assertMatch(second.stderr, /runs\/self-mm\/mosi\/1111 is finished: kept as it is/);
  assertEquals(contentOf(folder.at("runs")), before);
  const other = ["--set", "H=2", "--json"];
  const beside = await train(folder, "self-mm", data, ...other);
  assertMatch(beside.stderr, /Another configuration is there: this one goes to SEED~H=2/);
  assertEquals(pathsOf(beside), [folder.at("runs/self-mm/mosi/1111~H=2")]);
  const found = await train(folder, "self-mm", data, ...other);
  assertMatch(found.stderr, /1111~H=2 is finished: kept as it is/);
  const named = await train(folder, "self-mm", data, ...other, "--name", "half");
  assertEquals(pathsOf(named), [folder.at("runs/self-mm/mosi/1111~half")]);
  assertFails(
    await train(folder, "self-mm", data, "--set", "H=1", "--name", "half"),
    1,
    /another configuration \(H: there 2, wanted 1\), expected .* another --name or --out, or --over/,
  );
  folder.pickle(makeDataset(({ train }) => floatsIn(train.audio)[3] = 7), "mosi.pkl");
  const [changed] = pathsOf(await train(folder, "self-mm", data, "--json"));
  assertMatch(changed!, /runs\/self-mm\/mosi-[0-9a-f]{8}\/1111$/);
  const after = contentOf(folder.at("runs"));
  for (const [path, bytes] of Object.entries(before)) assertEquals(after[path], bytes, path);
});

Deno.test("train --overwrite replaces the first configuration, and nothing of it is left", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  await train(folder, "self-mm", data);
  const path = folder.at("runs/self-mm/mosi/1111");
  Deno.writeTextFileSync(join(path, "reads.jsonl"), "{}\n");
  const started = () => JSON.parse(Deno.readTextFileSync(join(path, "run.json"))).started;
  const before = started();
  const result = await train(folder, "self-mm", data, "--set", "H=2", "--overwrite", "--json");
  assertEquals([result.code, pathsOf(result)], [0, [path]], result.stderr);
  assertEquals(JSON.parse(Deno.readTextFileSync(join(path, "config.json"))).H, 2);
  assert(started() > before && !exists(join(path, "reads.jsonl")));
  assertEquals([...Deno.readDirSync(folder.at("runs/self-mm/mosi"))].length, 1);
  const both = await train(folder, "self-mm", data, "--overwrite", "--resume");
  assertFails(both, 2, /--overwrite with --resume: expected one of them/);
});

Deno.test("train --like RUN and --config RUN/config.json repeat a run, with what else is said", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const flags = ["--set", "H=2", "--modalities", "text,audio", "--seeds", "7"];
  const first = await train(folder, "self-mm", data, ...flags, "--json");
  const [run] = pathsOf(first);
  const weights = Deno.readFileSync(join(run!, "model.safetensors"));
  const again = async (...args: string[]) => {
    const result = await runTask("train", ...args, "--json");
    assertEquals(result.code, 0, result.stderr);
    const [path] = pathsOf(result);
    return {
      path,
      stderr: result.stderr,
      same: Deno.readFileSync(join(path!, "model.safetensors")),
    };
  };
  const like = await again("--like", run!, "--out", folder.at("like"));
  assertEquals(like.path, folder.at("like/self-mm/mosi/7"));
  assertEquals(like.same, weights);
  const config = ["--config", join(run!, "config.json"), "--data", data, "--engine", "cpu"];
  const told = await again(...config, "--out", folder.at("told"));
  assertEquals([told.path, told.same], [folder.at("told/self-mm/mosi/7"), weights]);
  const kept = await again("--like", run!, "--out", folder.at("runs"));
  assertMatch(kept.stderr, /mosi\/7 is finished: kept as it is/);
  const more = await again(
    "--like",
    run!,
    "--out",
    folder.at("runs"),
    "--seeds",
    "8",
    "--set",
    "H=1",
  );
  assertEquals(more.path, folder.at("runs/self-mm/mosi/8~H=1"));
  folder.pickle(makeDataset(({ train }) => floatsIn(train.audio)[3] = 7), "mosi.pkl");
  const changed = await again("--like", run!, "--out", folder.at("changed"));
  assertMatch(changed.stderr, /warning: ".*mosi.pkl" has changed: it is not what the run was/);
  const refused = (...args: string[]) => runTask("train", ...args);
  assertFails(await refused("--like", folder.at("none")), 1, /Cannot repeat .*: it holds no run/);
  assertFails(
    await refused("--like", run!, "--model", "cnn"),
    2,
    /Cannot train cnn like .* self-mm/,
  );
  assertFails(
    await refused("--like", run!, ...config),
    2,
    /with --config .*: expected one of them/,
  );
});

/** The folders of the runs that a command tells with `--json`. */
function pathsOf({ stdout }: TaskResult): string[] {
  return (lastJson(stdout)["runs"] as { path: string }[]).map(({ path }) => path);
}

Deno.test("train refuses a folder in which another process works, by its id", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  using _lock = lockFolder(folder.at("runs/constant/mosi/1111"));
  const message = new RegExp(`Cannot use .*1111": process ${Deno.pid} .* expected a folder`);
  assertFails(await train(folder, "constant", data), 1, message);
});

Deno.test("train stops on SIGINT with 130 and on SIGTERM with 143, and --resume goes on", async () => {
  using folder = new TestFolder();
  const data = "synthetic:n=400,seed=2";
  const args = ["--set", "batchSize=4", "--set", "epochs=1"];
  for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
    const stopped = await interrupted(folder, signal, ["--data", data, ...args]);
    assertEquals(stopped.code, status, stopped.stderr);
    assertMatch(stopped.stderr, /The run is saved: .*--resume.*\nStopped by SIG(INT|TERM)\n$/);
    const path = folder.at("runs/self-mm/synthetic/1111");
    const record = JSON.parse(Deno.readTextFileSync(join(path, "run.json")));
    assertEquals(record.status, "interrupted");
    assert(exists(join(path, "checkpoint/state.safetensors")));
  }
  assertFails(
    await train(folder, "self-mm", data, ...args),
    1,
    /unfinished .*--resume to continue/,
  );
  const resumed = await train(folder, "self-mm", data, ...args, "--resume", "--json");
  assertEquals(resumed.code, 0, resumed.stderr);
});

/** Trains until the first batches are done, then sends a signal. */
async function interrupted(folder: TestFolder, signal: Deno.Signal, args: string[]) {
  const out = ["--out", folder.at("runs"), "--model", "self-mm", "--resume"];
  const script = join(import.meta.dirname!, "../../tasks/train.ts");
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", FULL_LOCK, script, ...SHORT, ...args, ...out],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const output = child.stderr.pipeThrough(new TextDecoderStream());
  let stderr = "";
  let sent = false;
  const poll = setInterval(() => {
    if (sent || !exists(folder.at("runs/self-mm/synthetic/1111/.lock"))) return;
    sent = true;
    setTimeout(() => child.kill(signal), 50);
  }, 20);
  for await (const text of output) stderr += text;
  clearInterval(poll);
  return { code: (await child.status).code, stderr };
}

Deno.test("train puts --set over --config, and --epochs over both", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const settings = { batchSize: 4, H: 2, epochs: 3, postTextDropout: 0 };
  Deno.writeTextFileSync(folder.at("settings.json"), JSON.stringify(settings));
  const { code, stderr } = await train(
    folder,
    "self-mm",
    data,
    "--config",
    folder.at("settings.json"),
  );
  assertEquals(code, 0, stderr);
  const path = folder.at("runs/self-mm/mosi/1111/config.json");
  const config = JSON.parse(Deno.readTextFileSync(path));
  const { batchSize, H, epochs, postTextDropout, updateEpochs } = config;
  assertEquals([batchSize, H, epochs, postTextDropout, updateEpochs], [2, 2, 2, 0, 1]);
});

Deno.test("train warns of no setting that was not given", async () => {
  using folder = new TestFolder();
  const { code, stderr } = await train(
    folder,
    "constant",
    folder.pickle(makeDataset(), "mosi.pkl"),
  );
  assertEquals(code, 0);
  assertMatch(stderr, /^Runs are in \S+\n$/);
});

Deno.test("train warns of a run that is no better on valid than the mean label", async () => {
  using folder = new TestFolder();
  const call = (epochs: string, rate: string) =>
    runTask(
      ...["train", "--model", "cnn", "--data", "synthetic:n=64", "--out", folder.at(rate)] as const,
      ...["--runs", "1", "--engine", "cpu", "--epochs", epochs, "--set", "batchSize=8"],
      ...["--set", `learningRate=${rate}`],
    );
  const [wild, taught] = [await call("1", "1"), await call("8", "0.005")];
  assertMatch(
    wild.stderr,
    /^warning: cnn seed 1111 is no better on valid than constant, .*: MAE \d\S+, expected less than /m,
  );
  assertEquals([taught.code, /no better/.test(taught.stderr)], [0, false], taught.stderr);
});

Deno.test("train shows metrics on valid where there is no test split", async () => {
  using folder = new TestFolder();
  const { train: rows, valid } = makeDataset();
  const data = folder.pickle({ train: rows!, valid: valid! }, "mosi.pkl");
  const { code, stdout } = await train(folder, "constant", data, "--json");
  assertEquals([code, stdout.slice(0, 5)], [0, "valid"]);
  const { runs } = lastJson(stdout) as { runs: { test: object }[] };
  assertEquals(runs[0]!.test, {});
});

Deno.test("train --help names every model and takes every flag of the interface", () => {
  const help = COMMAND.flags.find(({ name }) => name === "model")!.help;
  for (const { name } of MODELS) assert(help.includes(name), `${name} is missing in the help`);
  const wanted =
    "model data seeds runs engine device protocol modalities nonfinite mode config set " +
    "epochs out resume json";
  const names = COMMAND.flags.map(({ name }) => name);
  assertEquals(wanted.split(" ").filter((name) => !names.includes(name)), []);
  const epochs = COMMAND.flags.find(({ name }) => name === "epochs")!.help;
  const { epochs: limit } = resolveConfig(findModel("self-mm"), "mosi", {});
  assert(epochs.includes(`default: ${limit}`));
});

Deno.test("train takes five seeds unless it is told, --runs a number of them, --seeds a list", async () => {
  await withFolder(async (out) => {
    const seedsOf = async (...args: string[]) => {
      const data = ["--data", "synthetic:n=32", "--engine", "cpu", "--out", out, "--json"];
      const result = await runTask("train", "--model", "constant", ...data, ...args);
      assertEquals(result.code, 0, result.stderr);
      const { runs } = lastJson(result.stdout) as { runs: { seed: number }[] };
      return { seeds: runs.map(({ seed }) => seed), stderr: result.stderr };
    };
    assertEquals((await seedsOf()).seeds, [1111, 1112, 1113, 1114, 1115]);
    assertEquals((await seedsOf("--runs", "2")).seeds, [1111, 1112]);
    const one = await seedsOf("--seeds", "5");
    assertEquals(one.seeds, [5]);
    assertMatch(one.stderr, /--seeds 5 is one run, with seed 5; 5 runs are --runs 5/);
    const both = ["--model", "svm", "--data", "synthetic", "--seeds", "1", "--runs", "2"];
    assertFails(
      await runTask("train", ...both),
      2,
      /--seeds 1 with --runs 2: expected one of them/,
    );
  });
});
