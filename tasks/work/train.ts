/** The work of `deno task train`. @module */

import { UsageError } from "../../lib/core/mod.ts";
import type { Dataset } from "../../lib/data/mod.ts";
import { createProgress, type Progress } from "../../lib/display/mod.ts";
import { EventFiles } from "../../lib/export/mod.ts";
import { findModel } from "../../lib/models/mod.ts";
import { InterruptListener, openTraining, type RunSummary } from "../../lib/training/mod.ts";
import type { PoolOptions } from "../../lib/studies/mod.ts";
import { firstSeeds } from "../../lib/training/training_defaults.ts";
import { type SeedsOptions, trainSeeds, trainShown } from "../../lib/session/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { engineOf, seedsOf } from "../shared/flags.ts";
import { dataOf } from "../shared/data_flags.ts";
import { jobEvents } from "../shared/job_progress.ts";
import { countOf, jobsOf, missingOf } from "../shared/pool_flags.ts";
import { printRuns } from "../shared/run_table.ts";
import { repeatedOf } from "../shared/repeat.ts";
import { readSettings } from "../shared/settings.ts";

/** Trains one run a seed and prints their table. */
export async function work(call: Call): Promise<Outcome> {
  if (call.has("overwrite") && call.has("resume")) {
    throw new UsageError("Cannot use --overwrite with --resume: expected one of them");
  }
  const { model: was, seed, settings: before, sha256, ...repeated } = repeatedOf(call);
  const model = findModel(call.get("model") ?? was ?? call.require("model"));
  const seeds = seedsOf(call) ?? (seed === undefined ? firstSeeds() : [seed]);
  const name = call.get("name");
  using progress = createProgress();
  const options = {
    ...engineOf(call),
    ...repeated,
    ...dataOf(call, repeated),
    cells: [{ model: model.name, settings: { ...before, ...readSettings(call, model) } }],
    out: call.require("out"),
    ...(name === undefined ? {} : { name }),
    overwrite: call.has("overwrite"),
    resume: call.has("resume"),
    commandLine: ["train", ...Deno.args],
  };
  const shown = {
    progress,
    toResume: call.has("overwrite")
      ? "the same command with --resume in place of --overwrite goes on"
      : "the same command with --resume goes on",
    events: call.has("tensorboard") ? new EventFiles() : null,
    sha256,
  };
  const asked = jobsOf(call), jobs = seeds.length === 1 ? 1 : asked;
  const { runs, failed } = jobs === 1
    ? { runs: await trainInTurn(options, seeds, shown), failed: [] }
    : await trainTogether(options, seeds, jobs, shown);
  printRuns(runs);
  const first = runs[0]?.path, last = runs.at(-1)?.path;
  if (first !== undefined) {
    progress.note(`Runs are in ${first}${last === first ? "" : ` … ${last}`}`);
  }
  return { json: { runs, failed }, status: Math.sign(failed.length) };
}

/** How the progress is shown, and what is told. */
interface Shown {
  readonly progress: Progress;
  /** How to go on after an interruption. */
  readonly toResume: string;
  readonly events: EventFiles | null;
  /** Of the data of a run that is repeated. */
  readonly sha256: string | undefined;
}

async function trainInTurn(
  options: SeedsOptions,
  seeds: readonly number[],
  { progress, toResume, events, sha256 }: Shown,
): Promise<RunSummary[]> {
  const log = (line: string) => progress.note(line);
  using training = await openTraining({ ...options, ...options.cells[0]!, onWarning: warn, log });
  warnOfChange(training.dataset, sha256);
  const follow = (_: unknown, seed: number) => events?.follow(training.folder(seed).path);
  return await trainShown(training, seeds, { progress, toResume, onEpoch: follow });
}

async function trainTogether(
  options: SeedsOptions,
  seeds: readonly number[],
  jobs: PoolOptions["jobs"],
  { progress, toResume, events, sha256 }: Shown,
): Promise<{ runs: readonly RunSummary[]; failed: ReturnType<typeof missingOf> }> {
  using interrupt = new InterruptListener();
  const shown = jobEvents(progress, seeds.length, toResume);
  try {
    const outcome = await trainSeeds(options, seeds, {
      ...shown,
      jobs,
      signal: interrupt.signal,
      onData: (dataset) => warnOfChange(dataset, sha256),
      onEpoch: (job, epoch, epochs, validMae, path) => {
        shown.onEpoch(job, epoch, epochs, validMae, path);
        events?.follow(path);
      },
    });
    countOf(outcome.jobs);
    return { runs: outcome.runs, failed: missingOf(outcome.jobs) };
  } catch (error) {
    if (interrupt.signal.aborted) progress.note(`The runs are saved: ${toResume}`);
    throw error;
  }
}

function warnOfChange(dataset: Dataset, sha256: string | undefined): void {
  if (sha256 === undefined || dataset.sha256() === sha256) return;
  warn(`"${dataset.path}" has changed: it is not what the run was trained on`);
}
