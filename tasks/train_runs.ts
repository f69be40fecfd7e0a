/** The work of `deno task train`. @module */

import {
  createProgress,
  defaultsFor,
  findModel,
  InterruptListener,
  openEngine,
  resolveConfig,
  type RunSummary,
  trainingWarnings,
  trainShown,
} from "../mod.ts";
import { type Call, warn } from "./shared/command.ts";
import { openData } from "./shared/open_data.ts";
import { printRuns } from "./shared/run_table.ts";
import { readSettings } from "./shared/settings.ts";

/** Trains one run a seed and prints their table. */
export async function train(call: Call): Promise<RunSummary[]> {
  const model = findModel(call.require("model"));
  const seeds = call.seeds("seeds");
  const settings = readSettings(call, model);
  using progress = createProgress();
  const started = performance.now();
  using data = openData(call, settings["text"], warn);
  const loadSeconds = (performance.now() - started) / 1000;
  const { dataset, protocol, modalities } = data;
  const config = resolveConfig(model, defaultsFor(dataset.name, protocol), settings);
  for (const warning of trainingWarnings(model, config, dataset.splits.train)) warn(warning);
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: (line) => progress.note(line),
  });
  using interrupt = new InterruptListener();
  const runs: RunSummary[] = [];
  for (const seed of seeds) {
    runs.push(
      await trainShown(progress, "the same command with --resume goes on", {
        model,
        dataset,
        protocol,
        modalities,
        seed,
        settings,
        nonfinite: call.get("nonfinite") as "zero",
        engine,
        out: call.require("out"),
        resume: call.has("resume"),
        loadSeconds,
        commandLine: ["train", ...Deno.args],
        signal: interrupt.signal,
      }),
    );
  }
  printRuns(runs);
  return runs;
}
