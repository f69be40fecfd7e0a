/**
 * Training steps of every network model in the shapes of a published dataset, beside plain PyTorch
 * versions where there are.
 */

import { join } from "node:path";
import { exists } from "../../lib/core/mod.ts";
import { type ModelDefinition, MODELS } from "../../mod.ts";
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

/** Text of all steps, which some models read; 8 batches of 32. */
const SAMPLES = { samples: 256, shortest: 0.1 };
const MOSEI: BenchData = {
  ...SAMPLES,
  name: "models",
  preset: "mosei",
  shapes: { text: [50, 768], audio: [500, 74], vision: [375, 35] },
};
const MOSI: BenchData = {
  ...SAMPLES,
  name: "models mosi",
  preset: "mosi",
  shapes: { text: [50, 768], audio: [375, 5], vision: [500, 20] },
};
/** The dataset with labels of people for each modality. */
const SIMS: BenchData = {
  ...SAMPLES,
  name: "models sims",
  preset: "sims",
  shapes: { text: [39, 768], audio: [400, 33], vision: [55, 709] },
};

/** What both sides print. */
interface Steps {
  /** Of the first step, which on some engines is recorded too. */
  readonly firstSeconds: number;
  readonly stepSeconds: number[];
  /** Of all threads, for each step: what another program beside does not add to. */
  readonly cpuSeconds: number[];
  readonly peakBytes: number;
}

/** Networks with the data that they are measured on, and what tells two measurements of one apart. */
function* measured(): Generator<{ model: ModelDefinition; data: BenchData; label: string }> {
  for (const model of MODELS) {
    // Self-MM has a bench of its own.
    if (model.kind !== "network" || model.name === "self-mm") continue;
    const data = model.needs.includes("humanLabels") ? SIMS : MOSEI;
    yield { model, data, label: model.name };
    // Attention over long sequences: its largest batches.
    if (model.name === "mult") yield { model, data: MOSI, label: "mult mosi" };
  }
}

async function* run(
  { folder, engine, pairs, threads, models }: BenchOptions,
): AsyncGenerator<Result> {
  const torch = await hasTorch();
  for (const data of [MOSEI, MOSI, SIMS]) writeBenchData(join(folder, data.preset), data);
  for (const { model: { name, needs }, data: { preset }, label } of measured()) {
    if (models?.includes(name) === false) continue;
    // Of a BERT a step takes seconds.
    const most = needs.includes("bert") ? 3 : 8;
    const ours: Steps[] = [], theirs: Steps[] = [];
    const at = join(folder, preset);
    for (let pair = 0; pair < pairs; pair++) {
      const args = [at, preset, name, engine, most, threads];
      const own = await runJson<Steps & { batchSize: number }>(
        Deno.execPath(),
        script("network_steps.ts", args),
      );
      ours.push(own);
      if (!torch || !exists(join(HERE, "torch", `${name}.py`))) continue;
      const steps = own.stepSeconds.length;
      const rest = [preset, name, steps, threads, own.batchSize].map(String);
      theirs.push(await runJson("python3", [join(HERE, "torch_models.py"), at, ...rest]));
    }
    const of = (key: "stepSeconds" | "cpuSeconds", runs: readonly Steps[]) =>
      runs.map((run) => median(run[key]));
    const megabytes = (runs: readonly Steps[]) => runs.map((run) => run.peakBytes / 1e6);
    yield* [
      resultOf(`${label} step`, engine, "s", of("stepSeconds", ours), of("stepSeconds", theirs)),
      resultOf(`${label} step CPU`, engine, "s", of("cpuSeconds", ours), of("cpuSeconds", theirs)),
      resultOf(`${label} first step`, engine, "s", ours.map((run) => run.firstSeconds), []),
      resultOf(`${label} memory`, engine, "MB", megabytes(ours), megabytes(theirs)),
    ];
  }
  Deno.removeSync(folder, { recursive: true });
}

/**
 * Seconds of a training step of 32 samples, or of a model's own batches where those are smaller, and of
 * the first one, with the largest memory of the process, for each network model.
 */
export const models: Bench = { name: "models", run };
