import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataError, RunError, UsageError } from "../../lib/core/errors.ts";
import { type Dataset, loadDataset, type Split } from "../../lib/data/mod.ts";
import { type Engine, tf } from "../../lib/engine/mod.ts";
import { findModel, type Setting } from "../../lib/models/mod.ts";
import { BertFolder } from "../../lib/nn/bert_folder.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { RunFolder } from "../../lib/training/run_folder.ts";
import { openBert } from "../../lib/training/run_bert.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { forEachEngine } from "../engine/engines.ts";
import { NetworkLearner, plainSettings, smallSettings } from "../models/networks.ts";
import { BERT, DATA, trainWithBert, weightsOf, WITH_BERT } from "./small_bert.ts";
import { smallData, withSplits } from "../models/small.ts";

function load(): Dataset {
  return loadDataset(DATA, { protocol: "mosi", modalities: ["text", "audio"] });
}

interface Changes {
  readonly settings?: Readonly<Record<string, Setting>>;
  readonly dataset?: Dataset;
  readonly model?: string;
  readonly signal?: AbortSignal;
  onBatch?(epoch: number): void;
}

/** Trains two epochs of a small Self-MM with the recorded BERT. */
function train(engine: Engine, out: string, changes: Changes = {}) {
  const { dataset = load(), ...rest } = changes;
  return trainWithBert(engine, dataset, out, rest);
}

forEachEngine("trainRun() trains the BERT, but not its pooler, and records it", async (engine) => {
  using folder = new TestFolder();
  const { summary } = await train(engine, folder.path);
  const [config, record] = [
    new RunFolder(summary.path).readConfig()!,
    new RunFolder(summary.path).readRecord()!,
  ];
  assertEquals([config["text"], config["bert"], config["retokenize"]], ["bert", BERT, false]);
  assertEquals(config["learningRateBert"], 1e-3);
  assertEquals(record.bert?.path, BERT);
  assertEquals(Object.keys(record.data.widths), ["audio"]);
  using bert = new BertFolder(BERT);
  const weights = weightsOf(summary.path);
  const moved = (name: string) => {
    const start = bert.values(name);
    return weights.get(`text_model.model.${name}`)!.values.some((value, i) => value !== start[i]);
  };
  assert(moved("embeddings.word_embeddings.weight"));
  assert(moved("encoder.layer.1.output.LayerNorm.bias"));
  assertEquals([moved("pooler.dense.weight"), moved("pooler.dense.bias")], [false, false]);
});

forEachEngine("bertCheckpoint trains the same weights, its dropout with them", async (engine) => {
  using folder = new TestFolder();
  const trained = async (bertCheckpoint: boolean) => {
    const out = folder.at(String(bertCheckpoint));
    // A model that reads all states, of which the last layer's alone are kept.
    const settings = { ...smallSettings(findModel("misa")), ...WITH_BERT, bertCheckpoint };
    const { summary } = await train(engine, out, { model: "misa", settings });
    return weightsOf(summary.path);
  };
  const [plain, again] = [await trained(false), await trained(true)];
  for (const [name, { values }] of plain) {
    const own = again.get(name)!.values;
    values.forEach((value, i) => assertAlmostEquals(own[i]!, value, 1e-5, name));
  }
});

forEachEngine("openRun() predicts with a BERT what the training predicted", async (engine) => {
  using folder = new TestFolder();
  const { summary } = await train(engine, folder.path);
  const lines = Deno.readTextFileSync(join(summary.path, "predictions.csv")).trim().split("\n");
  const expected = lines.filter((line) => line.startsWith("test,"))
    .map((line) => Number(line.split(",").at(-1)));
  using run = openRun(summary.path, engine);
  const { test } = load().splits;
  const scores = await run.predict(test!);
  scores.forEach((score, i) => assertAlmostEquals(score, expected[i]!, 1e-6));
  // Its BERT does not read the features of the text: they may be missing.
  const { text: _, ...features } = test!.features;
  assertEquals(await run.predict({ ...test!, features }), scores);
  const refusal = "it reads text, audio with text as bert, expected text alone, by a BERT";
  await assertRejects(() => run.predictText("so good"), RunError, refusal);
  const bad = { ...test!.textBert!, values: test!.textBert!.values.map((id) => id * 1000) };
  await assertRejects(() => run.predict({ ...test!, textBert: bad }), DataError, "mask value 1000");
});

forEachEngine(
  "trainRun() with a BERT ends in the same bytes after an interruption",
  async (engine) => {
    using folder = new TestFolder();
    const whole = await train(engine, folder.at("whole"));
    const controller = new AbortController();
    const stop = { signal: controller.signal, onBatch: () => controller.abort(new Error("stop")) };
    await assertRejects(() => train(engine, folder.at("parts"), stop), Error, "stop");
    const parts = await train(engine, folder.at("parts"));
    assertEquals(parts.summary.bestEpoch, whole.summary.bestEpoch);
    assertEquals(weightsOf(parts.summary.path), weightsOf(whole.summary.path));
  },
);

