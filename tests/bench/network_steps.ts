/**
 * Our side of the benchmark `models`, a process of its own:
 * `network_steps.ts FOLDER MODEL ENGINE STEPS THREADS` makes training steps with the model's default
 * settings and prints JSON. The first step also records what the engine compiles.
 */

import { adamOf } from "../../lib/training/optimizer.ts";
import { Learner } from "../../lib/training/learner.ts";
import { loopSettings } from "../../lib/training/config.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { batchOrder } from "../../lib/data/mod.ts";
import { findModel, MODALITIES, openEngine, RandomStream } from "../../mod.ts";
import { readBenchData } from "./data.ts";

const [folder = "", name = "", engineName = "", steps = "", threads = ""] = Deno.args;
const train = readBenchData(folder);
const engine = await openEngine({
  engine: engineName as "tensorflow",
  ...(engineName === "tensorflow" ? { threads: Number(threads) } : {}),
});
const model = findModel(name);
if (model.kind !== "network") throw new TypeError(`${name} is not a network`);
const settings = resolveConfig(model, "mosei", { batchSize: 32 });
const random = RandomStream.fromSeed(1111);
const network = model.create({
  settings,
  protocol: "mosei",
  modalities: MODALITIES,
  widths: Object.fromEntries(MODALITIES.map((name) => [name, train.features[name]!.width])),
  trainLabels: train.labels!,
  random: random.split("weights"),
});
const adam = adamOf(network, loopSettings(model, settings));
const learner = new Learner(engine, network, adam, random.split("dropout"));
const batches = batchOrder(train.samples, 32);
const seconds: number[] = [];
for (let i = 0; i <= Number(steps); i++) {
  const started = performance.now();
  const place = { epoch: 2, batch: i + 1, startsGroup: true, endsGroup: true };
  await learner.step(train, batches[i % batches.length]!, place);
  seconds.push((performance.now() - started) / 1000);
}
const [firstSeconds, ...stepSeconds] = seconds;
console.log(JSON.stringify({ firstSeconds, stepSeconds }));
