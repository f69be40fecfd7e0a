/** Files of other laboratories that nearly fit: read with a word about it, or refused with one. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DataError } from "../../../lib/core/errors.ts";
import { inspectDataset } from "../../../lib/data/checks/inspect.ts";
import { loadDataset, type LoadOptions } from "../../../lib/data/load.ts";
import { makeDataset, numpy, TestFolder, type Value } from "../mmsa_file.ts";
import { COMMITTED } from "./made_dataset.ts";

function warningsOf(path: string, options: LoadOptions = {}): string[] {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  loadDataset(path, { protocol: "mosi", onWarning, ...options }).close();
  return warnings;
}

function refusal(value: Value): string {
  using folder = new TestFolder();
  const path = folder.pickle(value, "mosi.pkl");
  return assertThrows(() => loadDataset(path), DataError).message;
}

Deno.test("samples that one modality lacks are left out with their count", () => {
  const [left] = warningsOf(`${COMMITTED}modality_of_ids.pkl`, {
    labelFile: `${COMMITTED}label.csv`,
  });
  assertMatch(
    left!,
    /leaves out 1 of 14 samples that are not in all of "text", "audio", "vision": "text" lacks 1, "a/,
  );
});

Deno.test("a second key of a modality is named with the one that is read", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train }) => {
      train.vision_openface = train.vision!;
      train.audio_mask = numpy([8, 5], new Float32Array(40));
    }),
    "mosi.pkl",
  );
  const messages = inspectDataset(path).problems.map(({ message }) => message);
  assert(messages.includes('ignores key "vision_openface": "vision" is vision already'));
  assert(messages.includes('ignores key "audio_mask"'));
});

Deno.test("arrays in an order that nobody tells are refused", () => {
  const { train, valid, test } = makeDataset();
  const tuple = ({ text, audio, vision, regression_labels: labels }: Record<string, Value>) =>
    [text!, audio!, vision!, labels!] as Value;
  assertMatch(
    refusal({ train: tuple(train!), valid: tuple(valid!), test: tuple(test!) }),
    /split "train", "valid", "test" is a list of 4, expected a dictionary/,
  );
});

Deno.test("a split that is None is one that is missing", () => {
  using folder = new TestFolder();
  const { train, test } = makeDataset();
  const path = folder.pickle({ train: train!, dev: null, test: test! }, "mosi.pkl");
  const { problems, renamed } = inspectDataset(path);
  assertEquals(renamed, []);
  assert(problems.some(({ code, split }) => code === "missing-split" && split === "valid"));
});

Deno.test("labels with a decimal comma are numbers, and texts of all samples are no classes", () => {
  using folder = new TestFolder();
  const labelled = (labels: (i: number) => Value) =>
    makeDataset((splits) => {
      for (const split of Object.values(splits)) {
        split.regression_labels = Array.from(split.id as string[], (_, i) => labels(i));
      }
    });
  using data = loadDataset(
    folder.pickle(labelled((i) => `${i % 4 === 2 ? "0" : i % 4 - 2},25`), "mosi.pkl"),
  );
  assertEquals([...data.splits.train!.labels!.slice(0, 4)], [-2.25, -1.25, 0.25, 1.25]);
  const texts = makeDataset(({ train }) => {
    const rows = 24;
    train.id = Array.from({ length: rows }, (_, i) => `a${i}`);
    for (const key of Object.keys(train)) if (key !== "id") delete train[key];
    train.audio = numpy([rows, 2], new Float32Array(2 * rows).fill(1));
    train.label = Array.from({ length: rows }, (_, i) => `sentence ${i}`);
  });
  assertMatch(
    refusal(texts),
    /split "train" has 24 different labels of 24 samples, such as "sentence 0", "sentence 1" and 22/,
  );
});

Deno.test("a table that gives one sample two labels is refused, one that repeats a row is not", () => {
  using folder = new TestFolder();
  const table = Deno.readTextFileSync(`${COMMITTED}label.csv`);
  const [header = "", first = ""] = table.split("\n");
  const labelFile = folder.at("label.csv");
  const path = `${COMMITTED}without_labels.pkl`;
  Deno.writeTextFileSync(labelFile, `${table}${first}\n`);
  warningsOf(path, { labelFile });
  const other = first.replace(/-2\.5/g, "2.5");
  assert(other !== first, header);
  Deno.writeTextFileSync(labelFile, `${table}${other}\n`);
  assertThrows(
    () => loadDataset(path, { labelFile }),
    DataError,
    'split "train" has 1 of 6 samples that "',
  );
});

Deno.test("files without ids are joined row by row, which is told once", () => {
  using folder = new TestFolder();
  const strip = (key: string) =>
    makeDataset((splits) => {
      for (const split of Object.values(splits)) delete split[key];
    });
  const path = folder.pickle(strip("audio"), "mosi.pkl");
  const audio = folder.pickle(strip("id"), "audio.pkl");
  const warnings = warningsOf(path, { files: { audio } });
  assertEquals(warnings.filter((text) => /row by row/.test(text)), [
    '"mosi.pkl": joins "audio.pkl" row by row, without ids',
  ]);
});

Deno.test("well-known files that are no dataset are named", () => {
  using folder = new TestFolder();
  const kinds = {
    '{"train": [1]}': "it is JSON",
    '[{"text": "a", "label": 1.0}]': "it is JSON",
    "PAR1....": "a table in Parquet",
    "MATLAB 5.0 MAT-file": "what scipy.io.loadmat reads",
  };
  for (const [content, message] of Object.entries(kinds)) {
    Deno.writeTextFileSync(folder.at("data"), content);
    assertThrows(() => loadDataset(folder.at("data")), DataError, message);
  }
});

/** The dataset with other values under `text`, made for each number of samples. */
function withText(folder: TestFolder, text: (samples: number) => Value): string {
  return folder.pickle(
    makeDataset((splits) => {
      for (const split of Object.values(splits)) split.text = text((split.id as string[]).length);
    }),
    "mosi.pkl",
  );
}

