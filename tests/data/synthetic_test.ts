import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { DataError, UsageError } from "../../lib/core/errors.ts";
import {
  convertDataset,
  type Dataset,
  type FeatureColumn,
  inspectDataset,
  isSynthetic,
  loadDataset,
  makeSynthetic,
  MODALITIES,
  parseSynthetic,
  type Split,
} from "../../lib/data/mod.ts";
import { corr } from "../../lib/evaluation/mod.ts";
import { TestFolder } from "./mmsa_file.ts";

function valuesOf(column: FeatureColumn): Float32Array {
  const values = new Float32Array(column.samples * column.steps * column.width);
  column.read(Array.from({ length: column.samples }, (_, i) => i), values);
  return values;
}

/** Every array of a dataset, by name, as bytes. */
function arraysOf({ splits }: Dataset): [string, Uint8Array][] {
  const bytes = (array: Float32Array | Int32Array) => new Uint8Array(array.buffer);
  return Object.values(splits).flatMap((split) => [
    [`${split.name} labels`, bytes(split.labels!.slice())] as [string, Uint8Array],
    ...MODALITIES.flatMap((modality): [string, Uint8Array][] => [
      [`${split.name} ${modality}`, bytes(valuesOf(split.features[modality]!))],
      [`${split.name} ${modality} lengths`, bytes(split.features[modality]!.lengths.slice())],
      [`${split.name} ${modality} labels`, bytes(split.unimodalLabels[modality]!.slice())],
    ]),
  ]);
}

function digest(dataset: Dataset): string {
  const hash = createHash("sha256");
  for (const [name, bytes] of arraysOf(dataset)) hash.update(name).update(bytes);
  return hash.digest("hex");
}

/** [width][samples] mean of each feature over the steps that a sample has. */
function meansOf(column: FeatureColumn): Float64Array[] {
  const values = valuesOf(column);
  return Array.from(
    { length: column.width },
    (_, j) =>
      Float64Array.from({ length: column.samples }, (_, i) => {
        let sum = 0;
        for (let t = 0; t < column.lengths[i]!; t++) {
          sum += values[(i * column.steps + t) * column.width + j]!;
        }
        return sum / column.lengths[i]!;
      }),
  );
}

Deno.test("makeSynthetic() gives the same bytes on every machine", () => {
  assertEquals(
    digest(makeSynthetic({ n: 20 })),
    "99211594dc94b22e2bffd67c015bc482e203dd155dbdb91d98616a9d33da2f74",
  );
  assertEquals(digest(makeSynthetic({ n: 20 })), digest(makeSynthetic({ n: 20, seed: 1 })));
});

Deno.test("makeSynthetic() makes other data of another seed, and says so in its SHA-256", () => {
  const [one, two] = [makeSynthetic({ n: 20, seed: 1 }), makeSynthetic({ n: 20, seed: 2 })];
  const [first, second] = [new Map(arraysOf(one)), new Map(arraysOf(two))];
  for (const [name, bytes] of first) {
    // A few lengths can be the same by chance.
    if (!name.endsWith("lengths")) assert(String(second.get(name)) !== String(bytes), name);
  }
  assert(one.sha256() !== two.sha256());
  assertEquals(one.sha256(), makeSynthetic({ n: 20 }).sha256());
});

Deno.test("makeSynthetic() makes splits of the asked sizes, with distinct ids", () => {
  const { splits, protocol, modalities, name } = makeSynthetic({ n: 80, audio: 3, audioSteps: 5 });
  assertEquals([name, protocol, modalities], ["synthetic", "mosi", MODALITIES]);
  assertEquals(Object.values(splits).map(({ name, samples }) => [name, samples]), [
    ["train", 80],
    ["valid", 20],
    ["test", 40],
  ]);
  const ids = Object.values(splits).flatMap(({ ids }) => ids);
  assertEquals(new Set(ids).size, 140);
  assertEquals(ids[9], "synthetic_train_1$_$1");
  const { width, steps } = splits.train!.features.audio!;
  assertEquals([width, steps], [3, 5]);
  assertEquals(makeSynthetic({ n: 1 }).splits.valid!.samples, 4);
});

Deno.test("makeSynthetic() pads with zeros after at least half of the steps", () => {
  for (const column of Object.values(makeSynthetic({ n: 60 }).splits.train!.features)) {
    const values = valuesOf(column);
    const row = column.steps * column.width;
    column.lengths.forEach((length, i) => {
      assert(length >= column.steps / 2 && length <= column.steps);
      const [from, to] = [i * row + length * column.width, (i + 1) * row];
      assert(values.subarray(from, to).every((value) => value === 0));
      assert(values.subarray(i * row, from).every((value) => value !== 0));
    });
    assert(new Set(column.lengths).size > 1, "lengths differ");
  }
});

Deno.test("makeSynthetic() gives labels as annotators do", () => {
  for (const { labels, unimodalLabels } of Object.values(makeSynthetic().splits)) {
    for (const label of [labels!, ...Object.values(unimodalLabels)].flatMap((all) => [...all])) {
      assert(Math.abs(label) <= 3);
      assertAlmostEquals(5 * label, Math.round(5 * label), 1e-5);
    }
  }
});

