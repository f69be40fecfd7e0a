/** Training steps of every network model in MOSEI's shapes, beside plain PyTorch versions where there are. */

import { join } from "node:path";
import { exists } from "../../lib/core/mod.ts";
import { MODELS } from "../../mod.ts";
import { type BenchData, writeBenchData } from "./data.ts";
import {
  type Bench,
  type BenchOptions,
  hasTorch,
  HERE,
  median,
  type Result,
  resultOf,
  runJson,
  script,
} from "./results.ts";

const THREADS = 2;
/** Text of all steps, which some models read; 8 batches of 32. */
const DATA: BenchData = {
  name: "models",
  preset: "mosei",
  samples: 256,
  shapes: { text: [50, 768], audio: [500, 74], vision: [375, 35] },
  shortest: 0.1,
};

/** What both sides print. */
interface Steps {
  /** Of the first step, which on some engines is recorded too. */
  readonly firstSeconds: number;
  readonly stepSeconds: number[];
}

async function run({ folder, engine, pairs }: BenchOptions): Promise<Result[]> {
  const torch = await hasTorch();
  writeBenchData(folder, DATA);
  // On the other engines a step takes seconds.
  const steps = engine === "tensorflow" ? 8 : 1;
  const results: Result[] = [];
  for (const { name, kind } of MODELS) {
    // Self-MM has a bench of its own.
    if (kind !== "network" || name === "self-mm") continue;
    const ours: Steps[] = [], theirs: Steps[] = [];
    for (let pair = 0; pair < pairs; pair++) {
      const args = [folder, name, engine, steps, THREADS];
      ours.push(await runJson(Deno.execPath(), script("network_steps.ts", args)));
      if (!torch || !exists(join(HERE, "torch", `${name}.py`))) continue;
      const path = join(HERE, "torch_models.py");
      theirs.push(await runJson("python3", [path, folder, name, String(steps), String(THREADS)]));
    }
    const seconds = (runs: readonly Steps[]) => runs.map((run) => median(run.stepSeconds));
    results.push(
      resultOf(`${name} step`, engine, "s", seconds(ours), seconds(theirs)),
      resultOf(`${name} first step`, engine, "s", ours.map((run) => run.firstSeconds), []),
    );
  }
  Deno.removeSync(folder, { recursive: true });
  return results;
}

/** Seconds of a training step of 32 samples, and of the first one, for each network model. */
export const models: Bench = { name: "models", run };
