import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataError, UsageError } from "../../../lib/core/errors.ts";
import { RandomStream } from "../../../lib/core/random.ts";
import { type Dataset, MemoryColumn, MODALITIES, type Modality } from "../../../lib/data/mod.ts";
import {
  type ClassPredictions,
  evaluateClasses,
  mae,
  PROTOCOLS,
} from "../../../lib/evaluation/mod.ts";
import {
  featureWidths,
  type FittedTensors,
  type Regressor,
  type Setting,
  type ValuesOf,
} from "../../../lib/models/mod.ts";
import { svm } from "../../../lib/models/svm.ts";
import { applyScaling, fitScaling, pooledFeatures } from "../../../lib/models/svm/features.ts";
import { resolveConfig } from "../../../lib/training/config.ts";
import { relabelled, smallData, withSplits } from "../small.ts";

function make(
  dataset: Dataset,
  settings: Record<string, Setting> = {},
  modalities: readonly Modality[] = dataset.modalities,
  protocol: "mosi" | "sims" = "mosi",
): Regressor {
  return svm.create({
    settings: resolveConfig(svm, protocol, settings) as ValuesOf<typeof svm.settings>,
    protocol,
    modalities,
    widths: featureWidths(dataset, modalities),
    trainLabels: new Float32Array(0),
    random: RandomStream.fromSeed(1),
  });
}

async function fit(dataset: Dataset, regressor: Regressor): Promise<FittedTensors> {
  return await regressor.fit(dataset.splits.train!, dataset.splits.valid!);
}

/** Mean absolute errors on test: the regressor's, and that of the median of train. */
async function errors(
  dataset: Dataset,
  regressor: Regressor,
): Promise<{ error: number; floor: number }> {
  const { train, test } = dataset.splits;
  const scores = regressor.predict(await fit(dataset, regressor), test!);
  const middle = train!.labels!.toSorted()[train!.samples >> 1]!;
  const floor = mae(new Float32Array(test!.samples).fill(middle), test!.labels!);
  return { error: mae(scores, test!.labels!), floor };
}

Deno.test("pooledFeatures() takes the text's first step and the means of true steps", () => {
  const column = (values: number[], steps: number, width: number, lengths: number[]) =>
    new MemoryColumn(
      Float32Array.from(values),
      { samples: 2, steps, width },
      Int32Array.from(lengths),
    );
  const split = {
    ...smallData().splits.train!,
    samples: 2,
    ids: ["a", "b"],
    features: {
      text: column([1, 2, 9, 9, 3, 4, 9, 9], 2, 2, [2, 2]),
      audio: column([1, 3, 99, 5, 99, 99], 3, 1, [2, 1]),
      vision: column([7, 8], 1, 1, [1, 1]),
    },
  };
  const { values, columns } = pooledFeatures(split, ["vision", "audio", "text"]);
  assertEquals([columns, ...values], [4, 1, 2, 2, 7, 3, 4, 5, 8]);
  assertEquals([...pooledFeatures(split, ["vision"]).values], [7, 8]);
  const blind = { ...split, features: { text: split.features.text } };
  assertThrows(() => pooledFeatures(blind, ["audio"]), DataError, "it has no audio");
});

Deno.test("pooledFeatures() reads splits of more samples than one part", () => {
  const { train } = smallData({ n: 150 }).splits;
  const { values, columns } = pooledFeatures(train!, ["text"]);
  const row = new Float32Array(columns);
  for (const i of [0, 63, 64, 149]) {
    train!.features.text!.read([i], row, 1);
    assertEquals([...values.subarray(i * columns, (i + 1) * columns)], [...row]);
  }
});

Deno.test("applyScaling() gives columns mean 0 and variance 1, and constant ones 0", () => {
  const values = Float64Array.of(1, 5, 0.1, 3, 5, 0.1 + 1e-9, 5, 5, 0.1);
  const x = { rows: 3, columns: 3, values };
  const scaling = fitScaling(x);
  const scaled = applyScaling(x, scaling).values;
  const column = (j: number) => [0, 1, 2].map((i) => scaled[3 * i + j]!);
  assertAlmostEquals(column(0).reduce((sum, v) => sum + v, 0), 0, 1e-6);
  assertAlmostEquals(column(0).reduce((sum, v) => sum + v * v, 0) / 3, 1, 1e-6);
  assertEquals(column(1), [0, 0, 0]);
  assert(column(2).every((v) => Math.abs(v) < 1e-6), `${column(2)}`);
});

for (const solver of ["exact", "approximate"]) {
  for (const kernel of ["rbf", "linear"]) {
    const settings = { solver, kernel, landmarks: 40 };
    Deno.test(`svm with an ${solver} ${kernel} kernel beats a constant, and shuffled labels do not`, async () => {
      const dataset = smallData({ n: 120, seed: 5 });
      const honest = await errors(dataset, make(dataset, settings));
      assert(honest.error < 0.6 * honest.floor, `${honest.error} against ${honest.floor}`);
      const { train } = dataset.splits;
      const order = RandomStream.fromSeed(1).permutation(train!.samples);
      const shuffled = withSplits(dataset, {
        train: (split) => relabelled(split, (_, i) => split.labels![order[i]!]!),
      });
      const none = await errors(shuffled, make(dataset, settings));
      assert(none.error > 0.85 * none.floor, `${none.error} against ${none.floor}`);
    });
  }
}

