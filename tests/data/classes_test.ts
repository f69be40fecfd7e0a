import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { DataError, DataIntegrityError } from "../../lib/core/errors.ts";
import { inspectDataset } from "../../lib/data/checks/inspect.ts";
import { classesIn, withClassNumbers } from "../../lib/data/classes.ts";
import { loadDataset, type LoadOptions } from "../../lib/data/load.ts";
import { convertDataset } from "../../lib/data/store/convert.ts";
import { makeDataset, numpy, numpyStrings, TestFolder, type Value } from "./mmsa_file.ts";

/** The dataset with other labels in place of all it has. */
function labelled(folder: TestFolder, labels: (samples: number) => Record<string, Value>): string {
  return folder.pickle(
    makeDataset((splits) => {
      for (const split of Object.values(splits)) {
        for (const key of ["regression_labels", "classification_labels", "annotations"]) {
          delete split[key];
        }
        Object.assign(split, labels((split.id as string[]).length));
      }
    }),
    "mosi.pkl",
  );
}

function cycle<T>(samples: number, values: readonly T[]): T[] {
  return Array.from({ length: samples }, (_, i) => values[i % values.length]!);
}

/** Labels of train, and the classes of all. */
function read(path: string, options: LoadOptions = {}) {
  using data = loadDataset(path, options);
  const { labels, annotations } = data.splits.train!;
  return {
    labels: labels && [...labels],
    annotations: annotations && [...annotations],
    classes: classesIn(Object.values(data.splits)),
  };
}

const NAMES = ["sad", "happy", "sad", "angry"];
const WAYS: Readonly<Record<string, (samples: number) => Record<string, Value>>> = {
  "annotations": (n) => ({ annotations: cycle(n, NAMES) }),
  "label, a list of names": (n) => ({ label: cycle(n, NAMES) }),
  "labels, an array [n, 1] of names": (n) => ({
    labels: cycle(n, NAMES).map((name) => [name]),
  }),
  "labels beside which nothing is a score": (n) => ({
    label: cycle(n, NAMES),
    confidence: cycle(n, [0.5, 0.7]),
  }),
  "emotion labels of numpy": (n) => ({ labels: numpyStrings(cycle(n, NAMES)) }),
};
for (const [name, labels] of Object.entries(WAYS)) {
  Deno.test(`classes without scores are read from ${name}`, () => {
    using folder = new TestFolder();
    const found = read(labelled(folder, labels));
    assertEquals(found.labels, null);
    assertEquals(found.annotations!.slice(0, 4), NAMES);
    assertEquals(found.classes, ["angry", "happy", "sad"]);
  });
}

Deno.test("classes without scores are read from numbers, in the order of numbers", () => {
  using folder = new TestFolder();
  const numbers = labelled(folder, (n) => ({
    classification_labels: numpy([n], Float32Array.from(cycle(n, [2, 10, 0, 2]))),
  }));
  const found = read(numbers);
  assertEquals([found.labels, found.classes], [null, ["0", "2", "10"]]);
  assertEquals(found.annotations!.slice(0, 3), ["2", "10", "0"]);
  const halves = labelled(folder, (n) => ({
    classification_labels: numpy([n], Float32Array.from(cycle(n, [0.5, 1]))),
  }));
  assertThrows(() => read(halves), DataError, 'has the classes "0.5", expected whole numbers');
});

Deno.test("texts that are numbers are scores, and both kinds together are an error", () => {
  using folder = new TestFolder();
  const texts = labelled(folder, (n) => ({ label: cycle(n, ["-1.5", "0", "2", " 1 "]) }));
  const { labels, classes } = read(texts);
  assertEquals([labels!.slice(0, 4), classes], [[-1.5, 0, 2, 1], null]);
  const both = labelled(folder, (n) => ({ label: cycle(n, ["-1.5", "good"]) }));
  assertThrows(
    () => read(both),
    DataError,
    'has the labels "-1.5" and "good", expected numbers or names',
  );
});

Deno.test("scores beside names of classes are the labels", () => {
  using folder = new TestFolder();
  const path = labelled(
    folder,
    (n) => ({ labels: cycle(n, NAMES), score: cycle(n, [-1, 2, 0.5]) }),
  );
  const { labels, annotations, classes } = read(path);
  assertEquals([labels!.slice(0, 3), classes], [[-1, 2, 0.5], null]);
  assertEquals(annotations!.slice(0, 3), NAMES.slice(0, 3));
});

Deno.test("numbers are classes where that is said, and the error about them says how", () => {
  using folder = new TestFolder();
  const path = labelled(folder, (n) => ({ labels: cycle(n, [0, 1]) }));
  assertThrows(() => read(path), DataIntegrityError, "--labels classes that they are classes");
  const { labels, classes } = read(path, { classes: true });
  assertEquals([labels, classes], [null, ["0", "1"]]);
});

Deno.test("data:check names the classes, and what learns from them", () => {
  using folder = new TestFolder();
  const path = labelled(folder, (n) => ({ annotations: cycle(n, NAMES) }));
  const { ok, problems } = inspectDataset(path);
  assert(ok);
  const [first] = problems.filter(({ code }) => code === "classes-only");
  assertMatch(
    first!.message,
    /split "train" has no scores but the classes "angry" \(2\), "happy" \(2\), "sad" \(4\): svm/,
  );
});

Deno.test("a table has names of classes, or numbers, and a store keeps them", () => {
  using folder = new TestFolder();
  const path = labelled(folder, () => ({}));
  const table = (cells: readonly string[]) => {
    const rows = (["train", "valid", "test"] as const).flatMap((split, s) =>
      cycle([8, 4, 5][s]!, cells).map((cell, i) => `${split},${i},${cell}`)
    );
    const file = folder.at("label.csv");
    Deno.writeTextFileSync(file, `video_id,clip_id,label\n${rows.join("\n")}\n`);
    return { labelFile: file };
  };
  assertEquals(read(path, table(NAMES)).classes, ["angry", "happy", "sad"]);
  convertDataset(path, folder.at("store"), table(NAMES));
  assertEquals(read(folder.at("store")).classes, ["angry", "happy", "sad"]);
  assertThrows(() => read(path, table(["1", "happy"])), DataError, 'has the label "happy"');
});

Deno.test("withClassNumbers() gives positions, and names a sample of another class", () => {
  using folder = new TestFolder();
  const path = labelled(folder, (n) => ({ annotations: cycle(n, NAMES) }));
  using data = loadDataset(path);
  const { labels } = withClassNumbers(data, ["angry", "happy", "sad"]).splits.train!;
  assertEquals([...labels!.slice(0, 4)], [2, 1, 2, 0]);
  assertThrows(
    () => withClassNumbers(data, ["happy", "sad"]),
    DataError,
    'split "train" has 2 samples of another class, such as "train$_$3" of "angry", expected "happy", "sad"',
  );
});
