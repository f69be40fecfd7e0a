import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DataError, DataIntegrityError, UsageError } from "../../../lib/core/errors.ts";
import { exists } from "../../../lib/core/files.ts";
import { lockFolder } from "../../../lib/core/lock.ts";
import { convertDataset } from "../../../lib/data/store/convert.ts";
import type { Dataset } from "../../../lib/data/dataset.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { loadDataset } from "../../../lib/data/load.ts";
import { MODALITIES } from "../../../lib/data/modality.ts";
import { readSafetensors } from "../../../lib/data/store/safetensors.ts";
import { asFloat64, floatsIn, makeDataset, numpy, TestFolder } from "../mmsa_file.ts";

type Change = Parameters<typeof makeDataset>[0];

/** A folder with `mosi.pkl` and its store `store`. */
function converted(change: Change = () => {}): TestFolder & { pickled: string; store: string } {
  const folder = new TestFolder();
  const pickled = folder.pickle(makeDataset(change), "mosi.pkl");
  const store = folder.at("store");
  convertDataset(pickled, store);
  return Object.assign(folder, { pickled, store });
}

/** Everything of a dataset that a model can see. */
function contentOf(dataset: Dataset): unknown {
  return Object.values(dataset.splits).map(({ features, ...rest }) => ({
    ...rest,
    features: Object.entries(features).map(([modality, column]) => {
      const { samples, steps, width, lengths } = column;
      const order = Array.from({ length: samples }, (_, i) => (i * 3 + 1) % samples);
      const values = new Float32Array(samples * steps * width);
      const first = new Float32Array(samples * width);
      column.read(order, values);
      column.read(order, first, 1);
      return { modality, samples, steps, width, lengths, values, first };
    }),
  }));
}

/** Everything that convertDataset() must keep. */
function makeRich({ train, valid, test }: Parameters<Change & object>[0]): void {
  train.text = asFloat64(train.text);
  train.text_bert = numpy([8, 3, 2], BigInt64Array.from({ length: 48 }, (_, i) => BigInt(i)));
  train.regression_labels_A = numpy([8], new Float32Array(8).fill(-0.25));
  floatsIn(train.audio).set([NaN, 1, -Infinity], 10);
  train.vision_lengths = [0, 1, 2, 3, 4, 5, 1, 1];
  valid.raw_text = ["emoji 🙂", "\u0000", 'quote " and \\', "中文"];
  delete test.regression_labels;
  delete test.annotations;
}

Deno.test("a store gives the same dataset as its pickle", () => {
  using folder = converted(makeRich);
  using fromPickle = loadDataset(folder.pickled);
  using fromStore = loadDataset(folder.store);
  assertEquals(contentOf(fromStore), contentOf(fromPickle));
  for (const key of ["name", "protocol", "modalities", "zeroed"] as const) {
    assertEquals(fromStore[key], fromPickle[key]);
  }
  assertEquals(fromStore.sha256(), fromPickle.sha256());
  assertEquals(fromStore.path, folder.store);
  const keys = ({ problems }: Dataset) => problems.map(({ code, ids }) => [code, ids]).toSorted();
  assertEquals(keys(fromStore), keys(fromPickle));
});

