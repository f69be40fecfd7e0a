import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { DataError, UsageError } from "../../lib/core/errors.ts";
import { type Dataset, makeSynthetic, type Split } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { type ModelDefinition, MODELS } from "../../lib/models/mod.ts";
import { compareRuns, makeReport } from "../../lib/analysis/mod.ts";
import { readRun, readRuns } from "../../lib/studies/runs/mod.ts";
import { openRun, openTraining } from "../../lib/training/mod.ts";
import { evaluateRun, predictRun, train } from "../../lib/session/mod.ts";
import { makeDataset, TestFolder } from "../data/mmsa_file.ts";
import { withFolder } from "./small.ts";

const CLASSES = ["minus", "not minus"];

/** Data with the sign of the scores alone, in words. */
function signsOnly(): Dataset {
  const { isKnown: _, splits, ...rest } = makeSynthetic({ n: 60, seed: 4 });
  const signs = (split: Split): Split => ({
    ...split,
    labels: null,
    annotations: Array.from(split.labels!, (label) => CLASSES[label >= 0 ? 1 : 0]!),
  });
  const changed = Object.values(splits).map((split) => [split.name, signs(split)]);
  return { ...rest, name: "signs", splits: Object.fromEntries(changed) };
}

async function trained(
  out: string,
  model: string | ModelDefinition,
  data: Dataset,
  settings = {},
) {
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  const engine = await openEngine({ engine: "cpu" });
  using training = await openTraining({ model, data, settings, engine, out, onWarning });
  const { summary } = await training.train(1);
  return { summary, warnings, engine };
}

Deno.test("svm classifies names as it does the signs of scores", async () => {
  await withFolder(async (out) => {
    const data = signsOnly();
    const { summary, warnings, engine } = await trained(out, "svm", data);
    const { test } = summary;
    assertEquals(Object.keys(test), ["accClasses", "f1WeightedClasses"]);
    // The classifier of the sign of scores learns from the same samples.
    const scores = makeSynthetic({ n: 60, seed: 4 });
    const { summary: other } = await trained(`${out}/b`, "svm", scores, { textPooling: "first" });
    assertEquals(test["accClasses"], other.test["class.acc2NonNeg"]);
    assertEquals(test["f1WeightedClasses"], other.test["class.f1WeightedNonNeg"]);
    assert(test["accClasses"]! > 0.7);
    assertMatch(
      warnings[0]!,
      /there are no scores: svm learns the classes "minus" \(\d+\), "not m/,
    );
    const { config, valid } = readRun(summary.path);
    assertEquals([config["classes"], config["protocol"]], ["minus,not minus", "mosi"]);
    assertEquals(Object.keys(valid), Object.keys(test));
    using run = openRun(summary.path, engine);
    assertEquals(run.classes, CLASSES);
    const split = data.splits.test!;
    const predicted = await run.predict(split);
    const right = predicted.filter((number, i) => CLASSES[number] === split.annotations![i]);
    assertAlmostEquals(right.length / split.samples, test["accClasses"]!, 1e-12);
  });
});

Deno.test("every network refuses classes, and names them", async () => {
  await withFolder(async (out) => {
    const networks = MODELS.filter(({ kind }) => kind === "network");
    assert(networks.length > 5);
    for (const model of networks) {
      await assertRejects(
        () => trained(out, model, signsOnly()),
        DataError,
        'split "train" has no scores but the classes "minus" (',
      );
    }
  });
});

Deno.test("constant takes the most frequent class, and has no mean of classes", async () => {
  await withFolder(async (out) => {
    const data = signsOnly();
    await assertRejects(
      () => trained(out, "constant", data),
      UsageError,
      "Cannot predict the mean of classes, expected --set value=majority",
    );
    const { summary } = await trained(`${out}/b`, "constant", data, { value: "majority" });
    const { train, test } = data.splits;
    const share = ({ annotations, samples }: Split) =>
      annotations!.filter((name) => name === CLASSES[1]).length / samples;
    const right = share(train!) > 0.5 ? share(test!) : 1 - share(test!);
    assertAlmostEquals(summary.test["accClasses"]!, right, 1e-12);
  });
});

Deno.test("runs on classes are compared and reported by their own metrics, beside others", async () => {
  await withFolder(async (out) => {
    const data = signsOnly();
    await trained(out, "svm", data);
    await trained(out, "constant", data, { value: "majority" });
    const { runs } = readRuns([out]);
    const { comparisons: [only] } = compareRuns(runs);
    assertEquals([only!.metric, only!.a, only!.b], ["accClasses", "constant", "svm"]);
    for (const model of ["svm", "constant"]) await trained(out, model, makeSynthetic({ n: 60 }));
    const html = await makeReport(out);
    for (const name of ["Acc (classes)", "MAE", "median Acc (classes) on valid"]) {
      assert(html.includes(name), name);
    }
  });
});

Deno.test("a run on classes scores files by name, whatever labels they have, and is judged by names", async () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset((splits) => {
      for (const split of Object.values(splits)) delete split.regression_labels;
    }),
    "own.pkl",
  );
  const out = folder.at("runs"), engine = "cpu";
  const { runs: [run] } = await train({ model: "svm", data: path, runs: 1, engine, out });
  const scores = await predictRun(run!.path, { data: path, split: "test", engine });
  const named = ["Negative", "Neutral", "Positive"];
  assertEquals(
    scores.map((score) => score.class),
    scores.map(({ prediction }) => named[prediction]),
  );
  const { points: [point] } = await evaluateRun(run!.path, { engine });
  assertEquals(point!.metrics, run!.test);
  // The same clips, rated and with other names: they are scored, and cannot be judged.
  const rated = folder.pickle(
    makeDataset(({ test }) => test.annotations = Array<string>(5).fill("bored")),
    "rated.pkl",
  );
  assertEquals(await predictRun(run!.path, { data: rated, split: "test", engine }), scores);
  await assertRejects(
    () => evaluateRun(run!.path, { data: rated, engine }),
    DataError,
    'of another class, such as "test$_$0" of "bored", expected "Negative", "Neutral", "Positive"',
  );
});
