/** The work of `deno task train`. @module */

import {
  createProgress,
  findModel,
  InterruptListener,
  openEngine,
  type RunSummary,
  type Setting,
  trainRun,
  UsageError,
} from "../mod.ts";
import type { Call } from "./command.ts";
import { openData } from "./open_data.ts";
import { printRuns } from "./run_table.ts";

/** Trains one run a seed and prints their table. */
export async function train(call: Call): Promise<RunSummary[]> {
  const model = findModel(call.require("model"));
  const seeds = call.seeds("seeds");
  const settings = readSettings(call);
  const progress = createProgress();
  const note = (line: string) => progress.note(line);
  const started = performance.now();
  using data = openData(call, note);
  const loadSeconds = (performance.now() - started) / 1000;
  const engine = await openEngine({
    engine: call.get("engine") as "auto",
    device: call.get("device") as "auto",
    log: note,
  });
  using interrupt = new InterruptListener();
  const runs: RunSummary[] = [];
  for (const seed of seeds) {
    const { samples } = data.dataset.splits.train ?? { samples: 0 };
    const { summary, skipped } = await trainRun({
      model,
      dataset: data.dataset,
      protocol: data.protocol,
      modalities: data.modalities,
      seed,
      settings,
      nonfinite: call.get("nonfinite") as "zero",
      engine,
      out: call.require("out"),
      resume: call.has("resume"),
      loadSeconds,
      commandLine: Deno.args,
      signal: interrupt.signal,
      onStart: (config, resumed) =>
        progress.start({
          label: `${model.name} seed ${seed}`,
          samples,
          epochs: Number(config["epochs"] ?? 1),
          finished: resumed,
        }),
      onBatch: (epoch, done, loss) => progress.step(epoch, done, loss),
      onEpoch: (record) => progress.epoch(record.epoch, record.trainLoss, record.valid["mae"]!),
    });
    progress.stop();
    if (skipped) note(`${summary.path} is finished: kept as it is`);
    runs.push(summary);
  }
  printRuns(runs);
  return runs;
}

/** Settings from --config, then --set, then the flags that are settings of their own. */
function readSettings(call: Call): Record<string, Setting> {
  const settings: Record<string, Setting> = {};
  const file = call.get("config");
  if (file !== undefined) Object.assign(settings, readConfigFile(file));
  for (const pair of call.all("set")) {
    const at = pair.indexOf("=");
    if (at < 1) throw new UsageError(`Cannot use --set "${pair}": expected KEY=VALUE`);
    settings[pair.slice(0, at)] = pair.slice(at + 1);
  }
  for (const name of ["mode", "epochs"]) {
    const value = call.get(name);
    if (value !== undefined) settings[name] = value;
  }
  return settings;
}

function readConfigFile(path: string): Record<string, Setting> {
  let value: unknown;
  try {
    value = JSON.parse(Deno.readTextFileSync(path));
  } catch (error) {
    throw new UsageError(`Cannot read --config "${path}": ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UsageError(`Cannot read --config "${path}": expected a JSON object of settings`);
  }
  return value as Record<string, Setting>;
}
