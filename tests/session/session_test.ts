import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { basename, join } from "node:path";
import {
  compare,
  type Inputs,
  learningRate,
  loadDataset,
  maskedMean,
  type ModelDefinition,
  Network,
  type Outputs,
  readSafetensors,
  resultsTable,
  RunError,
  tf,
  train,
  TrainedModel,
  type TrainOptions,
  UsageError,
} from "../../mod.ts";
import { compareRuns, type Comparison } from "../../lib/analysis/comparison/mod.ts";
import { seedsOf } from "../../lib/session/train_options.ts";
import { Interrupt } from "../../lib/training/mod.ts";
import { JUPYTER_DISPLAY } from "../../lib/display/mod.ts";
import { Linear } from "../../lib/nn/mod.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { wordsWithoutFeatures } from "../data/words_file.ts";
import { makeRuns } from "../analysis/made_runs.ts";
import { lastJson, runTask } from "../tasks/run_task.ts";
import { withFolder } from "../training/small.ts";
import { BERT } from "../training/small_bert.ts";

/** Trains in a moment. */
function small(): TrainOptions {
  return {
    model: "self-mm",
    data: "synthetic:n=24",
    settings: { batchSize: 8, updateEpochs: 1 },
    epochs: 3,
    engine: "cpu",
    out: Deno.makeTempDirSync(),
  };
}

/** The mean of text over time, and one layer. */
class LinearText extends Network {
  override readonly reads = { text: "sequence" } as const;
  readonly #head = new Linear(this.parameters, "head", this.widths.text!, 1, this.random);

