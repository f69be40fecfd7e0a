import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataError } from "../../lib/core/errors.ts";
import { MemoryColumn, type Split } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { withStepsOf } from "../../lib/training/padded_steps.ts";
import { smallSettings } from "../models/networks.ts";
import { findModel } from "../../lib/models/mod.ts";
import { smallData, withSplits } from "../models/small.ts";
import { train, withFolder } from "./small.ts";

/** Two samples of three steps of width two, of true lengths 2 and 1; 0 beyond. */
const SPLIT: Split = {
  ...smallData().splits.test!,
  samples: 2,
  ids: ["a", "b"],
  features: {
    text: new MemoryColumn(
      Float32Array.of(1, 2, 3, 4, 0, 0, 5, 6, 0, 0, 0, 0),
      { samples: 2, steps: 3, width: 2 },
      Int32Array.of(2, 1),
    ),
  },
  // ids, mask and segments of three places
  textBert: {
    shape: [2, 3, 3],
    values: Int32Array.of(7, 8, 0, 1, 1, 0, 0, 0, 0, 9, 0, 0, 1, 0, 0, 0, 0, 0),
  },
};

const READER = { dataForms: { text: "timeMajor" }, seesPadding: true, boundSteps: {} } as const;

/** What two networks would read of the text, either layout. */
function rowsOf(split: Split): number[][] {
  const { text } = split.features;
  return (["read", "readTimeMajor"] as const).map((how) => {
    const values = new Float32Array(2 * text!.steps * 2).fill(99);
    if (how === "read") text!.read([1, 0], values);
    else text!.readTimeMajor([1, 0], values, true);
    return [...values];
  });
}

Deno.test("withStepsOf() pads with zeros and cuts padding, in both layouts", () => {
  assertEquals(rowsOf(withStepsOf(READER, SPLIT, { text: 4 })), [
    [5, 6, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 0],
    [5, 6, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0],
  ]);
  const cut = withStepsOf(READER, SPLIT, { text: 2 });
  assertEquals(rowsOf(cut), [[5, 6, 0, 0, 1, 2, 3, 4], [5, 6, 1, 2, 0, 0, 3, 4]]);
  assertEquals([...cut.features.text!.lengths], [2, 1]);
  const first = new Float32Array(4);
  withStepsOf(READER, SPLIT, { text: 4 }).features.text!.read([0, 1], first, 1);
  assertEquals([...first], [1, 2, 5, 6]);
});

Deno.test("withStepsOf() pads tokens with the encoder's padding, and cuts it", () => {
  const reader = { ...READER, dataForms: { text: "tokens" } } as const;
  const longer = withStepsOf(reader, SPLIT, { text: 4 }, 5).textBert!;
  assertEquals(longer.shape, [2, 3, 4]);
  const [a, b] = [[7, 8, 0, 5, 1, 1, 0, 0, 0, 0, 0, 0], [9, 0, 0, 5, 1, 0, 0, 0, 0, 0, 0, 0]];
  assertEquals([...longer.values], [...a, ...b]);
  const shorter = withStepsOf(reader, SPLIT, { text: 2 }).textBert!;
  assertEquals([...shorter.values], [7, 8, 1, 1, 0, 0, 9, 0, 1, 0, 0, 0]);
});

Deno.test("withStepsOf() leaves alone what it must, and refuses what a network is bound to", () => {
  const same = (change: object, steps: object) =>
    assert(withStepsOf({ ...READER, ...change }, SPLIT, steps) === SPLIT);
  same({ seesPadding: false }, { text: 4 });
  same({}, { text: 3 });
  same({}, {});
  same({ dataForms: { audio: "mean" } }, { text: 4 });
  // True steps are never cut.
  same({}, { text: 1 });
  const bound = { ...READER, boundSteps: { text: 1 } };
  assertThrows(
    () => withStepsOf(bound, SPLIT, {}),
    DataError,
    'split "test": sample "a" has 2 steps of text, expected at most the 1 that the network is bound',
  );
  const tokens = { ...bound, dataForms: { text: "tokens" } } as const;
  assertThrows(() => withStepsOf(tokens, SPLIT, {}), DataError, 'sample "a" has 2 tokens');
});

/** The test split with so many zeros more after each sequence. */
function longer(split: Split, more: number): Split {
  const features = Object.entries(split.features).map(([modality, column]) => {
    const { samples, steps, width, lengths } = column;
    const values = new Float32Array(samples * (steps + more) * width);
    const row = new Float32Array(steps * width);
    for (let i = 0; i < samples; i++) {
      column.read([i], row);
      values.set(row, i * (steps + more) * width);
    }
    return [modality, new MemoryColumn(values, { samples, steps: steps + more, width }, lengths)];
  });
  return { ...split, features: Object.fromEntries(features) };
}

Deno.test(
  "a network that sees padding scores the same clips the same, however they are padded",
  async () => {
    const engine = await openEngine({ engine: "cpu" });
    for (const name of ["ef-lstm", "lf-dnn", "mult"]) {
      await withFolder(async (out) => {
        const dataset = smallData();
        const settings = { ...smallSettings(findModel(name)), epochs: 1 };
        const { summary } = await train(engine, dataset, out, { model: name, settings });
        using run = openRun(summary.path, engine);
        const test = dataset.splits.test!;
        const [plain, padded] = [await run.predict(test), await run.predict(longer(test, 3))];
        padded.forEach((score, i) => assertAlmostEquals(score, plain[i]!, 1e-6, name));
      });
    }
  },
);

Deno.test("ef-lstm tells before its first epoch that test is too long for it, and robust takes it", async () => {
  const engine = await openEngine({ engine: "cpu" });
  const dataset = withSplits(smallData({ textSteps: 3 }), {
    test: () => smallData({ textSteps: 6 }).splits.test!,
  });
  const settings = { ...smallSettings(findModel("ef-lstm")), epochs: 1 };
  await withFolder(async (out) => {
    const epochs: number[] = [];
    const more = { model: "ef-lstm", settings, onEpoch: () => epochs.push(1) };
    await assertRejects(
      () => train(engine, dataset, out, more),
      DataError,
      "steps of text, expected at most the 3 that the network is bound to; in mode robust it",
    );
    assertEquals(epochs, []);
    const robust = { ...more, settings: { ...settings, mode: "robust" } };
    const { summary } = await train(engine, dataset, `${out}/robust`, robust);
    assert(Number.isFinite(summary.test["mae"]));
  });
});
