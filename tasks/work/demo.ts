/** The work of `deno task demo`. @module */

import { corr } from "../../lib/evaluation/mod.ts";
import { createProgress, type Progress } from "../../lib/display/mod.ts";
import { makeSynthetic, MODALITIES, type Modality, type Split } from "../../lib/data/mod.ts";
import { resultsTable } from "../../lib/analysis/mod.ts";
import { readRun } from "../../lib/studies/mod.ts";
import { InterruptListener, RunFolder, type RunSummary } from "../../lib/training/mod.ts";
import { trainSeeds } from "../../lib/session/mod.ts";
import { parseCsv } from "../../lib/core/mod.ts";
import { firstSeeds } from "../../lib/training/training_defaults.ts";
import type { Call, Outcome } from "../shared/command.ts";
import { seedsOf } from "../shared/flags.ts";
import { jobEvents } from "../shared/job_progress.ts";
import { countOf, missingOf } from "../shared/pool_flags.ts";
import { printTable } from "../shared/run_table.ts";
import { printTables } from "../shared/tables.ts";

/**
 * Settings of the demo that differ from the defaults of MOSI: every run has the same epochs, and
 * the encoders of these short sequences learn at the rate of the heads.
 */
const SETTINGS = {
  epochs: 20,
  earlyStop: 20,
  learningRateAudio: 1e-3,
  learningRateVision: 1e-3,
};

/** Correlations with the planted sentiments of one modality. */
interface LabelQuality {
  readonly modality: Modality;
  /** Of a copy of the multimodal label: what one has without generated labels. */
  readonly copied: number;
  /** Of the generated labels, mean over seeds. */
  readonly generated: number;
}

/** What `demo --json` prints. */
export interface DemoResult {
  readonly runs: readonly RunSummary[];
  readonly unimodalLabels: readonly LabelQuality[];
}

/** Trains, prints the tables, and returns what they show. */
export async function work(call: Call): Promise<Outcome> {
  using progress = createProgress();
  const seeds = seedsOf(call) ?? firstSeeds(3);
  const { runs, missing } = await trainModels(call, seeds, progress);
  if (missing > 0) return { json: { runs, unimodalLabels: [] }, status: 1 };
  const unimodalLabels = labelQuality(runs, makeSynthetic().splits.train!);
  printResults(runs, unimodalLabels);
  return { json: { runs, unimodalLabels } satisfies DemoResult };
}

/** One run for each model and seed, as many at a time as there are cores; those that are there are kept. */
async function trainModels(
  call: Call,
  seeds: readonly number[],
  progress: Progress,
): Promise<{ runs: readonly RunSummary[]; missing: number }> {
  using interrupt = new InterruptListener();
  const cells = [{ model: "constant", settings: {} }, { model: "self-mm", settings: SETTINGS }];
  try {
    const { runs, jobs } = await trainSeeds(
      {
        cells,
        data: "synthetic",
        engine: call.get("engine") as "cpu",
        out: call.require("out"),
        commandLine: ["demo", ...Deno.args],
      },
      seeds,
      {
        ...jobEvents(progress, cells.length * seeds.length),
        // What takes little memory needs no first run that tells how much it takes.
        jobs: call.get("engine") === "cpu" ? navigator.hardwareConcurrency : "auto",
        signal: interrupt.signal,
      },
    );
    countOf(jobs);
    return { runs, missing: missingOf(jobs).length };
  } catch (error) {
    if (interrupt.signal.aborted) progress.note("The runs are saved: deno task demo goes on");
    throw error;
  }
}

/** How well the labels in `labels.csv` agree with the planted sentiments. */
function labelQuality(runs: readonly RunSummary[], train: Split): LabelQuality[] {
  const files = runs.filter((run) => run.model === "self-mm").map((run) => {
    const path = new RunFolder(run.path).file("labels.csv");
    return parseCsv(Deno.readTextFileSync(path), path);
  });
  return MODALITIES.map((modality) => {
    const planted = train.unimodalLabels[modality]!;
    const generated = files.map(({ header, rows }) => {
      const column = header.indexOf(modality);
      return corr(rows.map((row) => Number(row[column])), planted);
    });
    const mean = generated.reduce((sum, value) => sum + value, 0) / generated.length;
    return { modality, copied: corr(train.labels!, planted), generated: mean };
  });
}

function printResults(runs: readonly RunSummary[], labels: readonly LabelQuality[]): void {
  const entries = runs.map(({ path }) => readRun(path));
  console.log("");
  printTables(resultsTable(entries), "text");
  console.log("\nCorrelation of unimodal labels with the planted sentiments (train)");
  printTable(
    ["modality", "copy of the label", "generated", "gain"],
    labels.map(({ modality, copied, generated }) => [
      modality,
      copied.toFixed(3),
      generated.toFixed(3),
      (generated - copied).toFixed(3),
    ]),
  );
  const folders = runs.map((run) => run.path);
  console.log(`\nRuns are in ${folders[0]} … ${folders.at(-1)}`);
}