Deno.test("svm overfits 8 samples, score and classes", async () => {
  const dataset = smallData({ n: 8, noise: 1 });
  const regressor = make(dataset, { cost: 1000, epsilon: 0.01, gamma: "0.2" });
  const fitted = await fit(dataset, regressor);
  const { train } = dataset.splits;
  assert(mae(regressor.predict(fitted, train!), train!.labels!) < 0.02);
  const values = evaluateClasses(
    PROTOCOLS.mosi,
    regressor.classify!(fitted, train!),
    train!.labels!,
  );
  for (const [key, value] of Object.entries(values)) assertEquals(value, 1, key);
  assertEquals(Object.keys(values).length, 9);
});

Deno.test("svm takes every set of modalities, and refuses another width", async () => {
  const dataset = smallData();
  for (let bits = 1; bits < 8; bits++) {
    const modalities = MODALITIES.filter((_, i) => (bits >> i) & 1);
    const regressor = make(dataset, {}, modalities);
    const scores = regressor.predict(await fit(dataset, regressor), dataset.splits.test!);
    assert(scores.every(Number.isFinite) && scores.length === dataset.splits.test!.samples);
  }
  const fitted = await fit(dataset, make(dataset));
  assertThrows(
    () => make(dataset, {}, ["text"]).predict(fitted, dataset.splits.test!),
    DataError,
    "have width 6, the run was trained on width 13",
  );
});

Deno.test("svm gives the same tensors again, and no classes without classifiers", async () => {
  const dataset = smallData();
  for (const solver of ["exact", "approximate"]) {
    const settings = { solver, landmarks: 10 };
    assertEquals(
      await fit(dataset, make(dataset, settings)),
      await fit(dataset, make(dataset, settings)),
    );
  }
  const regressor = make(dataset, { classifiers: false });
  const fitted = await fit(dataset, regressor);
  assertEquals(regressor.classify!(fitted, dataset.splits.test!), {});
  assert(![...fitted.keys()].some((name) => name.startsWith("classes")));
});

Deno.test("svm chooses the solver by the number of samples", async () => {
  const dataset = smallData({ n: 40 });
  for (const [exactLimit, rows] of [[40, 40], [39, 10]] as const) {
    const fitted = await fit(dataset, make(dataset, { exactLimit, landmarks: 10 }));
    assertEquals(fitted.get("support")!.length, 13 * rows);
  }
});

Deno.test("svm lets ml-svm fit two classes, where it fits exactly", async () => {
  const dataset = smallData({ n: 60, noise: 0.5 });
  const test = dataset.splits.test!;
  for (const kernel of ["rbf", "linear"]) {
    const classes: ClassPredictions[] = [];
    for (const binarySolver of ["own", "ml-svm"]) {
      const regressor = make(dataset, { kernel, cost: 0.2, binarySolver });
      classes.push(regressor.classify!(await fit(dataset, regressor), test));
    }
    // It stops earlier than ours: a sample near the border may fall on the other side.
    for (const [task, own] of Object.entries(classes[0]!)) {
      const differing = Array.from(own).filter((c, i) => c !== classes[1]![task]![i]).length;
      assert(differing <= (task.startsWith("classes") ? 0 : 1), `${kernel} ${task}: ${differing}`);
    }
  }
  await assertRejects(
    () => fit(dataset, make(dataset, { exactLimit: 59, landmarks: 10, binarySolver: "ml-svm" })),
    UsageError,
    "60 samples have an approximate one",
  );
});

Deno.test("svm classifies by the bins of SIMS, and labels of one class by that", async () => {
  const dataset = smallData();
  const tiny = withSplits(dataset, {
    train: (split) => relabelled(split, (label) => 0.2 + Math.abs(label) / 100),
  });
  const regressor = make(tiny, {}, tiny.modalities, "sims");
  const classes = regressor.classify!(await fit(tiny, regressor), tiny.splits.test!);
  assertEquals(Object.keys(classes), ["nonPosPos", "classes3", "classes5"]);
  const first = Object.values(classes).map((predicted) => [...new Set(Array.from(predicted))]);
  assertEquals(first, [[1], [2], [3]]);
});

Deno.test("svm refuses bad settings and splits without labels", async () => {
  const dataset = smallData();
  assertThrows(() => make(dataset, { cost: 0 }), UsageError, "Cannot set cost to 0");
  for (const gamma of ["auto", "0", "-1", ""]) {
    assertThrows(() => make(dataset, { gamma }), UsageError, `gamma to "${gamma}"`);
  }
  assertThrows(() => make(dataset, { kernel: "poly" }), UsageError, "expected one of rbf, linear");
  const blank = { ...dataset.splits.train!, labels: null };
  await assertRejects(
    async () => await make(dataset).fit(blank, blank),
    DataError,
    "has no labels",
  );
});
