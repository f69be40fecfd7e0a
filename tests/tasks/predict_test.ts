import { assert, assertEquals, assertMatch } from "@std/assert";
import { exists } from "../../lib/core/files.ts";
import { parseCsv } from "../../lib/core/mod.ts";
import { readPredictions } from "../../lib/evaluation/mod.ts";
import {
  makeDataset,
  makeSplit,
  makeWide,
  numpy,
  type SplitEntries,
  TestFolder,
} from "../data/mmsa_file.ts";
import { COMMAND } from "../../tasks/predict.ts";
import { assertFails, contentOf, runTask, taskArguments } from "./run_task.ts";
import { train } from "./short_train.ts";

const CPU = ["--engine", "cpu"];

/** A folder with a dataset and a finished run on it. */
async function trained() {
  const folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const { code, stderr } = await train(folder, "self-mm", data);
  assertEquals(code, 0, stderr);
  return Object.assign(folder, { data, run: folder.at("runs/self-mm/mosi/1111") });
}

/** A split of which nobody knows the labels. */
function unlabelled(name: string, samples: number): SplitEntries {
  const { id, text, audio, vision } = makeSplit(name, samples);
  return { id: id!, text: text!, audio: audio!, vision: vision! };
}

Deno.test("predict gives the scores that the training wrote, bit by bit", async () => {
  using folder = await trained();
  const before = contentOf(folder.run);
  const { code, stdout, stderr } = await runTask(
    "predict",
    folder.run,
    "--data",
    folder.data,
    ...CPU,
  );
  assertEquals([code, stderr], [0, ""]);
  const { header, rows } = parseCsv(stdout, "stdout");
  assertEquals(header, ["id", "prediction"]);
  const written = readPredictions(`${folder.run}/predictions.csv`);
  assertEquals(rows.slice(8), written.map(({ id, prediction }) => [id, String(prediction)]));
  assertEquals(contentOf(folder.run), before);
});

Deno.test("predict needs no labels, and keeps the order of the file", async () => {
  using folder = await trained();
  const splits = { test: unlabelled("test", 3), train: unlabelled("train", 2) };
  const data = folder.pickle(splits, "new.pkl");
  const all = await runTask("predict", folder.run, "--data", data, ...CPU);
  assertEquals(all.code, 0, all.stderr);
  const rows = parseCsv(all.stdout, "stdout").rows;
  assertEquals(rows.map(([id]) => id), [
    "test$_$0",
    "test$_$1",
    "test$_$2",
    "train$_$0",
    "train$_$1",
  ]);
  const out = folder.at("deep/scores.csv");
  const one = ["--split", "train", "--out", out];
  const { code, stdout } = await runTask("predict", folder.run, "--data", data, ...CPU, ...one);
  assertEquals([code, stdout], [0, ""]);
  assertEquals(parseCsv(Deno.readTextFileSync(out), out).rows, rows.slice(3));
});

Deno.test("predict takes a store in the order of its file", async () => {
  using folder = await trained();
  const splits = { test: unlabelled("test", 3), train: unlabelled("train", 2) };
  const data = folder.pickle(splits, "new.pkl");
  await runTask("data_convert", data, folder.at("store"));
  const [fromPickle, fromStore] = [
    await runTask("predict", folder.run, "--data", data, ...CPU),
    await runTask("predict", folder.run, "--data", folder.at("store"), ...CPU),
  ];
  assertEquals(fromStore, fromPickle);
});

Deno.test("predict refuses what it cannot use, and leaves no file", async () => {
  using folder = await trained();
  folder.pickle(makeWide("text", 5), "wide.pkl");
  folder.pickle(makeDataset(({ valid }) => delete valid.audio), "silent.pkl");
  Deno.writeTextFileSync(folder.at("evil.pkl"), "cos\nsystem\n(S'true'\ntR.");
  folder.pickle({ test: unlabelled("test", 3) }, "new.pkl");
  const table: [string, string[], RegExp][] = [
    ["wide.pkl", [], /split "train": it has text of width 5, the run was trained on width 4/],
    ["silent.pkl", [], /Cannot use modality "audio" of ".*": split "valid" has text, vision only/],
    ["evil.pkl", [], /names "os.system"/],
    ["new.pkl", ["--split", "valid"], /lacks split "valid"/],
    ["no.pkl", [], /there is no such file or folder/],
    ["synthetic", [], /it has text of width 16, the run was trained on width 4/],
  ];
  for (const [name, args, message] of table) {
    const path = name === "synthetic" ? name : folder.at(name);
    const flags = ["--data", path, ...CPU, "--out", folder.at("scores.csv"), ...args];
    assertFails(await runTask("predict", folder.run, ...flags), 1, message);
  }
  assert(!exists(folder.at("scores.csv")));
  assertEquals([...Deno.readDirSync(folder.path)].filter(({ name }) => name.endsWith(".part")), []);
});

Deno.test("predict tells where it cannot write, and what is no run", async () => {
  using folder = await trained();
  const predict = (run: string, ...args: string[]) =>
    runTask("predict", run, "--data", folder.data, ...CPU, ...args);
  Deno.mkdirSync(folder.at("taken"));
  const wanted = "expected a path that can be written to";
  assertFails(
    await predict(folder.run, "--out", folder.at("taken")),
    1,
    new RegExp(`Cannot write ".*taken": it is a folder, ${wanted}`),
  );
  assertFails(
    await predict(folder.run, "--out", `${folder.data}/scores.csv`),
    1,
    new RegExp(`Cannot write ".*scores.csv": part of its path is a file, ${wanted}`),
  );
  const message = /Cannot open ".*no": it holds no run, expected the folder of a finished run/;
  assertFails(await predict(folder.at("no")), 1, message);
  assertFails(await predict(folder.at("no"), "--out", folder.at("new.csv")), 1, message);
  assert(!exists(folder.at("new.csv")));
});

Deno.test("predict ends well when its reader has seen enough", async () => {
  using folder = await trained();
  // Far more than a pipe holds.
  const id = Array.from({ length: 500 }, (_, i) => `${"clip".repeat(300)}$_$${i}`);
  const split = {
    id,
    text: numpy([id.length, 1, 4], new Float32Array(id.length * 4)),
    audio: numpy([id.length, 1, 2], new Float32Array(id.length * 2)),
    vision: numpy([id.length, 1, 3], new Float32Array(id.length * 3)),
  };
  const data = folder.pickle({ test: split }, "long.pkl");
  const child = new Deno.Command(Deno.execPath(), {
    args: taskArguments("predict", [folder.run, "--data", data, ...CPU]),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  await reader.cancel();
  const [{ code }, stderr] = await Promise.all([child.status, new Response(child.stderr).text()]);
  assert(!stderr.includes("error"), stderr);
  assertEquals(code, 0);
});

Deno.test("predict exits with 2 for wrong flags", async () => {
  assertFails(await runTask("predict"), 2, /Missing RUN/);
  assertFails(await runTask("predict", "run"), 2, /Missing --data/);
  assertFails(await runTask("predict", "run", "--output", "y"), 2, /did you mean "--out"\?/);
  const names = COMMAND.flags.map(({ name }) => name);
  for (const name of ["data", "split", "out", "engine", "device"]) assert(names.includes(name));
});

Deno.test("predict --help says that labels are not needed", async () => {
  assertMatch((await runTask("predict", "--help")).stdout, /--data PATH .*labels are not needed/);
});
