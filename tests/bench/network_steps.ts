/**
 * Our side of the benchmark `models`, a process of its own:
 * `network_steps.ts FOLDER PRESET MODEL ENGINE STEPS THREADS` makes training steps with the model's
 * default settings, fewer where they take long, and prints JSON. The first step also records what the
 * engine compiles.
 */

import { loopSettings } from "../../lib/training/config.ts";
import { learnerOf } from "../../lib/training/learner_of.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { peakMemory } from "../../lib/training/versions.ts";
import { batchOrder } from "../../lib/data/mod.ts";
import { findModel, MODALITIES, openEngine, RandomStream } from "../../mod.ts";
import { bertBase } from "./bert_base.ts";
import { cpuTime } from "./cpu_time.ts";
import { type BenchData, makeTokens, readBenchData } from "./data.ts";

/** Samples of a batch, at most. */
const BATCH = 32;
/** No further step begins after so many seconds of them: on a GPU in software one may take as long. */
const LONGEST = 20;
/** Places of a sentence, for a model that reads words by a BERT. */
const PLACES = 50;

const [folder = "", preset = "", name = "", engineName = "", steps = "", threads = ""] = Deno.args;
const data = readBenchData(folder);
const engine = await openEngine({
  engine: engineName as "tensorflow",
  ...(engineName === "webgpu" ? {} : { threads: Number(threads) }),
});
const model = findModel(name);
if (model.kind !== "network") throw new TypeError(`${name} is not a network`);
const dataset = preset as BenchData["preset"];
const own = Number(resolveConfig(model, dataset)["batchSize"]);
const batchSize = Math.min(BATCH, own);
const settings = resolveConfig(model, dataset, { batchSize });
const random = RandomStream.fromSeed(1111);
const readsWords = model.needs.includes("bert");
const textBert = {
  shape: [data.samples, 3, PLACES] as const,
  values: makeTokens(data.samples, PLACES),
};
const train = readsWords ? { ...data, textBert } : data;
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
  ...(readsWords ? { bert: bertBase(random, settings) } : {}),
});
const learner = learnerOf(engine, network, loopSettings(model, settings), random.split("dropout"));
// Of words, always the same: other lengths are other shapes, which an engine has to record first.
const batches = batchOrder(train.samples, batchSize).slice(0, readsWords ? 1 : undefined);
const seconds: number[] = [], cpuSeconds: number[] = [];
let spent = 0;
for (let i = 0; i <= Number(steps) && spent < LONGEST; i++) {
  const started = performance.now(), cpuStarted = cpuTime();
  const place = { epoch: 2, batch: i + 1, startsGroup: true, endsGroup: true };
  // Of a model that sees each batch in several passes, all of them.
  for (let pass = 1; pass <= (network.passes ?? 1); pass++) {
    learner.enterPass(pass);
    // Read while this one is computed, as in a training.
    const next = pass === network.passes || network.passes === undefined ? i + 1 : i;
    const [batch, ahead] = [i, next].map((n) => batches[n % batches.length]!);
    await learner.step(train, batch!, place, ahead);
  }
  seconds.push((performance.now() - started) / 1000);
  // The first one does not count.
  if (i > 0) spent += seconds[i]!;
  cpuSeconds.push(cpuTime() - cpuStarted);
}
const [firstSeconds, ...stepSeconds] = seconds;
console.log(JSON.stringify({
  firstSeconds,
  stepSeconds,
  cpuSeconds: cpuSeconds.slice(1),
  batchSize,
  peakBytes: peakMemory(),
}));
