/** The work of `deno task train`. @module */

import { UsageError } from "../../lib/core/mod.ts";
import { createProgress } from "../../lib/display/mod.ts";
import { EventFiles } from "../../lib/export/mod.ts";
import { findModel } from "../../lib/models/mod.ts";
import { openTraining } from "../../lib/training/mod.ts";
import { firstSeeds } from "../../lib/training/training_defaults.ts";
import { trainShown } from "../../lib/session/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { engineOf, seedsOf } from "../shared/flags.ts";
import { dataOf } from "../shared/data_flags.ts";
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
  using training = await openTraining({
    ...engineOf(call),
    ...repeated,
    ...dataOf(call, repeated),
    model,
    settings: { ...before, ...readSettings(call, model) },
    out: call.require("out"),
    ...(name === undefined ? {} : { name }),
    overwrite: call.has("overwrite"),
    resume: call.has("resume"),
    commandLine: ["train", ...Deno.args],
    onWarning: warn,
    log: (line) => progress.note(line),
  });
  if (sha256 !== undefined && training.dataset.sha256() !== sha256) {
    warn(`"${training.dataset.path}" has changed: it is not what the run was trained on`);
  }
  const toResume = call.has("overwrite")
    ? "the same command with --resume in place of --overwrite goes on"
    : "the same command with --resume goes on";
  const events = new EventFiles();
  const follow = (_: unknown, seed: number) => events.follow(training.folder(seed).path);
  const runs = await trainShown(training, seeds, {
    progress,
    toResume,
    ...(call.has("tensorboard") ? { onEpoch: follow } : {}),
  });
  printRuns(runs);
  const [first, last] = [runs[0]!.path, runs.at(-1)!.path];
  progress.note(`Runs are in ${first}${last === first ? "" : ` … ${last}`}`);
  return { json: { runs } };
}
