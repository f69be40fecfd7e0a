import { assert, assertEquals, assertMatch } from "@std/assert";
import { floatsIn, makeDataset, makeSplit, makeWide, TestFolder } from "../data/mmsa_file.ts";
import { parseCsv } from "../../lib/core/csv.ts";
import { exists } from "../../lib/core/files.ts";
import { COMMAND } from "../../tasks/evaluate.ts";
import type { EvaluateResult } from "../../tasks/work/evaluate.ts";
import { assertFails, contentOf, lastJson, runTask } from "./run_task.ts";
import { train } from "./short_train.ts";

const CPU = ["--engine", "cpu"];

/** A folder with a dataset and a finished run on it. */
async function trained(model: "self-mm" | "constant" = "self-mm") {
  const folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  const { code, stderr } = await train(folder, model, data);
  assertEquals(code, 0, stderr);
  return Object.assign(folder, { data, run: folder.at(`runs/${model}/mosi/1111`) });
}

Deno.test("evaluate gives the metrics that the training wrote, and notes what it read", async () => {
  using folder = await trained();
  const before = contentOf(folder.run);
  const metrics = JSON.parse(Deno.readTextFileSync(`${folder.run}/metrics.json`));
  for (const split of ["test", "valid"]) {
    const flags = split === "test" ? [] : ["--split", split];
    const { code, stdout, stderr } = await runTask(
      "evaluate",
      folder.run,
      ...CPU,
      ...flags,
      "--json",
    );
    assertEquals([code, stderr], [0, ""]);
    assertEquals(lastJson(stdout), { run: folder.run, split, metrics: metrics[split] });
    assertMatch(stdout, new RegExp(`^${split} +value\\nMAE +\\d`));
  }
  const reads = `${folder.run}/reads.jsonl`;
  const lines = Deno.readTextFileSync(reads).trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(lines.map(({ split, data }) => [split, data]), [
    ["test", folder.data],
    ["valid", folder.data],
  ]);
  Deno.removeSync(reads);
  assertEquals(contentOf(folder.run), before);
});

Deno.test("evaluate takes several runs, or a folder of them, and gives each its name", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(makeDataset(), "mosi.pkl");
  assertEquals((await train(folder, "constant", data, "--seeds", "1,2")).code, 0);
  const { code, stdout, stderr } = await runTask("evaluate", folder.at("runs"), ...CPU, "--json");
  assertEquals([code, stderr.match(/^warning: all predictions are the same/gm)?.length], [0, 1]);
  const { runs } = lastJson(stdout) as unknown as { runs: EvaluateResult[] };
  assertEquals(
    runs.map(({ run }) => run),
    ["1", "2"].map((seed) => folder.at(`runs/constant/mosi/${seed}`)),
  );
  assertMatch(stdout, /^test +MAE +Corr .*\n1 +\d.*\n2 +\d/);
  const dropped = await runTask(
    ...["evaluate", folder.at("runs/constant/mosi/2"), folder.at("runs/constant/mosi/1")] as const,
    ...[...CPU, "--drop", "audio"],
  );
  assertMatch(dropped.stdout, /^test +MAE .*\n2, no audio +\d.*\n1, no audio +\d/);
});

Deno.test("evaluate takes other data, in another form", async () => {
  using folder = await trained();
  const { code, stderr } = await runTask("data_convert", folder.data, folder.at("store"));
  assertEquals(code, 0, stderr);
  const metrics = JSON.parse(Deno.readTextFileSync(`${folder.run}/metrics.json`)).test;
  const args = [folder.run, ...CPU, "--data", folder.at("store"), "--json"];
  const result = await runTask("evaluate", ...args);
  assertEquals(lastJson(result.stdout), { run: folder.run, split: "test", metrics });
});

Deno.test("evaluate needs the split that it evaluates, and no other", async () => {
  using folder = await trained("constant");
  const splits = { test: makeSplit("test", 5), train: { id: ["one"] } };
  const data = folder.pickle(splits, "other_mosi.pkl");
  const table: [string, number, RegExp][] = [
    ["test", 0, /^warning: all predictions are the same, so Corr and CCC are 0 by convention\n$/],
    ["train", 1, /split "train" lacks "regression_labels"/],
    ["valid", 1, /lacks split "valid"/],
  ];
  folder.pickle({ test: splits.test }, "test_mosi.pkl");
  for (const [split, status, message] of table) {
    const path = split === "test" ? folder.at("test_mosi.pkl") : data;
    const result = await runTask("evaluate", folder.run, ...CPU, "--data", path, "--split", split);
    assertEquals(result.code, status, result.stderr);
    assertMatch(result.stderr, message);
  }
});

Deno.test("evaluate refuses what is no finished run", async () => {
  using folder = await trained("constant");
  Deno.mkdirSync(folder.at("empty"));
  const record = JSON.parse(Deno.readTextFileSync(`${folder.run}/run.json`));
  for (const path of [folder.at("no"), folder.at("empty"), folder.data]) {
    const message = /Cannot open ".*": it holds no run, expected the folder of a finished run/;
    assertFails(await runTask("evaluate", path, ...CPU), 1, message);
  }
  Deno.writeTextFileSync(`${folder.run}/run.json`, JSON.stringify({ ...record, status: "failed" }));
  assertFails(await runTask("evaluate", folder.run, ...CPU), 1, /its run is failed, expected/);
  Deno.writeTextFileSync(`${folder.run}/run.json`, "{");
  assertFails(await runTask("evaluate", folder.run, ...CPU), 1, /Cannot read ".*run.json".*JSON/);
  assert(!exists(folder.at("no")));
});

