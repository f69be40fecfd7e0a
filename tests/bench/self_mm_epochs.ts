/**
 * Our side of the Self-MM benchmark, a process of its own so that its memory is its own:
 * `self_mm_epochs.ts FOLDER PRESET ENGINE EPOCHS THREADS` trains without validation and prints JSON.
 */

import { batchOrder } from "../../lib/data/mod.ts";
import { openEngine } from "../../mod.ts";
import { peakMemory } from "../../lib/training/versions.ts";
import { cpuTime } from "./cpu_time.ts";
import { readBenchData } from "./data.ts";
import { makeSelfMm } from "./self_mm_learner.ts";

const BATCH = 32;

const [folder = "", preset = "mosi", engineName = "", epochs = "3", threads = "2"] = Deno.args;
const train = readBenchData(folder);
const engine = await openEngine({
  engine: engineName as "tensorflow",
  ...(engineName === "webgpu" ? {} : { threads: Number(threads) }),
});
const settings = { batchSize: BATCH };
const { config, network, learner, random } = makeSelfMm(engine, train, preset as "mosi", settings);
const group = Number(config["updateEpochs"]);
const epochSeconds: number[] = [], cpuSeconds: number[] = [], stepMillis: number[] = [];
for (let epoch = 1; epoch <= Number(epochs); epoch++) {
  const shuffle = random.fresh(`epoch ${epoch}`);
  const started = performance.now(), cpuStarted = cpuTime();
  network.startEpoch?.();
  const batches = batchOrder(train.samples, BATCH, (n) => shuffle.permutation(n));
  for (const [i, indices] of batches.entries()) {
    const stepStarted = performance.now();
    await learner.step(train, indices, {
      epoch,
      batch: i + 1,
      startsGroup: i % group === 0,
      endsGroup: i % group === group - 1,
    }, batches[i + 1]);
    stepMillis.push(performance.now() - stepStarted);
  }
  epochSeconds.push((performance.now() - started) / 1000);
  cpuSeconds.push(cpuTime() - cpuStarted);
}
console.log(JSON.stringify({ epochSeconds, cpuSeconds, stepMillis, peakBytes: peakMemory() }));