Deno.test("tokens under text are tokens, whatever holds them, and other numbers of words are refused", () => {
  using folder = new TestFolder();
  const ids = (i: number) => [101, 2000 + i, 102, 0];
  const each = (samples: number) => Array.from({ length: samples }, (_, i) => i);
  const ways: Record<string, (samples: number) => Value> = {
    "lists": (n) => each(n).map(ids),
    "integers": (n) => numpy([n, 4], Int32Array.from(each(n).flatMap(ids))),
    "floats": (n) => numpy([n, 4], Float32Array.from(each(n).flatMap(ids))),
    "ids, mask, segments": (n) =>
      numpy(
        [n, 3, 4],
        Int32Array.from(each(n).flatMap((i) => [...ids(i), 1, 1, 1, 0, 0, 0, 0, 0])),
      ),
  };
  for (const [name, text] of Object.entries(ways)) {
    using data = loadDataset(withText(folder, text), { text: "bert" });
    const { textBert } = data.splits.train!;
    assertEquals(textBert!.shape, [8, 3, 4], name);
    assertEquals([...textBert!.values.slice(0, 8)], [101, 2000, 102, 0, 1, 1, 1, 0], name);
    assertEquals(data.modalities, ["text", "audio", "vision"]);
  }
  const words = withText(folder, (n) => each(n).map((i) => [7, 3000 + i, 4, 0]));
  assertThrows(
    () => loadDataset(words),
    DataError,
    'has whole numbers under "text", which are words',
  );
  // Counts, and sequences of three steps, may be features.
  for (const shape of [[4], [3, 4]]) {
    const size = shape.reduce((a, b) => a * b);
    const path = withText(
      folder,
      (n) => numpy([n, ...shape], Float32Array.from({ length: n * size }, (_, i) => i % 7)),
    );
    using data = loadDataset(path);
    assertEquals(data.splits.train!.features.text!.width, 4);
  }
  using empty = loadDataset(withText(folder, (n) => numpy([n, 3, 4], new Float32Array(12 * n))));
  assertEquals(empty.splits.train!.features.text!.steps, 3);
});

