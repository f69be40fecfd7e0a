/**
 * Our side of the BERT benchmark, a process of its own so that its memory is its own:
 * `bert_steps.ts ENGINE BATCH TOKENS STEPS THREADS [checkpointed]` fine-tunes a BERT-base of random
 * weights and prints JSON.
 */

import { Adam } from "../../lib/training/optimizer.ts";
import { Learner } from "../../lib/training/learner.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { findModel, openEngine, RandomStream, type Split } from "../../mod.ts";
import { peakMemory } from "../../lib/training/versions.ts";
import { bertBase } from "./bert_base.ts";
import { makeTokens } from "./data.ts";

const [engineName = "", ...rest] = Deno.args;
const [batch = 16, places = 50, steps = 5, threads = 2] = rest.slice(0, 4).map(Number);
const isCheckpointed = rest[4] === "checkpointed";
const engine = await openEngine({
  engine: engineName as "tensorflow",
  ...(engineName === "webgpu" ? {} : { threads }),
});
const random = RandomStream.fromSeed(1);
const train: Split = {
  name: "train",
  samples: batch,
  ids: Array.from({ length: batch }, (_, i) => String(i)),
  labels: random.split("labels").uniformArray(batch, -3, 3),
  unimodalLabels: {},
  features: {},
  rawText: null,
  textBert: { shape: [batch, 3, places], values: makeTokens(batch, places) },
  annotations: null,
};
const model = findModel("self-mm");
if (model.kind !== "network") throw new TypeError("self-mm is not a network");
const settings = resolveConfig(model, "mosi", { text: "bert" });
const network = model.create({
  settings,
  protocol: "mosi",
  modalities: ["text"],
  widths: {},
  trainLabels: train.labels!,
  random,
  bert: { ...bertBase(random, settings), isCheckpointed },
});
const adam = new Adam(network.parameters, network.trainedGroups, { decay: "l2" });
const learner = new Learner(engine, network, adam, random.split("dropout"));
const indices = Uint32Array.from({ length: batch }, (_, i) => i);
const seconds: number[] = [];
for (let epoch = 1; epoch <= steps; epoch++) {
  const started = performance.now();
  await learner.step(train, indices, { epoch, batch: 1, startsGroup: true, endsGroup: true });
  seconds.push((performance.now() - started) / 1000);
}
console.log(JSON.stringify({ seconds, peakBytes: peakMemory() }));