Deno.test("evaluate refuses data that do not fit the run", async () => {
  using folder = await trained();
  folder.pickle(makeWide("audio", 7), "wide_mosi.pkl");
  folder.pickle(makeDataset(({ test }) => delete test.vision), "blind_mosi.pkl");
  folder.pickle(
    makeDataset(({ test }) => floatsIn(test.regression_labels)[0] = NaN),
    "nan_mosi.pkl",
  );
  const table: [string, number, RegExp][] = [
    ["wide_mosi.pkl", 1, /it has audio of width 7, the run was trained on width 2/],
    [
      "blind_mosi.pkl",
      1,
      /Cannot use modality "vision" of ".*": split "test" has text, audio only/,
    ],
    ["nan_mosi.pkl", 1, /label 0 \("test\$_\$0"\) is NaN/],
    ["no_mosi.pkl", 1, /there is no such file or folder/],
  ];
  for (const [name, status, message] of table) {
    const result = await runTask("evaluate", folder.run, ...CPU, "--data", folder.at(name));
    assertFails(result, status, message);
  }
  assert(!exists(`${folder.run}/reads.jsonl`));
  Deno.removeSync(folder.data);
  assertFails(await runTask("evaluate", folder.run, ...CPU), 1, /Cannot load ".*mosi.pkl": there/);
});

Deno.test("evaluate drops modalities and adds noise, a row for each level", async () => {
  using folder = await trained();
  const call = async (...args: string[]) => {
    const result = await runTask("evaluate", folder.run, ...CPU, ...args, "--json");
    assertEquals([result.code, result.stderr], [0, ""]);
    return { stdout: result.stdout, json: lastJson(result.stdout) as unknown as EvaluateResult };
  };
  const clean = (await call()).json.metrics;
  const dropped = await call("--drop", "vision");
  assert(dropped.json.metrics["mae"] !== clean["mae"]);
  assertEquals(dropped.json.points!.map(({ drop, noise }) => [drop, noise]), [
    [["vision"], {}],
  ]);
  assertMatch(dropped.stdout, /^test +MAE .*\nno vision +\d/);
  const noisy = await call("--noise", "audio=0,0.5,vision=1", "--drop", "text");
  assertEquals(noisy.json.points!.map(({ noise }) => noise), [
    { audio: 0, vision: 1 },
    { audio: 0.5, vision: 1 },
  ]);
  assertEquals(noisy.json.metrics, noisy.json.points![0]!.metrics);
  assert(noisy.json.metrics["mae"] !== noisy.json.points![1]!.metrics["mae"]);
  assertEquals((await call("--noise", "audio=0", "--noise", "vision=0")).json.metrics, clean);
  const lines = Deno.readTextFileSync(`${folder.run}/reads.jsonl`).trimEnd().split("\n");
  const corruptions = lines.map((line) => JSON.parse(line).corruptions);
  assertEquals(corruptions.map((found) => found?.length), [undefined, 1, 2, 1]);
  assertEquals(corruptions[2], noisy.json.points);
});

Deno.test("evaluate refuses corruptions that are none", async () => {
  using folder = await trained("constant");
  const table: [string[], RegExp][] = [
    [["--drop", "video"], /Unknown modality "video"/],
    [["--noise", "audio"], /Cannot use --noise "audio": expected MODALITY=LEVEL/],
    [["--noise", "audio=-1"], /Cannot use --noise "audio=-1"/],
    [["--noise", "audio=x"], /Cannot use --noise "audio=x"/],
    [["--noise", "0.3"], /Cannot use --noise "0.3"/],
    [["--noise", "audio=1", "--drop", "audio"], /Cannot add noise to audio: it is dropped/],
  ];
  for (const [flags, message] of table) {
    assertFails(await runTask("evaluate", folder.run, ...CPU, ...flags), 2, message);
  }
});

Deno.test("evaluate exits with 2 for wrong flags", async () => {
  assertFails(await runTask("evaluate"), 2, /Missing RUN/);
  assertFails(await runTask("evaluate", "x", "--split", "dev"), 2, /it takes train, valid, test/);
  assertFails(await runTask("evaluate", "x", "--date", "y"), 2, /did you mean "--data"\?/);
  const names = COMMAND.flags.map(({ name }) => name);
  for (const name of ["data", "split", "engine", "device", "json"]) assert(names.includes(name));
});

Deno.test("evaluate writes representations, and keeps the largest errors for report", async () => {
  using folder = await trained();
  const [csv, svg] = [folder.at("vectors.csv"), folder.at("map.svg")];
  const files = ["--representations", csv, "--representations", svg];
  const { code, stdout, stderr } = await runTask(
    ...["evaluate", folder.run, ...CPU, "--errors", ...files] as const,
  );
  assertEquals([code, stderr], [0, `wrote ${csv}\nwrote ${svg}\n`]);
  const { header, rows } = parseCsv(Deno.readTextFileSync(csv));
  assertEquals([header.length, rows.length], [2 + 128 + 32 + 16 + 32, 5]);
  assertMatch(
    Deno.readTextFileSync(svg),
    /^<svg [^>]*aria-label="Principal components of 5 samples/,
  );
  assertMatch(stdout, /The largest errors of .*\n\nsample +label +score +error +text/);
  const kept = JSON.parse(Deno.readTextFileSync(`${folder.run}/errors.json`));
  assertEquals([kept.split, kept.errors.length, kept.scoredBy], ["test", 5, "head"]);
  const refused = ["--representations", folder.at("vectors.txt")];
  assertFails(await runTask("evaluate", folder.run, ...refused), 2, /ends in \.csv/);
});