Deno.test("a sequence that is missing in a sample is one of zeros", () => {
  using folder = new TestFolder();
  const sequence = (length: number): Value => Array.from({ length }, (_, t) => [t + 1, 0.5]);
  for (const nothing of [null, []] as Value[]) {
    const path = folder.pickle(
      makeDataset(({ train }) => {
        train.audio = [nothing, sequence(2), sequence(3), ...Array(5).fill(nothing) as Value[]];
        delete train.audio_lengths;
      }),
      "mosi.pkl",
    );
    const missing = warningsOf(path).filter((text) => /has no audio/.test(text));
    assertEquals(missing, [
      '"mosi.pkl": has no audio in 6 of 8 samples of split "train": taken as zeros',
    ]);
    using data = loadDataset(path);
    const audio = data.splits.train!.features.audio!;
    assertEquals([audio.steps, [...audio.lengths]], [3, [1, 2, 3, 1, 1, 1, 1, 1]]);
    const rows = new Float32Array(12);
    audio.read([0, 1], rows);
    assertEquals([...rows], [0, 0, 0, 0, 0, 0, 1, 0.5, 2, 0.5, 0, 0]);
  }
});

Deno.test("a modality that is 0 everywhere is told, with what leaves it out", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset(({ train }) => train.vision = numpy([8, 4, 3], new Float32Array(96))),
    "mosi.pkl",
  );
  const found = warningsOf(path).filter((text) => /has no vision/.test(text));
  assertEquals(found.length, 1);
  assertMatch(found[0]!, /split "train" has no vision: it is 0 in all 8 samples, and --modalities/);
});

Deno.test("labels that are never negative are told with the range that they may have", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset((splits) => {
      for (const split of Object.values(splits)) {
        split.regression_labels = (split.id as string[]).map((_, i) => 0.25 + i / 16);
      }
    }),
    "mosi.pkl",
  );
  const [told] = warningsOf(path).filter((text) => /negative/.test(text));
  assertMatch(
    told!,
    /0 negative and 8 positive labels: .* --labels LEAST\.\.GREATEST, here 0\.\.1, makes/,
  );
  const labelRange = { low: 0, high: 1, neutral: 0.5 };
  assertEquals(warningsOf(path, { labelRange }).filter((text) => /negative/.test(text)), []);
});

Deno.test("lengths of no modality are those of each that is long enough", () => {
  using folder = new TestFolder();
  const path = folder.pickle(
    makeDataset((splits) => {
      for (const split of Object.values(splits)) {
        for (const key of ["audio_lengths", "vision_lengths"]) delete split[key];
        split.lengths = (split.id as string[]).map((_, i) => 2 + i % 3);
      }
    }),
    "mosi.pkl",
  );
  using data = loadDataset(path);
  const { text, audio, vision } = data.splits.train!.features;
  assertEquals([...audio!.lengths.slice(0, 4)], [2, 3, 4, 2]);
  assertEquals([...vision!.lengths.slice(0, 4)], [2, 3, 4, 2]);
  // Text has three steps only.
  assertEquals([...text!.lengths.slice(0, 4)], [3, 3, 3, 3]);
  assert(inspectDataset(path).renamed.includes("lengths → audio_lengths"));
});

