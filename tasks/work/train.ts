/** The work of `deno task train`. @module */

import { createProgress } from "../../lib/display/mod.ts";
import { findModel } from "../../lib/models/mod.ts";
import { openTraining } from "../../lib/training/mod.ts";
import { firstSeeds } from "../../lib/training/training_defaults.ts";
import { trainShown } from "../../lib/session/mod.ts";
import { type Call, type Outcome, warn } from "../shared/command.ts";
import { engineOf, seedsOf } from "../shared/flags.ts";
import { dataOf } from "../shared/data_flags.ts";
import { printRuns } from "../shared/run_table.ts";
import { readSettings } from "../shared/settings.ts";

/** Trains one run a seed and prints their table. */
export async function work(call: Call): Promise<Outcome> {
  const model = findModel(call.require("model"));
  const seeds = seedsOf(call) ?? firstSeeds();
  const settings = readSettings(call, model);
  using progress = createProgress();
  using training = await openTraining({
    ...dataOf(call),
    ...engineOf(call),
    model,
    settings,
    out: call.require("out"),
    resume: call.has("resume"),
    commandLine: ["train", ...Deno.args],
    onWarning: warn,
    log: (line) => progress.note(line),
  });
  const toResume = "the same command with --resume goes on";
  const runs = await trainShown(training, seeds, { progress, toResume });
  printRuns(runs);
  return { json: { runs } };
}
