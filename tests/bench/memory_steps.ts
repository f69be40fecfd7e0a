/**
 * Many compiled steps in a process of its own: `memory_steps.ts ENGINE STEPS`, with V8's flag --expose-gc, trains Self-MM on
 * small synthetic data, and prints how tensors and memory have grown since step 1,000.
 */

import * as tf from "@tensorflow/tfjs-core";
import { batchOrder } from "../../lib/data/mod.ts";
import { makeSynthetic, openEngine } from "../../mod.ts";
import { makeSelfMm } from "./self_mm_learner.ts";

const SETTLED = 1000;

const [engineName = "tensorflow", steps = "10000"] = Deno.args;
const engine = await openEngine({ engine: engineName as "tensorflow" });
using dataset = makeSynthetic({ n: 200 });
const train = dataset.splits.train!;
const { network, learner, random } = makeSelfMm(engine, train, "mosi");
function measure(): { tensors: number; bytes: number } {
  (globalThis as { gc?: () => void }).gc?.(); // else JavaScript's garbage, up to 50 MB, is counted
  return { tensors: tf.memory().numTensors, bytes: Deno.memoryUsage().rss };
}
let settled = measure(), count = 0;
for (let epoch = 1; count < Number(steps); epoch++) {
  const shuffle = random.fresh(`epoch ${epoch}`);
  network.startEpoch?.();
  for (
    const [i, indices] of batchOrder(train.samples, 32, (n) => shuffle.permutation(n)).entries()
  ) {
    const group = { startsGroup: i % 4 === 0, endsGroup: i % 4 === 3 };
    await learner.step(train, indices, { epoch, batch: i + 1, ...group });
    if (++count === SETTLED) settled = measure();
  }
}
const end = measure();
console.log(JSON.stringify({
  tensors: end.tensors - settled.tensors,
  bytes: end.bytes - settled.bytes,
}));
