/**
 * Our side of the benchmark `svm`, a process of its own: `svm_fit.ts FOLDER WIDTH TRAIN TOLERANCE SOLVER`
 * fits the model `svm`, with classifiers where SOLVER is auto, and prints its scores of the samples
 * after TRAIN.
 */

import { join } from "node:path";
import { findModel, RandomStream, type Split } from "../../mod.ts";
import { MemoryColumn } from "../../lib/data/mod.ts";
import { resolveConfig } from "../../lib/training/mod.ts";
import { peakMemory } from "../../lib/training/versions.ts";

const [folder = "", width = "", trained = "", tolerance = "", solver = ""] = Deno.args;
const columns = Number(width), count = Number(trained);
const x = read("x.f64"), y = read("y.f64");

function read(name: string): Float32Array {
  const { buffer } = Deno.readFileSync(join(folder, name));
  return Float32Array.from(new Float64Array(buffer));
}

/** Samples of the file as text of one step. */
function splitOf(name: "train" | "test", from: number, to: number): Split {
  const shape = { samples: to - from, steps: 1, width: columns };
  return {
    name,
    samples: to - from,
    ids: Array.from({ length: to - from }, (_, i) => `${from + i}`),
    labels: y.slice(from, to),
    unimodalLabels: {},
    features: { text: new MemoryColumn(x.slice(from * columns, to * columns), shape) },
    rawText: null,
    textBert: null,
    annotations: null,
  };
}

const model = findModel("svm");
if (model.kind !== "regressor") throw new TypeError("svm is a regressor");
const settings = { solver, tolerance: Number(tolerance), classifiers: solver === "auto" };
const regressor = model.create({
  settings: resolveConfig(model, "mosei", settings),
  protocol: "mosei",
  modalities: ["text"],
  widths: { text: columns },
  trainLabels: y.slice(0, count),
  random: RandomStream.fromSeed(1111),
});
const train = splitOf("train", 0, count);
const started = performance.now();
const fitted = await regressor.fit(train, train);
const seconds = (performance.now() - started) / 1000;
const scores = [...regressor.predict(fitted, splitOf("test", count, y.length))];
console.log(JSON.stringify({ seconds, peakBytes: peakMemory(), scores }));