/** A `.npy` of float32 numbers. */
function npy(shape: readonly number[], values: readonly number[]): Uint8Array<ArrayBuffer> {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }\n`;
  const bytes = new Uint8Array(10 + header.length + 4 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(Float32Array.from(values).buffer), 10 + header.length);
  return bytes;
}

Deno.test("a folder of an array for each sample is a modality, joined by the names of its files", () => {
  using folder = new TestFolder();
  const labelFile = folder.at("label.csv"), audio = folder.at("audio");
  Deno.mkdirSync(audio);
  const rows = ["id,label,mode"];
  for (const [i, mode] of ["train", "train", "train", "valid", "test"].entries()) {
    const length = 1 + i % 3;
    const values = Array.from({ length: 2 * length }, (_, j) => i + j / 8 + 0.5);
    Deno.writeFileSync(`${audio}/clip${i}.npy`, npy([length, 2], values));
    rows.push(`clip${i},${i - 2},${mode}`);
  }
  Deno.writeTextFileSync(labelFile, [rows[0], ...rows.slice(1).toReversed()].join("\n"));
  const options: LoadOptions = { protocol: "mosi", labelFile, files: { audio } };
  using data = loadDataset(audio, options);
  const { ids, labels, features } = data.splits.train!;
  assertEquals([ids, [...labels!]], [["clip0", "clip1", "clip2"], [-2, -1, 0]]);
  assertEquals([...features.audio!.lengths], [1, 2, 3]);
  const values = new Float32Array(6);
  features.audio!.read([1], values);
  assertEquals([...values], [1.5, 1.625, 1.75, 1.875, 0, 0]);
  // The sums of all files name the data.
  const before = data.sha256();
  Deno.writeFileSync(`${audio}/clip4.npy`, npy([1, 2], [9, 9]));
  using other = loadDataset(audio, options);
  assert(other.sha256() !== before);
  assertThrows(
    () => loadDataset(audio, { labelFile }),
    DataError,
    "or --audio PATH where all are of",
  );
});

Deno.test("numbered ids are no names of features, whatever word they begin with", () => {
  using folder = new TestFolder();
  const rows = (count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, i) => [`video${i}`, [[i + 0.5, 1], [i + 0.25, 2]]]),
    );
  const vision = folder.pickle(rows(5), "vision.pkl");
  const labelFile = folder.at("label.csv");
  const modes = ["train", "train", "train", "valid", "test"];
  const lines = modes.map((mode, i) => `video${i},${i - 2},${mode}`);
  Deno.writeTextFileSync(labelFile, `id,label,mode\n${lines.join("\n")}\n`);
  using data = loadDataset(vision, { protocol: "mosi", labelFile, files: { vision } });
  assertEquals([...data.splits.train!.labels!], [-2, -1, 0]);
  assertEquals(data.splits.test!.features.vision!.steps, 2);
});

Deno.test("--valid takes samples one by one where ids are row numbers, and says so", () => {
  using folder = new TestFolder();
  const { train, test } = makeDataset();
  for (const split of [train!, test!]) delete split.id;
  const path = folder.pickle({ train: train!, test: test! }, "mosi.pkl");
  const warnings = warningsOf(path, { valid: 0.25 });
  assert(warnings.some((text) => /row numbers as ids, which tell no videos/.test(text)));
  using data = loadDataset(path, { valid: 0.25 });
  assertEquals([data.splits.train!.samples, data.splits.valid!.samples], [6, 2]);
});

Deno.test("samples whose mode names no split are left out with their count, or the mode is", () => {
  using folder = new TestFolder();
  const flat = (modes: readonly Value[]) => {
    const { train } = makeDataset();
    return folder.pickle({ ...train!, mode: modes }, "mosi.pkl");
  };
  const [left] = warningsOf(
    flat(["train", "train", "dev", "dev", "test", "test", "trial", "trial"]),
  );
  assertMatch(
    left!,
    /leaves out 2 of 8 samples, whose "mode" is "trial", expected train, valid or t/,
  );
  const [unused] = warningsOf(flat([0, 1, 2, 0, 1, 2, 0, 1]));
  assertMatch(
    unused!,
    /does not use "mode": "0", "1", "2" name no split, expected train, valid, test/,
  );
});

Deno.test("several datasets in a file are refused by their names", () => {
  const folds = { fold0: makeDataset(), fold1: makeDataset() };
  assertMatch(refusal(folds), /it holds 2 datasets \("fold0", "fold1"\), expected one: save each/);
});
