import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { exists, writeJsonAtomic } from "../../lib/core/files.ts";
import { RunError, UsageError } from "../../lib/core/errors.ts";
import { type Dataset, loadDataset, makeSynthetic } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { exportOnnx, type OnnxInput } from "../../lib/export/mod.ts";
import { openRuntime } from "../../lib/export/onnx_packages.ts";
import { openRun } from "../../lib/training/mod.ts";
import { ENCODERS, RECORDINGS } from "../nn/text_encoders/recorded.ts";
import { DATA, trainWithBert } from "../training/small_bert.ts";
import { train, withFolder } from "../training/small.ts";

/** Values of the test split of a dataset, as a file takes them. */
function inputsFrom({ splits: { test } }: Dataset): Record<string, Float32Array | Int32Array> {
  const { samples, features, textBert } = test!;
  const values: Record<string, Float32Array | Int32Array> = {};
  for (const [modality, column] of Object.entries(features)) {
    const read = new Float32Array(samples * column.steps * column.width);
    column.read(Array.from({ length: samples }, (_, i) => i), read);
    values[modality] = read;
    values[`${modality}_lengths`] = column.lengths;
  }
  if (textBert === null) return values;
  const { shape: [, , count], values: tokens } = textBert;
  for (const [part, name] of ["input_ids", "attention_mask", "token_type_ids"].entries()) {
    const at = (i: number) => (3 * Math.floor(i / count) + part) * count + i % count;
    values[name] = Int32Array.from({ length: samples * count }, (_, i) => tokens[at(i)]!);
  }
  return values;
}

/** Exports a run, and holds the scores of the file against what `predict` gives for the test split. */
async function assertExports(run: string, file: string, dataset: Dataset): Promise<OnnxInput[]> {
  const { inputs } = await exportOnnx(run, file);
  const { samples } = dataset.splits.test!;
  const score = await openRuntime(Deno.readFileSync(file), inputs, "prediction");
  const scores = await score(inputsFrom(dataset), samples);
  using predictor = openRun(run, await openEngine({ engine: "cpu" }));
  const expected = await predictor.predict(dataset.splits.test!);
  assertEquals(scores.length, samples);
  scores.forEach((score, i) => assert(Math.abs(score - expected[i]!) <= 1e-5, `sample ${i}`));
  return [...inputs];
}

Deno.test("exportOnnx() has the scaling of features and the way back to the labels inside", async () => {
  await withFolder(async (out) => {
    const engine = await openEngine({ engine: "cpu" });
    const labelRange = { low: 1, high: 5, neutral: 3 };
    const made = makeSynthetic({ n: 24, text: 6, audio: 3, vision: 4, audioSteps: 9 });
    const shifted = Object.values(made.splits).map((split) => [
      split.name,
      { ...split, labels: split.labels!.map((label) => 3 + label / 2) },
    ]);
    const dataset: Dataset = {
      ...made,
      splits: Object.fromEntries(shifted),
      source: { labelRange },
    };
    const settings = { epochs: 1, standardize: "train" };
    for (const model of ["self-mm", "lf-dnn", "cnn"]) {
      const { summary } = await train(engine, dataset, out, { model, settings });
      const file = join(out, "run.onnx");
      const inputs = await assertExports(summary.path, file, dataset);
      const sequences = inputs.map(({ name, shape }) => `${name} [${["batch", ...shape]}]`);
      assert(sequences.includes("audio [batch,9,3]"), `${sequences}`);
      using scores = openRun(summary.path, engine);
      assert((await scores.predict(dataset.splits.test!)).every((score) => score > 1.5));
    }
  });
});

for (const name of ENCODERS) {
  Deno.test(`exportOnnx() has the ${name} of a run inside, and is given its tokens`, async () => {
    await withFolder(async (out) => {
      const engine = await openEngine({ engine: "cpu" });
      const dataset = loadDataset(DATA);
      const bert = join(RECORDINGS, name);
      const settings = { epochs: 1, bert };
      const { summary } = await trainWithBert(engine, dataset, out, { settings });
      const { inputs } = await exportOnnx(summary.path, join(out, "run.onnx"));
      const names = inputs.map(({ name }) => name);
      assertEquals(names.slice(0, 2), ["input_ids", "attention_mask"]);
      assertEquals(names.at(-1), "audio_lengths");
    });
  });
}

Deno.test("exportOnnx() of a run with a BERT scores tokens as predict does", async () => {
  await withFolder(async (out) => {
    const engine = await openEngine({ engine: "cpu" });
    const dataset = loadDataset(DATA);
    const { summary } = await trainWithBert(engine, dataset, out);
    await assertExports(summary.path, join(out, "run.onnx"), dataset);
  });
});

Deno.test("exportOnnx() refuses what is no network, and runs that do not tell their steps", async () => {
  await withFolder(async (out) => {
    const engine = await openEngine({ engine: "cpu" });
    const dataset = makeSynthetic({ n: 16 });
    const file = join(out, "run.onnx");
    const constant = (await train(engine, dataset, out, { model: "constant" })).summary.path;
    await assertRejects(() => exportOnnx(constant, file), UsageError, "constant is no network");
    const { summary: { path } } = await train(engine, dataset, out, { settings: { epochs: 1 } });
    const record = JSON.parse(Deno.readTextFileSync(join(path, "run.json")));
    delete record.data.steps;
    writeJsonAtomic(join(path, "run.json"), record);
    await assertRejects(() => exportOnnx(path, file), RunError, "how many steps its data have");
    assert(!exists(file));
  });
});