Deno.test("a store warns and stops as its pickle does", () => {
  using folder = converted(makeRich);
  const warningsOf = (path: string) => {
    const warnings: string[] = [];
    loadDataset(path, { onWarning: (line) => warnings.push(line.replace(/^"[^"]+"/, "")) }).close();
    return warnings.toSorted();
  };
  assertEquals(warningsOf(folder.store), warningsOf(folder.pickled));
  assertThrows(
    () => loadDataset(folder.store, { nonfinite: "stop" }),
    DataIntegrityError,
    "audio column 0 is NaN in 1",
  );
  loadDataset(folder.store, { nonfinite: "stop", modalities: ["text"] }).close();
  loadDataset(folder.store, { nonfinite: "stop", splits: ["test"] }).close();
  const needs = { labels: "required" } as const;
  assertThrows(() => loadDataset(folder.store, needs), DataError, 'split "test" lacks labels');
});

Deno.test("a store checks its labels against the protocol that is given", () => {
  using folder = converted();
  assertThrows(
    () => loadDataset(folder.store, { protocol: "sims" }),
    DataIntegrityError,
    "[-1, 1]",
  );
});

Deno.test("a store keeps what is not finite, so that others can see it", () => {
  using folder = converted(makeRich);
  using file = readSafetensors(`${folder.store}/train.safetensors`);
  const audio = file.tensor("audio").values();
  assertEquals([...audio].slice(10, 13), [NaN, 1, -Infinity]);
  assertEquals([...file.tensors.keys()].toSorted(), [
    "audio",
    "audio_lengths",
    "regression_labels",
    "regression_labels_A",
    "text",
    "text_bert",
    "text_lengths",
    "vision",
    "vision_lengths",
  ]);
});

Deno.test("inspectDataset() says of a store what it says of its pickle", () => {
  using folder = converted(makeRich);
  const [store, pickle] = [folder.store, folder.pickled].map((path) => inspectDataset(path));
  const messages = (inspection: typeof store) =>
    inspection!.problems.map(({ message }) => message.replace(/, where float64.*\)/, ")"))
      .toSorted();
  assertEquals(messages(store), messages(pickle));
  assertEquals([store!.ok, store!.format, store!.sha256], [true, "store", pickle!.sha256]);
  assertEquals(store!.splits.train!.labels, pickle!.splits.train!.labels);
});

Deno.test("inspectDataset() notices a bit of a store that has changed", () => {
  using folder = converted();
  const path = `${folder.store}/valid.safetensors`;
  const bytes = Deno.readFileSync(path);
  using file = readSafetensors(path);
  const needle = new Uint8Array((file.tensor("vision").values() as Float32Array).slice(-3).buffer);
  const at = bytes.findLastIndex((_, i) => needle.every((byte, j) => bytes[i + j] === byte));
  bytes[at]! ^= 1;
  Deno.writeFileSync(path, bytes);
  const { ok, problems } = inspectDataset(folder.store);
  assertEquals([ok, problems.map(({ code }) => code)], [false, ["damaged-store"]]);
  assertEquals(problems[0]!.split, "valid");
});

Deno.test("loadDataset() refuses a store that is incomplete or damaged, and says where", () => {
  const refused = (damage: (store: string) => void, message: RegExp) => {
    using folder = converted();
    damage(folder.store);
    const error = assertThrows(() => loadDataset(folder.store), DataError);
    assertMatch(error.message, message);
  };
  const editMeta = (store: string, edit: (text: string) => string) => {
    const path = `${store}/meta.json`;
    Deno.writeTextFileSync(path, edit(Deno.readTextFileSync(path)));
  };
  refused(
    (store) => Deno.removeSync(`${store}/test.safetensors`),
    /test\.safetensors.*no such file/,
  );
  refused((store) => Deno.truncateSync(`${store}/train.safetensors`, 500), /train\.safetensors/);
  refused((store) => Deno.removeSync(`${store}/meta.json`), /folder without meta\.json/);
  refused((store) => editMeta(store, (text) => text.slice(0, 99)), /meta\.json cannot be read/);
  refused((store) => editMeta(store, () => "{}"), /meta\.json is not that of a store/);
  refused(
    (store) => editMeta(store, (text) => text.replace('"version":1', '"version":9')),
    /has version 9, expected 1/,
  );
  refused(
    (store) => editMeta(store, (text) => text.replace('"ids":', '"idz":')),
    /meta\.json is incomplete/,
  );
  refused(
    (store) => editMeta(store, (text) => text.replace('"width":4', '"width":5')),
    /tensor "text" of train\.safetensors is \[8, 3, 4\], expected \[8, 3, 5\]/,
  );
  refused(
    (store) => Deno.copyFileSync(`${store}/valid.safetensors`, `${store}/test.safetensors`),
    /of test\.safetensors is \[4/,
  );
});

Deno.test("Dataset.close() closes the files of a store", () => {
  using folder = converted();
  const dataset = loadDataset(folder.store);
  dataset.close();
  const { text } = dataset.splits.train!.features;
  assertThrows(() => text!.read([0], new Float32Array(12)), Error, "closed");
});

Deno.test("convertDataset() gives the same bytes each time", () => {
  using folder = converted(makeRich);
  convertDataset(folder.pickled, folder.at("again"));
  for (const { name } of Deno.readDirSync(folder.store)) {
    const [first, second] = [folder.store, folder.at("again")].map((path) =>
      Deno.readFileSync(`${path}/${name}`)
    );
    assertEquals(first, second);
  }
});

Deno.test("convertDataset() tells how far it is, and what it found", () => {
  using folder = new TestFolder();
  const done: number[] = [];
  const { meta, problems, written } = convertDataset(
    folder.pickle(makeDataset(makeRich), "mosi.pkl"),
    folder.at("new/deep/store"),
    { protocol: "mosei", onProgress: (part) => done.push(part) },
  );
  assertEquals([written, meta.name, meta.protocol], [true, "mosi", "mosei"]);
  assertEquals([done.length, done.at(-1)], [9, 1]);
  assertEquals(done, done.toSorted());
  assertEquals(problems.map(({ code }) => code), [
    "zero-length",
    "nonfinite-feature",
    "length-range",
  ]);
});

Deno.test("convertDataset() leaves a folder that holds the same conversion alone", () => {
  using folder = converted();
  const before = Deno.statSync(`${folder.store}/meta.json`).ino;
  const { written, meta } = convertDataset(folder.pickled, folder.store);
  assertEquals([written, meta.name], [false, "mosi"]);
  assertEquals(Deno.statSync(`${folder.store}/meta.json`).ino, before);
});

Deno.test("convertDataset() refuses a folder that holds anything else", () => {
  using folder = converted();
  const other = folder.pickle(makeDataset(({ train }) => train.raw_text = train.id!), "other.pkl");
  const before = Deno.readTextFileSync(`${folder.store}/meta.json`);
  assertThrows(
    () => convertDataset(other, folder.store, { protocol: "mosi" }),
    DataError,
    'it holds the conversion of "mosi.pkl"',
  );
  assertThrows(() => convertDataset(other, folder.path), DataError, "is not a store");
  assertThrows(() => convertDataset(other, other), DataError, "is not a store");
  assertThrows(() => convertDataset(folder.store, folder.at("x")), DataError, "a store already");
  assertEquals(Deno.readTextFileSync(`${folder.store}/meta.json`), before);
});

Deno.test("convertDataset() fills an empty folder", () => {
  using folder = new TestFolder();
  Deno.mkdirSync(folder.at("store"));
  convertDataset(folder.pickle(makeDataset()), folder.at("store"));
  assert(exists(folder.at("store/meta.json")));
});

Deno.test("convertDataset() leaves nothing behind when it fails", () => {
  using folder = new TestFolder();
  const bad = folder.pickle(
    makeDataset(({ test }) => floatsIn(test.regression_labels)[0] = NaN),
    "bad.pkl",
  );
  assertThrows(() => convertDataset(bad, folder.at("store")), DataIntegrityError, "is NaN");
  const good = folder.pickle(makeDataset(), "good.pkl");
  let calls = 0;
  const onProgress = () => {
    if (++calls === 5) throw new Error("No space left on device");
  };
  assertThrows(
    () => convertDataset(good, folder.at("store"), { onProgress }),
    DataError,
    "No space left on device; nothing was kept",
  );
  const left = [...Deno.readDirSync(folder.path)].map(({ name }) => name).toSorted();
  assertEquals([calls, left], [5, ["bad.pkl", "good.pkl"]]);
});

Deno.test("convertDataset() takes over what a killed conversion left, not one that goes on", () => {
  using folder = new TestFolder();
  const path = folder.pickle(makeDataset());
  const temporary = folder.at(".store.part");
  Deno.mkdirSync(temporary);
  Deno.writeTextFileSync(`${temporary}/.train.safetensors.99.part`, "half");
  {
    using _running = lockFolder(temporary);
    assertThrows(() => convertDataset(path, folder.at("store")), Error, `process ${Deno.pid}`);
  }
  convertDataset(path, folder.at("store"));
  assert(!exists(temporary));
  const files = [...Deno.readDirSync(folder.at("store"))].map(({ name }) => name).toSorted();
  assertEquals(files, ["meta.json", "test.safetensors", "train.safetensors", "valid.safetensors"]);
});

Deno.test("convertDataset() converts empty splits and files of one modality", () => {
  using folder = converted(({ train, valid, test }) => {
    for (const split of [train, valid, test]) {
      delete split.text;
      delete split.vision;
    }
    for (const key of Object.keys(valid)) delete valid[key];
    Object.assign(valid, { id: [], audio: numpy([0, 5, 2], new Float32Array()) });
  });
  using dataset = loadDataset(folder.store);
  assertEquals(dataset.modalities, MODALITIES.slice(1, 2));
  assertEquals(dataset.splits.valid!.samples, 0);
  assertEquals(dataset.splits.valid!.features.audio!.steps, 5);
});

Deno.test("a store takes a valid split and classes, and refuses what only its file could follow", () => {
  using folder = new TestFolder();
  const { train, test } = makeDataset();
  const path = folder.pickle({ train: train!, test: test! }, "mosi.pkl");
  const store = folder.at("store");
  convertDataset(path, store, { protocol: "mosi" });
  using divided = loadDataset(store, { valid: 0.25 });
  using fromFile = loadDataset(path, { valid: 0.25 });
  for (const name of ["train", "valid", "test"] as const) {
    const [found, wanted] = [divided.splits[name]!, fromFile.splits[name]!];
    assertEquals([found.ids, found.labels], [wanted.ids, wanted.labels]);
    const read = (split: typeof found) => {
      const { samples, steps, width } = split.features.audio!;
      const values = new Float32Array(samples * steps * width);
      split.features.audio!.read([...split.ids.keys()], values);
      return [...values];
    };
    assertEquals(read(found), read(wanted));
  }
  assertEquals(divided.validVideos, fromFile.validVideos);
  using whole = loadDataset(store);
  assert(whole.sha256() !== divided.sha256());
  assert(inspectDataset(store, "mosi", { valid: 0.25 }).ok);
  const annotations = loadDataset(store, { classes: true }).splits.train!;
  assertEquals([annotations.labels, annotations.annotations!.length], [null, 8]);
  for (
    const [options, flag] of [
      [{ labelFile: "label.csv" }, "--labels FILE"],
      [{ columns: { text: [0, 1] } }, "--columns"],
      [{ files: { audio: "a.pkl" } }, "--audio, --vision or --text-features"],
    ] as const
  ) {
    assertThrows(() => loadDataset(store, options), UsageError, `Cannot use ${flag} with "`);
    assertThrows(() => loadDataset("synthetic:n=8", options), UsageError, flag);
  }
});
