/** Runs written by version 0.1, on the `cpu` engine, and what later versions owe them. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { basename, join } from "node:path";
import { type Dataset, makeSynthetic } from "../../lib/data/mod.ts";
import { openEngine } from "../../lib/engine/mod.ts";
import { PROTOCOLS, readPredictions, selectSplit } from "../../lib/evaluation/mod.ts";
import { findModel, type Setting } from "../../lib/models/mod.ts";
import { openRun } from "../../lib/training/open_run.ts";
import { trainRun } from "../../lib/training/run.ts";
import type { RunOutcome } from "../../lib/training/run_options.ts";
import { SMALL } from "../models/small.ts";
import { withFolder } from "./small.ts";

const RUNS = join(import.meta.dirname!, "..", "golden", "v0.1");
const SHAPE = { text: 6, audio: 3, vision: 4, textSteps: 4, audioSteps: 5, visionSteps: 6 };

function data(): Dataset {
  return makeSynthetic({ n: 32, ...SHAPE });
}

/** Copies the old runs, and does `work` with the folder above them. */
async function withOldRuns(work: (out: string) => Promise<void>): Promise<void> {
  await withFolder(async (out) => {
    for (const model of ["self-mm", "svm"]) copyFolder(join(RUNS, model), join(out, model));
    await work(out);
  });
}

function copyFolder(from: string, to: string): void {
  Deno.mkdirSync(to);
  for (const { name, isDirectory } of Deno.readDirSync(from)) {
    if (isDirectory) copyFolder(join(from, name), join(to, name));
    else Deno.copyFileSync(join(from, name), join(to, name));
  }
}

async function trainAgain(
  out: string,
  model: string,
  seed: number,
  settings: Readonly<Record<string, Setting>>,
): Promise<RunOutcome> {
  const dataset = data();
  return await trainRun({
    model: findModel(model),
    dataset,
    protocol: "mosi",
    modalities: dataset.modalities,
    seed,
    settings,
    nonfinite: "zero",
    engine: await openEngine({ engine: "cpu" }),
    out,
    resume: true,
    loadSeconds: 0,
    commandLine: [],
  });
}

const SELF_MM = { ...SMALL, batchSize: 8, epochs: 2 };

for (const model of ["self-mm", "svm"]) {
  Deno.test(`openRun() reads a ${model} run of version 0.1, which scores as it did`, async () => {
    const path = join(RUNS, model, "synthetic", "1111");
    const metrics = JSON.parse(Deno.readTextFileSync(join(path, "metrics.json")));
    const rows = readPredictions(join(path, "predictions.csv"));
    const split = data().splits.test!;
    using run = openRun(path, await openEngine({ engine: "cpu" }));
    const predictions = await run.predict(split);
    const before = selectSplit(rows, "test").predictions;
    // Kernels may sum in another order than they did then.
    predictions.forEach((value, i) => assertAlmostEquals(value, before[i]!, 1e-5));
    const { values } = PROTOCOLS[run.protocol].evaluate(predictions, split.labels!);
    assertAlmostEquals(values["mae"]!, metrics.test.mae, 1e-5);
    assertEquals(values["acc7"], metrics.test.acc7);
  });

  Deno.test(`trainRun() skips a finished ${model} run of version 0.1`, async () => {
    await withOldRuns(async (out) => {
      const settings: Record<string, Setting> = model === "svm" ? {} : SELF_MM;
      assertEquals((await trainAgain(out, model, 1111, settings)).skipped, true);
      const beside = await trainAgain(out, model, 1111, { ...settings, ...other(model) });
      const [[key, value]] = Object.entries(other(model)) as [[string, Setting]];
      assertEquals([beside.skipped, basename(beside.summary.path)], [
        false,
        `1111~${key}=${value}`,
      ]);
    });
  });
}

function other(model: string): Record<string, Setting> {
  return model === "svm" ? { kernel: "linear" } : { postFusionDropout: 0.2 };
}

Deno.test("trainRun() goes on with an unfinished run of version 0.1", async () => {
  await withOldRuns(async (out) => {
    const { summary, skipped } = await trainAgain(out, "self-mm", 1112, { ...SELF_MM, epochs: 3 });
    assertEquals([skipped, summary.epochs], [false, 3]);
    const [first] = Deno.readTextFileSync(join(summary.path, "history.jsonl")).split("\n");
    const old = join(RUNS, "self-mm", "synthetic", "1112", "history.jsonl");
    assertEquals(first, Deno.readTextFileSync(old).trim(), "its first epoch is not done again");
  });
});
