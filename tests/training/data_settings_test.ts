import { assert, assertAlmostEquals, assertEquals, assertMatch } from "@std/assert";
import { RandomStream } from "../../lib/core/random.ts";
import { type Dataset, makeSynthetic, MemoryColumn, type Split } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { findModel, type Setting } from "../../lib/models/mod.ts";
import { settingsOfData } from "../../lib/training/data_settings.ts";
import { readWeights } from "../../lib/training/weights.ts";
import { openRun, openTraining } from "../../lib/training/mod.ts";
import { withFolder } from "./small.ts";

const { modalities } = makeSynthetic({ n: 8 });

/** Data that nobody knows, after a change of each split. */
function ownData(change: (split: Split) => Split, n = 60): Dataset {
  const { isKnown: _, splits, ...rest } = makeSynthetic({ n, seed: 4 });
  const changed = Object.values(splits).map((split) => [split.name, change(split)]);
  return { ...rest, name: "own", splits: Object.fromEntries(changed) };
}

/** Words whose mean says the label, and the first of which says nothing. */
function withWords(split: Split): Split {
  const [steps, width] = [6, 5];
  const random = RandomStream.fromSeed(2).split(split.name);
  const values = new Float32Array(split.samples * steps * width);
  for (let i = 0; i < split.samples; i++) {
    for (let step = 0; step < steps; step++) {
      const at = (i * steps + step) * width;
      values.set(random.normalArray(width), at);
      values[at]! += step === 0 ? 0 : split.labels![i]!;
    }
  }
  const text = new MemoryColumn(values, { samples: split.samples, steps, width });
  return { ...split, features: { ...split.features, text } };
}

/** Audio and vision as raw tools write them: each column in units of its own. */
function withUnits(split: Split): Split {
  const features = { ...split.features };
  for (const modality of ["audio", "vision"] as const) {
    const column = split.features[modality]!;
    const { samples, steps, width, lengths } = column;
    const values = new Float32Array(samples * steps * width);
    column.read(Array.from({ length: samples }, (_, i) => i), values);
    for (let i = 0; i < samples; i++) {
      for (let at = 0; at < lengths[i]! * width; at++) {
        const place = i * steps * width + at;
        values[place] = (8 + values[place]!) * [1024, 0.125, 16][at % 3]!;
      }
    }
    features[modality] = new MemoryColumn(values, { samples, steps, width }, lengths);
  }
  return { ...split, features };
}

function decide(model: string, dataset: Dataset, given: Record<string, Setting> = {}) {
  return settingsOfData(findModel(model), dataset, modalities, given);
}

Deno.test("words are read by an LSTM in networks and by their mean in svm, and why is said", () => {
  const words = ownData(withWords);
  for (const model of ["self-mm", "shared-private", "text-guided"]) {
    assertEquals(decide(model, words).settings["textPooling"], "lstm");
  }
  const svm = decide("svm", words);
  assertEquals(svm.settings, { textPooling: "mean" });
  assertMatch(svm.reasons["textPoolingReason"]!, /: words$/);
  assertMatch(svm.notes[0]!, /the text is read by textPooling mean, not by its first step/);
  // A model that reads sequences has no such setting.
  assertEquals(decide("cnn", words).settings, { standardize: "none" });
});

Deno.test("what is given, and published and made data, are left as they are", () => {
  const words = ownData((split) => withUnits(withWords(split)));
  const given = { textPooling: "first", standardize: "none" };
  assertEquals(decide("self-mm", words, given).settings, {});
  assertEquals(decide("self-mm", { ...words, isKnown: true }).settings, {});
  assertEquals(decide("self-mm", makeSynthetic({ n: 8 })).settings, {});
  assertEquals(decide("self-mm", words, { text: "bert" }).settings["textPooling"], undefined);
});

/** Trains, and gives what came of it. */
async function trained(out: string, model: string, data: Dataset, settings = {}) {
  const warnings: string[] = [];
  const engine = await openEngine({ engine: "cpu" });
  using training = await openTraining({
    model,
    data,
    settings,
    engine,
    out,
    onWarning: (text) => warnings.push(text),
  });
  const { summary } = await training.train(1);
  const config = JSON.parse(Deno.readTextFileSync(`${summary.path}/config.json`));
  return { summary, config, warnings, engine };
}

const SMALL = { epochs: 30, batchSize: 8, updateEpochs: 1 };

