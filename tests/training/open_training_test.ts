import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { convertDataset, loadDataset } from "../../lib/data/mod.ts";
import { DataError, RunError, UsageError } from "../../lib/core/errors.ts";
import { openTraining, type TrainingOptions } from "../../lib/training/open_training.ts";
import { TestFolder } from "../data/mmsa_file.ts";
import { wordsWithoutFeatures } from "../data/words_file.ts";
import { BERT } from "./small_bert.ts";

const SMALL = {
  model: "cnn",
  data: "synthetic:n=16",
  engine: "cpu",
  onWarning: () => {},
} as const;
const WORDS = {
  model: "self-mm",
  engine: "cpu",
  onWarning: () => {},
  settings: { text: "bert", bert: BERT, epochs: 1, batchSize: 4, updateEpochs: 1 },
} as const;

function refuse(options: TrainingOptions, message: RegExp): Promise<void> {
  return assertRejects(() => openTraining(options), UsageError)
    .then((error) => assertMatch(error.message, message));
}

Deno.test("openTraining() reads words where a BERT reads them, and needs no features of the text", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(wordsWithoutFeatures(), "mosi.pkl");
  using training = await openTraining({ ...WORDS, data, out: folder.at("runs") });
  assertEquals(training.dataset.modalities, ["text", "audio", "vision"]);
  assertEquals(Object.keys(training.dataset.splits.train!.features), ["audio", "vision"]);
  const { summary } = await training.train(1111);
  assertEquals(training.folder(1111).readConfig()!["modalities"], "text,audio,vision");
  assertEquals(summary.path, training.folder(1111).path);
});

Deno.test("openTraining() leaves out no text that was asked for in words", async () => {
  using folder = new TestFolder();
  const data = folder.pickle(wordsWithoutFeatures(), "mosi.pkl");
  const features = { ...SMALL, data, settings: { text: "features" } };
  await refuse(features, /Cannot use --text features with ".*": it has audio and vision, expected/);
  using loaded = loadDataset(data);
  await refuse({ ...WORDS, data: loaded }, /loaded without its words, expected loadDataset\(path/);
  using training = await openTraining({ ...features, modalities: ["audio"] });
  assertEquals(training.dataset.modalities, ["audio"]);
});

Deno.test("openTraining() checks settings and names before it reads data", async () => {
  const data = "no such file";
  await refuse({ ...SMALL, data, settings: { batchsize: 4 } }, /did you mean "batchSize"/);
  await refuse({ ...SMALL, data, model: "cnnn" }, /did you mean "cnn"/);
  await assertRejects(() => openTraining({ ...SMALL, data }), DataError, "there is no such file");
  using loaded = loadDataset("synthetic:n=16", { modalities: ["audio"] });
  await refuse(
    { ...SMALL, data: loaded, modalities: ["text", "audio"] },
    /it has no text, expected some of audio/,
  );
  await refuse({ ...SMALL, engine: "gpu" as "cpu" }, /engine/);
});

Deno.test("a run's modalities have one order, however they are asked for", async () => {
  using folder = new TestFolder();
  const out = folder.at("runs"), settings = { epochs: 1 };
  const orders = [["vision", "text"], ["text", "vision"]] as const;
  using loaded = loadDataset("synthetic:n=16");
  for (const data of ["synthetic:n=16", loaded]) {
    for (const modalities of orders) {
      using training = await openTraining({ ...SMALL, data, settings, modalities, out });
      await training.train(1);
      assertEquals(training.folder(1).readConfig()!["modalities"], "text,vision");
    }
  }
});

Deno.test("openTraining() tells what is odd, and once opened for several seeds", async () => {
  const warnings: string[] = [];
  using folder = new TestFolder();
  using training = await openTraining({
    ...SMALL,
    settings: { batchSize: 20, epochs: 1 },
    out: folder.path,
    onWarning: (warning) => warnings.push(warning),
  });
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0]!, /batchSize 20 is more than the 16 samples/);
  const [first, second] = [await training.train(1), await training.train(2)];
  assertEquals([first.summary.seed, second.summary.seed, warnings.length], [1, 2, 1]);
  assertEquals((await training.train(2)).skipped, true);
});

Deno.test("openTraining() goes on with an unfinished run unless it is told not to", async () => {
  using folder = new TestFolder();
  const options = { ...SMALL, settings: { epochs: 2 }, out: folder.path };
  const stopped = new AbortController();
  using training = await openTraining(options);
  const reason = new Error("enough");
  const stop = { signal: stopped.signal, onEpoch: () => stopped.abort(reason) };
  assertEquals(await assertRejects(() => training.train(1, stop), Error), reason);
  using strict = await openTraining({ ...options, resume: false });
  await assertRejects(() => strict.train(1), RunError, "unfinished run");
  const epochs: number[] = [];
  await training.train(1, { onEpoch: ({ epoch }) => epochs.push(epoch) });
  assertEquals(epochs, [2]);
});

Deno.test({
  name: "a training closes data that it opened, also when it fails, and no others",
  sanitizeResources: true,
  fn: async () => {
    using folder = new TestFolder();
    const store = folder.at("store");
    convertDataset("synthetic:n=16", store);
    // What is left open here is a leak, which the runner finds.
    await refuse(
      { ...SMALL, data: store, settings: { text: "features" }, engine: "x" as "cpu" },
      /x/,
    );
    const opened = await openTraining({ ...SMALL, data: store });
    const { audio } = opened.dataset.splits.train!.features;
    const buffer = new Float32Array(audio!.steps * audio!.width);
    audio!.read([0], buffer);
    opened[Symbol.dispose]();
    assertThrows(() => audio!.read([0], buffer), Error);
    using loaded = loadDataset(store);
    (await openTraining({ ...SMALL, data: loaded }))[Symbol.dispose]();
    loaded.splits.train!.features.audio!.read([0], buffer);
  },
});

Deno.test("openTraining() says what a BERT would read and the data lack", async () => {
  const options = { model: "self-mm", engine: "cpu", settings: { text: "bert", bert: "nowhere" } };
  for (const modalities of [undefined, ["text"]] as const) {
    const asked = modalities === undefined ? {} : { modalities };
    await assertRejects(
      () => openTraining({ ...options, ...asked, engine: "cpu", data: "synthetic:n=16" }),
      UsageError,
      "has neither tokens (text_bert) nor raw text (raw_text), expected one of them",
    );
  }
});