forEachEngine("trainRun() refuses tokens that do not fit, and writes nothing", async (engine) => {
  using folder = new TestFolder();
  const change = (values: (value: number, i: number) => number) => (split: Split) => ({
    ...split,
    textBert: { ...split.textBert!, values: split.textBert!.values.map(values) },
  });
  for (
    const [train_, message] of [
      [change((value, i) => i === 1 ? 312 : value), "the token id 312, expected 0 to 311"],
      [(split: Split) => ({ ...split, textBert: null }), "there are none (text_bert)"],
    ] as const
  ) {
    const dataset = withSplits(load(), { train: train_ });
    await assertRejects(() => train(engine, folder.at("runs"), { dataset }), DataError, message);
  }
  assertEquals([...Deno.readDirSync(folder.path)], []);
});

Deno.test("openBert() refuses settings that contradict each other", () => {
  const all = ["text", "audio"] as const;
  const open = (
    settings: Record<string, Setting>,
    modalities: readonly ("text" | "audio")[] = all,
  ) => openBert({ text: "bert", bert: BERT, ...settings }, modalities);
  assertEquals(openBert({}, all), null);
  assertEquals(open({ text: "features", bert: "" }), null);
  assertThrows(() => open({ text: "features" }), UsageError, "expected --text bert");
  assertThrows(() => open({ bert: "" }), UsageError, "without --bert FOLDER");
  assertThrows(() => open({}, ["audio"]), UsageError, "the modalities are audio, expected text");
  using bert = open({});
  assertEquals(bert?.config.vocabulary, 312);
});

forEachEngine("readInputs() cuts tokens after the longest sample, to a multiple of 8", () => {
  const { train } = load().splits;
  const { shape: [, , width], values } = train!.textBert!;
  const count = (i: number) =>
    values.subarray((3 * i + 1) * width, (3 * i + 2) * width).findLastIndex((x) => x === 1) + 1;
  const counts = train!.ids.map((_, i) => count(i));
  const [short, long] = [counts.findIndex((n) => n <= 8), counts.findIndex((n) => n > 16)];
  for (const [indices, expected] of [[[short], 8], [[short, long], width]] as const) {
    const { tokens } = readInputs(
      { dataForms: { text: "tokens" }, seesPadding: false },
      train!,
      indices,
    );
    assertEquals([tokens!.shape, tokens!.dtype], [[indices.length, 3, expected], "int32"]);
    const start = 3 * indices[0]! * width;
    assertEquals([...tokens!.dataSync().slice(0, 8)], [...values.slice(start, start + 8)]);
    tokens!.dispose();
  }
});

forEachEngine("readInputs() tells which places hold tokens, but not who sees padding", () => {
  const { train } = load().splits;
  const indices = train!.ids.map((_, i) => i);
  const read = (seesPadding: boolean) =>
    readInputs({ dataForms: { text: "tokens" }, seesPadding }, train!, indices);
  const { tokens, tokenRows, tokenPlaces } = read(false);
  const [batch, , places] = tokens!.shape, values = tokens!.dataSync();
  const held = [...tokenPlaces!.dataSync()].map((row) => tokenRows!.dataSync()[row]!);
  assertEquals(held.length, batch * places);
  held.forEach((place, i) => {
    const [sentence, t] = [Math.floor(i / places), i % places];
    if (values[(3 * sentence + 1) * places + t] === 1) assertEquals(place, i);
  });
  assert(tokenRows!.size < held.length);
  assertEquals(Object.keys(read(true)), ["tokens"]);
});

for (const name of ["mag-bert", "cenet"]) {
  forEachEngine(
    `${name} sees padding, but learns the same where its BERT leaves it out`,
    (engine) => {
      const dataset = smallData({ n: 80 }), { train } = dataset.splits;
      using learner = new NetworkLearner(engine, name, dataset, plainSettings(findModel(name)));
      const { network } = learner;
      tf.tidy(() => {
        const packed = readInputs(network, train!, train!.ids.map((_, i) => i));
        const { tokenRows, tokenPlaces, ...plain } = packed;
        assert(network.seesPadding && tokenRows!.size < tokenPlaces!.size);
        const [same, whole] = [packed, plain].map((inputs) =>
          tf.variableGrads(() => tf.sum(network.apply(inputs, null).prediction))
        ) as [ReturnType<typeof tf.variableGrads>, ReturnType<typeof tf.variableGrads>];
        const assertClose = (x: tf.Tensor, y: tf.Tensor, what: string) =>
          assert(tf.max(tf.abs(tf.sub(x, y))).dataSync()[0]! < 1e-4, what);
        assertClose(same.value, whole.value, "scores");
        for (const [path, gradient] of Object.entries(whole.grads)) {
          if (gradient !== null) assertClose(same.grads[path]!, gradient, path);
        }
      });
      return Promise.resolve();
    },
  );
}
