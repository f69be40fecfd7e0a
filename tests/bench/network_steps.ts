/**
 * Our side of the benchmark `models`, a process of its own:
 * `network_steps.ts FOLDER PRESET MODEL ENGINE STEPS THREADS` makes training steps with the model's
 * default settings and prints JSON. The first step also records what the engine compiles.
 */

import { loopSettings } from "../../lib/training/config.ts";
import { learnerOf } from "../../lib/training/learner_of.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { peakMemory } from "../../lib/training/versions.ts";
import { batchOrder } from "../../lib/data/mod.ts";
import { findModel, MODALITIES, openEngine, RandomStream } from "../../mod.ts";
import { type BenchData, readBenchData } from "./data.ts";

/** Samples of a batch, at most. */
const BATCH = 32;

const [folder = "", preset = "", name = "", engineName = "", steps = "", threads = ""] = Deno.args;
const train = readBenchData(folder);
const engine = await openEngine({
  engine: engineName as "tensorflow",
  ...(engineName === "tensorflow" ? { threads: Number(threads) } : {}),
});
const model = findModel(name);
if (model.kind !== "network") throw new TypeError(`${name} is not a network`);
const dataset = preset as BenchData["preset"];
const own = Number(resolveConfig(model, dataset)["batchSize"]);
const batchSize = Math.min(BATCH, own);
const settings = resolveConfig(model, dataset, { batchSize });
const random = RandomStream.fromSeed(1111);
function sizes(key: "width" | "steps") {
  return Object.fromEntries(MODALITIES.map((name) => [name, train.features[name]![key]]));
}
const network = model.create({
  settings,
  protocol: dataset,
  modalities: MODALITIES,
  widths: sizes("width"),
  steps: sizes("steps"),
  trainLabels: train.labels!,
  random: random.split("weights"),
});
const learner = learnerOf(engine, network, loopSettings(model, settings), random.split("dropout"));
const batches = batchOrder(train.samples, batchSize);
const seconds: number[] = [];
for (let i = 0; i <= Number(steps); i++) {
  const started = performance.now();
  const place = { epoch: 2, batch: i + 1, startsGroup: true, endsGroup: true };
  await learner.step(train, batches[i % batches.length]!, place);
  seconds.push((performance.now() - started) / 1000);
}
const [firstSeconds, ...stepSeconds] = seconds;
console.log(JSON.stringify({ firstSeconds, stepSeconds, batchSize, peakBytes: peakMemory() }));