  forward({ text, textLengths }: Inputs): Outputs {
    const mean = maskedMean(text as tf.Tensor3D, textLengths!);
    return { prediction: tf.reshape(this.#head.apply(mean), [-1]) };
  }
}

const linearText: ModelDefinition = {
  name: "linear-text",
  summary: "text alone",
  kind: "network",
  year: null,
  needs: [],
  settings: { learningRate: learningRate(1e-2) },
  create: (context) => new LinearText(context),
};

Deno.test("train() refuses unknown options with the nearest, and settings among them", async () => {
  const refuse = (change: Record<string, unknown>, message: RegExp) =>
    assertRejects(() => train({ ...small(), ...change } as TrainOptions), UsageError)
      .then((error) => assertMatch(error.message, message));
  await refuse({ epoch: 3 }, /Unknown option "epoch": did you mean "epochs"/);
  await refuse(
    { learningRateAudio: 1 },
    /it is a setting, as settings: \{ learningRateAudio: … \}/,
  );
  await refuse({ settings: { batchsize: 3 } }, /did you mean "batchSize"/);
  await refuse({ model: "selfmm" }, /did you mean "self-mm"/);
  await refuse({ data: undefined }, /expected "data"/);
  for (const seeds of [0, -1, 1.5, [], [1, 1], ["a"]]) await refuse({ seeds }, /Cannot use seeds/);
  await refuse({ seeds: 3 }, /Cannot use seeds: 3: expected a list .* so many seeds are runs: 3/);
  for (const runs of [0, -1, 1.5]) await refuse({ runs }, /Cannot use runs: .* how many runs/);
  await refuse({ seeds: [1], runs: 1 }, /Cannot use both seeds and runs/);
});

Deno.test("train() that is aborted throws the reason, and the same call ends as if it never was", async () => {
  const options = { ...small(), runs: 1 };
  const controller = new AbortController();
  const reason = new Interrupt("SIGINT");
  const stopped = await assertRejects(() =>
    train({
      ...options,
      signal: controller.signal,
      onEpoch: ({ epoch }) => epoch === 1 && controller.abort(reason),
    }), Interrupt);
  assertEquals(stopped, reason);
  const epochs: number[] = [];
  const resumed = await train({ ...options, onEpoch: ({ epoch }) => epochs.push(epoch) });
  assertEquals(epochs, [2, 3]);
  const whole = await train({ ...options, out: Deno.makeTempDirSync() });
  assertEquals(resumed.predictions.rows(), whole.predictions.rows());
  // What is finished is read.
  const again = await train({ ...options, onEpoch: () => epochs.push(0) });
  assertEquals([epochs, again.runs], [[2, 3], resumed.runs]);
});

Deno.test("train() with resume: false refuses an unfinished run", async () => {
  const options = small();
  const signal = AbortSignal.timeout(1);
  await assertRejects(() => train({ ...options, signal }), DOMException);
  await assertRejects(() => train({ ...options, resume: false }), RunError, "unfinished run");
});

Deno.test("train() puts other settings beside the first, under a name where asked, and overwrites", async () => {
  const out = Deno.makeTempDirSync();
  const common = {
    model: "constant",
    data: "synthetic:n=24",
    runs: 4,
    engine: "cpu",
    out,
  } as const;
  const names = ({ folders }: TrainedModel) => folders.map((path) => basename(path));
  const first = await train(common);
  const settings = { value: "median" } as const;
  const other = await train({ ...common, settings });
  assertEquals(names(first), ["1111", "1112", "1113", "1114"]);
  assertEquals(names(other)[0], "1111~value=median");
  assertEquals((await train({ ...common, settings })).runs, other.runs, "it finds them again");
  const named = await train({ ...common, settings, name: "middle", runs: 1 });
  assertEquals(names(named), ["1111~middle"]);
  await assertRejects(() => train({ ...common, name: "a/b" }), UsageError, "Cannot use the name");
  const labels = compare([first, other]).comparisons.map(({ a, b }) => [a, b]);
  assertEquals(labels, [["constant", "constant (value=median)"]]);
  const over = await train({ ...common, settings: { value: "majority" }, overwrite: true });
  assertEquals(names(over), names(first));
  assertEquals(over.entries()[0]!.config["value"], "majority");
  Deno.removeSync(out, { recursive: true });
});

Deno.test("what train() returns shows itself, its epochs, predictions and figures", async () => {
  const run = await train({ ...small(), seeds: [7, 8] });
  assert(run instanceof TrainedModel);
  const plain = async (value: { [JUPYTER_DISPLAY](): unknown }) => {
    const bundle = await value[JUPYTER_DISPLAY]() as Record<string, string>;
    assertMatch(bundle["text/html"] ?? bundle["image/svg+xml"]!, /^</);
    return bundle["text/plain"]!;
  };
  assertMatch(
    await plain(run),
    /^self-mm on synthetic, test, engine cpu\n\nmetric +seed 7 +seed 8/,
  );
  assertMatch(await plain(run.data), /^synthetic: text, audio, vision; protocol mosi/);
  assertMatch(await plain(run.history), /^seed +epochs/);
  assertMatch(await plain(run.predictions), /^12 test samples, the 8 largest mistakes first/);
  for (
    const figure of [
      run.history.plot(),
      run.history.plotLabels(8),
      run.predictions.plot(),
      run.predictions.plotResiduals("valid"),
      run.predictions.plotConfusion("acc3"),
    ]
  ) assertMatch(await plain(figure), /^\[figure: /);
  const { labels, predictions } = run.predictions.of();
  const errors = predictions.map((score, i) => Math.abs(score - labels[i]!));
  assert(errors.reduce((sum, error) => sum + error) / errors.length <= run.mean("mae") + 1e-9);
  assertThrows(() => run.mean("mea"), UsageError, 'did you mean "mae"');
  assertThrows(() => run.history.epochs(9), UsageError, "expected one of 7, 8");
  assertEquals((await run.frame()).shape[0], 2);
  assertEquals((await run.history.frame()).shape[0], 6);
  assertEquals((await run.history.labelsFrame()).shape[0], 18);
  assertEquals((await run.labelsFrame()).shape[0], 48);
  assertEquals((await run.predictions.frame()).shape[0], 2 * (6 + 12));
});

Deno.test("a model of one's own trains, is compared with Self-MM, scores and is saved", async () => {
  const options = { ...small(), runs: 4, data: await loadDataset("synthetic:n=24") };
  const mine = await train({ ...options, model: linearText, settings: {} });
  const selfMm = await train(options);
  const comparison = compare(mine, selfMm);
  assertMatch(comparison.sentences[0]!, /^linear-text has .* MAE than self-mm/);
  assertEquals(compare(`${mine.folders[0]}/..`, selfMm).sentences, comparison.sentences);
  const bundle = comparison[JUPYTER_DISPLAY]();
  assertMatch(String(bundle["text/html"]), /^<p><b>Results on test[^]*<table>[^]*<\/details>$/);
  using weights = readSafetensors(`${mine.folders[0]}/model.safetensors`);
  assertEquals(weights.tensors.get("head.weight")!.shape, [1, 16]);
  using predictor = await mine.open();
  const scores = await predictor.predict(mine.data.splits.test!);
  const rows = mine.predictions.rows()[0]!.filter(({ split }) => split === "test");
  assertEquals([...scores], rows.map(({ prediction }) => prediction));
});

Deno.test("train() fine-tunes a BERT on data without features of the text, as the command does", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(wordsWithoutFeatures(), "mosi.pkl");
  const run = await train({
    ...small(),
    data,
    out: folder.at("api"),
    settings: { batchSize: 4, updateEpochs: 1, text: "bert", bert: BERT },
    epochs: 1,
  });
  const flags = ["--text", "bert", "--bert", BERT, "--epochs", "1", "--engine", "cpu"];
  const settings = ["--set", "batchSize=4", "--set", "updateEpochs=1"];
  const out = ["--out", folder.at("shell"), "--model", "self-mm", "--data", data];
  const { code, stderr } = await runTask("train", ...out, ...flags, ...settings);
  assertEquals(code, 0, stderr);
  const scores = (path: string) => Deno.readTextFileSync(join(path, "predictions.csv"));
  assertEquals(scores(run.folders[0]!), scores(folder.at("shell/self-mm/mosi/1111")));
});

Deno.test("compare() names what it leaves out, and refuses folders without a finished run", () => {
  using folder = new TestFolder();
  makeRuns(folder.path, 5, { model: "good", noise: 0.3 });
  makeRuns(folder.path, 5, { model: "bad", noise: 1.2 });
  const path = join(folder.path, "bad/mosi/1111");
  const record = JSON.parse(Deno.readTextFileSync(join(path, "run.json")));
  Deno.writeTextFileSync(
    join(path, "run.json"),
    JSON.stringify({ ...record, status: "interrupted" }),
  );
  const warnings: string[] = [];
  const onWarning = (warning: string) => warnings.push(warning);
  const comparison = compare(folder.at("good"), folder.at("bad"), { onWarning });
  const sentence = `"${path}" is skipped: Cannot open "${path}": its run is interrupted`;
  assertEquals([warnings.length, comparison.skipped.map(({ path }) => path)], [1, [path]]);
  assert(warnings[0]!.startsWith(sentence), warnings[0]);
  const shown = comparison[JUPYTER_DISPLAY]();
  assert(String(shown["text/plain"]).includes(sentence));
  assertMatch(String(shown["text/html"]), /is skipped: .* its run is interrupted/);
  const error = assertThrows(() => compare([path], { onWarning }), RunError);
  assertMatch(error.message, /there is no finished run in .*1111, expected the folders of two/);
});

Deno.test("a trained model is evaluated and scores as the commands do, and notes what it read", async () => {
  using folder = new TestFolder();
  const engine = ["--engine", "cpu"];
  const run = await train({ ...small(), out: folder.path, seeds: [7, 8] });
  const path = run.folders[1]!;
  const plain = await run.evaluate({ seed: 8 });
  assertEquals(plain.points.map(({ metrics }) => metrics), [run.runs[1]!.test]);
  const corruptions = [{ drop: ["vision"], noise: { audio: 0.5 } }] as const;
  const evaluated = await run.evaluate({ seed: 8, split: "valid", corruptions });
  const { points: [worse] } = evaluated;
  const shown = String(evaluated[JUPYTER_DISPLAY]()["text/plain"]);
  assertMatch(shown, /, valid, seed 8\n\nmetric +audio 0.5, no vision\nMAE +\d\.\d{3}\n/);
  const flags = ["--split", "valid", "--drop", "vision", "--noise", "audio=0.5", "--json"];
  const shell = await runTask("evaluate", path, ...flags, ...engine);
  assertEquals(lastJson(shell.stdout)["metrics"], worse!.metrics);
  const reads = Deno.readTextFileSync(join(path, "reads.jsonl")).trimEnd().split("\n")
    .map((line) => JSON.parse(line));
  assertEquals(reads.map(({ split }) => split), ["test", "valid", "valid"]);
  assertEquals(reads[0].corruptions, undefined);
  assertEquals(reads[1].corruptions, reads[2].corruptions);

  const data = "synthetic:n=16,seed=3";
  const scores = await run.predict({ data, seed: 8, split: "test" });
  const { stdout } = await runTask("predict", path, "--data", data, "--split", "test", ...engine);
  const rows = stdout.trimEnd().split(/\r?\n/).slice(1);
  assertEquals(scores.map(({ id, prediction }) => `${id},${prediction}`), rows);
  await assertRejects(() => run.predict({ data, seed: 9 }), UsageError, "no run has it");
  await assertRejects(() => run.predict({}), UsageError, "Cannot predict with no data");
  const both = { data, text: "words" };
  await assertRejects(() => run.predict(both), UsageError, "Cannot predict with data and a text");
});

Deno.test("a trained model of one's own is evaluated without a line in the registry", async () => {
  using folder = new TestFolder();
  const run = await train({ ...small(), model: linearText, settings: {}, out: folder.path });
  const { seeds } = await run.evaluate();
  assertEquals(seeds.map(({ points }) => points[0]!.metrics), run.runs.map(({ test }) => test));
});

Deno.test("seedsOf() gives the seeds of the field, five unless told otherwise", () => {
  assertEquals(seedsOf({}), [1111, 1112, 1113, 1114, 1115]);
  assertEquals(seedsOf({ runs: 2 }), [1111, 1112]);
  assertEquals(seedsOf({ seeds: [5] }), [5]);
});

Deno.test("compare takes one run of a model without seeds, and names two datasets", async () => {
  await withFolder(async (out) => {
    const common = { engine: "cpu", out, data: "synthetic:n=40" } as const;
    const one = await train({ ...common, model: "svm", runs: 1 });
    const all = await train({ ...common, model: "svm", runs: 5, out: `${out}/all` });
    const cnn = await train({ ...common, model: "cnn", runs: 4, epochs: 2 });
    const [{ seeds, sentence }] = compare(one, cnn).comparisons as [Comparison];
    assertEquals(seeds.test, "Welch t");
    assertMatch(sentence, /4 seeds and one run, of which/);
    assertEquals(seeds.p, compare(all, cnn).comparisons[0]!.seeds.p);
    const floor = await train({ ...common, model: "constant", runs: 1 });
    assertMatch(compare(one, floor).sentences[0]!, /neither varies with its seed/);
    const single = await train({ ...common, model: "cnn", seeds: [7], epochs: 2, out: `${out}/b` });
    assertThrows(() => compare(one, single), RunError, "there are 1 and 1 seeds");
    const other = await train({ ...common, model: "svm", data: "synthetic:n=60", out: `${out}/c` });
    const renamed = other.entries().map((run) => ({ ...run, dataset: "another" }));
    assertThrows(
      () => compareRuns([...cnn.entries(), ...renamed]),
      RunError,
      "they are of two datasets, synthetic and another: the test ids differ",
    );
  });
});

Deno.test("options that nobody knows are refused, where no type checker reads the call", async () => {
  using folder = new TestFolder();
  const run = await train({ ...small(), out: folder.path, seeds: [7] });
  const odd = { slpit: "valid" } as object;
  const calls: Record<string, () => unknown> = {
    loadDataset: () => loadDataset("synthetic:n=16", odd),
    train: () => train({ ...small(), ...odd }),
    evaluate: () => run.evaluate(odd),
    represent: () => run.represent(odd),
    errors: () => run.errors(odd),
    predict: () => run.predict({ data: "synthetic:n=16", ...odd } as object),
    compare: () => compare([run], odd),
    resultsTable: () => resultsTable([run], odd),
  };
  for (const [name, call] of Object.entries(calls)) {
    const error = await assertRejects(async () => await call(), UsageError, undefined, name);
    assertMatch(error.message, /^Unknown option "slpit": .*nown are /, name);
  }
});

Deno.test("an evaluation without a seed is the mean over all, of what is missing too", async () => {
  using folder = new TestFolder();
  const run = await train({ ...small(), out: folder.path, seeds: [7, 8] });
  const found = await run.evaluate({ drop: ["text"] });
  assertEquals(found.seeds.map(({ seed }) => seed), [7, 8]);
  const maes = found.seeds.map(({ points }) => points[0]!.metrics["mae"]!);
  assertEquals(found.points[0]!.metrics["mae"], (maes[0]! + maes[1]!) / 2);
  const corruptions = [{}, { drop: ["text"] }] as const;
  const { points: [plain, without] } = await run.evaluate({ corruptions });
  assertEquals(plain!.metrics["mae"], run.mean("mae"));
  assertEquals(without, found.points[0]);
  const shown = String(found[JUPYTER_DISPLAY]()["text/plain"]);
  assertMatch(shown, /, test, 2 seeds\n\nmetric +no text\nMAE +\d\.\d{3} ± \d\.\d{3}\n/);
  const refused: [object, string][] = [
    [{ drop: "text" }, 'expected them as drop: ["vision"]'],
    [{ drop: ["txt"] }, 'Unknown modality "txt": did you mean "text"?'],
    [{ noise: { sound: 1 } }, 'Unknown modality "sound"'],
    [{ drop: ["text"], corruptions }, "expected one of them"],
    [{ noise: null }, "expected them as"],
    [{ corruptions: [] }, "expected one or more"],
  ];
  for (const [options, message] of refused) {
    await assertRejects(() => run.evaluate(options), UsageError, message);
  }
});

Deno.test("epochs are refused of what has none, and where they are told twice", async () => {
  const svm = { ...small(), model: "svm", settings: {} };
  await assertRejects(() => train(svm), UsageError, "Cannot train svm for epochs: it has none");
  const twice = { ...small(), settings: { epochs: 5 } };
  await assertRejects(() => train(twice), UsageError, "Cannot train for 3 and for 5 epochs");
});