Deno.test("makeSynthetic() plants sentiments of which the label is a mixture, led by text", () => {
  const { labels, unimodalLabels } = makeSynthetic({ n: 8000 }).splits.train!;
  const { text, audio, vision } = unimodalLabels as Required<Split["unimodalLabels"]>;
  for (const [a, b] of [[text, audio], [text, vision], [audio, vision]]) {
    assertAlmostEquals(corr(a!, b!), 0, 0.04);
  }
  const norm = Math.hypot(0.84, 0.38, 0.38);
  assertAlmostEquals(corr(labels!, text), 0.84 / norm, 0.02);
  assertAlmostEquals(corr(labels!, audio), 0.38 / norm, 0.03);
  assertAlmostEquals(corr(labels!, vision), 0.38 / norm, 0.03);
});

Deno.test("makeSynthetic() expresses a sentiment in its own modality only, alike in all splits", () => {
  const { train, test } = makeSynthetic({ n: 1000 }).splits;
  for (const modality of MODALITIES) {
    const correlations = (split: Split, label: Float32Array) =>
      meansOf(split.features[modality]!).map((column) => corr(column, label));
    const own = correlations(train!, train!.unimodalLabels[modality]!);
    const strongest = own.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    assert(strongest > 0.8, `${modality}: ${strongest}`);
    const again = correlations(test!, test!.unimodalLabels[modality]!);
    own.forEach((value, j) => assertAlmostEquals(again[j]!, value, 0.15));
    for (const other of MODALITIES.filter((name) => name !== modality)) {
      const foreign = correlations(train!, train!.unimodalLabels[other]!);
      assert(foreign.every((value) => Math.abs(value) < 0.15), `${modality} tells of ${other}`);
    }
  }
});

Deno.test("makeSynthetic() expresses less when there is more noise", () => {
  const clarity = (noise: number) => {
    const { features, unimodalLabels } = makeSynthetic({ n: 400, noise }).splits.train!;
    const columns = meansOf(features.text!);
    return Math.max(...columns.map((column) => Math.abs(corr(column, unimodalLabels.text!))));
  };
  assert(clarity(0) > 0.95);
  assert(clarity(4) < 0.6);
});

Deno.test("isSynthetic() knows the two forms and nothing else", () => {
  for (const spec of ["synthetic", "synthetic:", "synthetic:n=3"]) assert(isSynthetic(spec));
  for (const path of ["synthetic.pkl", "./synthetic", "Synthetic"]) assert(!isSynthetic(path));
});

Deno.test("parseSynthetic() reads options over the defaults", () => {
  const defaults = parseSynthetic("synthetic");
  assertEquals(parseSynthetic("synthetic:"), defaults);
  const some = parseSynthetic("synthetic:n=50,seed=0,noise=0.25,textSteps=9");
  assertEquals(some, { ...defaults, n: 50, seed: 0, noise: 0.25, textSteps: 9 });
});

Deno.test("parseSynthetic() refuses unknown keys and values that do not fit", () => {
  const table: [string, string][] = [
    ["N=3", 'Unknown key of synthetic data "N": did you mean "n"? Known are n, seed, text'],
    ["sed=3", 'did you mean "seed"'],
    ["n", "Cannot use n= in"],
    ["n=", "Cannot use n= in"],
    ["n=0", "expected a whole number of 1 or more"],
    ["n=1e9", 'text of split "train" has 96000000000 values, expected at most 1073741824'],
    ["n=2.5", "expected a whole number of 1 or more"],
    ["n=x", "expected a whole number of 1 or more"],
    ["seed=-1", "expected a whole number"],
    ["noise=-0.1", "expected a number of 0 or more"],
    ["noise=Infinity", "expected a number of 0 or more"],
    ["__proto__=3", "Unknown key"],
  ];
  for (const [options, message] of table) {
    const parse = () => parseSynthetic(`synthetic:${options}`);
    assertThrows(parse, UsageError, message, options);
  }
});

Deno.test("loadDataset() takes synthetic data, unchanged", () => {
  using loaded = loadDataset("synthetic:n=20,seed=3");
  using made = makeSynthetic({ n: 20, seed: 3 });
  assertEquals(arraysOf(loaded), arraysOf(made));
  const { name, path, protocol, modalities, zeroed } = loaded;
  assertEquals([name, path, protocol, zeroed], ["synthetic", made.path, "mosi", {}]);
  assertEquals(modalities, MODALITIES);
  assertEquals(loaded.sha256(), made.sha256());
  using again = loadDataset(path);
  assertEquals(again.sha256(), made.sha256());
  using text = loadDataset("synthetic:n=20", { modalities: ["text"], splits: ["test"] });
  assertEquals([text.modalities, Object.keys(text.splits)], [["text"], ["test"]]);
});

Deno.test("inspectDataset() takes synthetic data", () => {
  const { ok, format, protocol, splits, bytes } = inspectDataset("synthetic:n=20");
  assertEquals([ok, format, protocol, bytes], [true, "synthetic", "mosi", null]);
  const { samples, features, unimodalLabels } = splits.train!;
  assertEquals([samples, unimodalLabels], [20, MODALITIES]);
  assertEquals([features.text!.steps, features.text!.width], [6, 16]);
  assertThrows(() => inspectDataset("synthetic:m=20"), UsageError);
});

Deno.test("convertDataset() takes synthetic data, and the store keeps their protocol", () => {
  using folder = new TestFolder();
  convertDataset("synthetic:n=20", folder.at("store"));
  using stored = loadDataset(folder.at("store"));
  using made = makeSynthetic({ n: 20 });
  assertEquals(arraysOf(stored), arraysOf(made));
  // Human labels of the text alone would say sims.
  assertEquals([stored.protocol, stored.name], ["mosi", "synthetic"]);
  assertEquals(stored.sha256(), made.sha256());
  const other = () => convertDataset("synthetic:n=21", folder.at("store"));
  assertThrows(other, DataError, "it holds the conversion of");
});