Deno.test("self-mm learns from words what the first of them does not say", async () => {
  await withFolder(async (out) => {
    const data = ownData(withWords);
    const own = { ...data, modalities: ["text"] as const };
    const { summary, config, warnings } = await trained(out, "self-mm", own, SMALL);
    assertEquals(config.textPooling, "lstm");
    assertMatch(config.textPoolingReason, /the mean of all with/);
    assert(warnings.some((text) => /textPooling lstm/.test(text)));
    const first = await trained(`${out}/first`, "self-mm", own, {
      ...SMALL,
      textPooling: "first",
    });
    assertEquals(first.config.textPoolingReason, undefined);
    const corrs = [summary, first.summary].map(({ test }) => test["corr"]!);
    assert(corrs[0]! > 0.6 && corrs[1]! < 0.4, corrs.join());
    for (const textPooling of ["mean", "last"]) {
      const { summary } = await trained(`${out}/${textPooling}`, "text-guided", own, {
        epochs: 1,
        textPooling,
      });
      assert(Number.isFinite(summary.test["mae"]));
    }
  });
});

Deno.test("features of any units train as those without, and a reopened run scales them", async () => {
  await withFolder(async (out) => {
    const modalities = ["audio", "vision"] as const;
    const clean = { ...ownData((split) => split), modalities };
    const raw = { ...ownData(withUnits), modalities };
    const asIs = await trained(`${out}/clean`, "self-mm", clean, {
      ...SMALL,
      standardize: "train",
    });
    const scaled = await trained(`${out}/raw`, "self-mm", raw, SMALL);
    assertEquals(scaled.config.standardize, "train");
    assertMatch(scaled.config.standardizeReason, /audio has values up to/);
    assert(scaled.warnings.some((text) => /standardized to a common scale/.test(text)));
    const [one, other] = [asIs, scaled].map(({ summary }) => summary.test["corr"]!);
    assertAlmostEquals(one!, other!, 0.05);
    using run = openRun(scaled.summary.path, scaled.engine);
    const scores = await run.predict(raw.splits.test!);
    const { labels } = raw.splits.test!;
    const mae = scores.reduce((sum, score, i) => sum + Math.abs(score - labels![i]!), 0) /
      scores.length;
    assertAlmostEquals(mae, scaled.summary.test["mae"]!, 1e-5);
    const { weights } = readWeights(`${scaled.summary.path}/model.safetensors`);
    assertEquals(weights.get("standardize.audio.means")!.shape, [6]);
  });
});

Deno.test("a run made before these settings opens with the first step, unscaled", async () => {
  await withFolder(async (out) => {
    const own = { ...ownData(withWords), modalities: ["text"] as const };
    const given = { ...SMALL, epochs: 2, textPooling: "first", standardize: "none" };
    const { summary, engine } = await trained(out, "self-mm", own, given);
    const path = `${summary.path}/config.json`;
    const { textPooling: _, standardize: __, ...old } = JSON.parse(Deno.readTextFileSync(path));
    Deno.writeTextFileSync(path, JSON.stringify(old));
    using run = openRun(summary.path, engine);
    const scores = await run.predict(own.splits.test!);
    const mae = scores.reduce((sum, s, i) => sum + Math.abs(s - own.splits.test!.labels![i]!), 0) /
      scores.length;
    assertAlmostEquals(mae, summary.test["mae"]!, 1e-6);
    // What the data decide now is another setting than it had.
    const now = await trained(out, "self-mm", own, { ...SMALL, epochs: 2 });
    assertEquals(now.summary.path, `${summary.path}~textPooling=lstm`);
  });
});

Deno.test("labels of 1 to 5 are trained from the neutral one and given back", async () => {
  await withFolder(async (out) => {
    const stars = (split: Split) => ({ ...split, labels: split.labels!.map((y) => y * 2 / 3 + 3) });
    const labelRange = { low: 1, high: 5, neutral: 3 };
    const data = { ...ownData(stars), source: { labelRange } };
    for (const model of ["svm", "self-mm"]) {
      const settings = model === "svm" ? {} : SMALL;
      const { summary, config, engine } = await trained(out, model, data, settings);
      assertEquals([config.labels, config.H], ["1..5", model === "svm" ? undefined : 2]);
      assert(summary.test["corr"]! > 0.5);
      assert(summary.test["acc2NegPos"]! > 0.6);
      using run = openRun(summary.path, engine);
      const scores = await run.predict(data.splits.test!);
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
      assertAlmostEquals(mean, 3, 0.8);
      const rows = Deno.readTextFileSync(`${summary.path}/predictions.csv`).trim().split("\n");
      const [, , label, prediction] = rows.at(-1)!.split(",").map(Number);
      assertAlmostEquals(label!, data.splits.test!.labels!.at(-1)!, 1e-6);
      assertAlmostEquals(prediction!, scores.at(-1)!, 1e-6);
    }
  });
});

Deno.test("a run in which no weight changed says so", async () => {
  await withFolder(async (out) => {
    const untrained = { epochs: 1, batchSize: 64, updateEpochs: 4 };
    const { summary } = await trained(out, "self-mm", makeSynthetic({ n: 16 }), untrained);
    assertEquals(summary.untrained, true);
    const { summary: other } = await trained(
      `${out}/b`,
      "self-mm",
      makeSynthetic({ n: 16 }),
      SMALL,
    );
    assertEquals(other.untrained, undefined);
  });
});
