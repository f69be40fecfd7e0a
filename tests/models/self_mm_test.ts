import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { join } from "node:path";
import { RandomStream } from "../../lib/core/random.ts";
import { MODALITIES, type Modality } from "../../lib/data/mod.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import type { DropoutNoise } from "../../lib/nn/dropout.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { Recording } from "../../lib/parity/recording.ts";
import { forEachEngine } from "../engine/engines.ts";
import { SmallLearner } from "../training/small.ts";
import { assertAsRecorded, makeRecorded } from "./recorded_network.ts";
import { makeNetwork, relabelled, smallData, valuesOf, withSplits } from "./small.ts";

const GOLDEN = join(import.meta.dirname!, "..", "golden", "self_mm_features");

/** Every non-empty set of modalities. */
const SUBSETS: Modality[][] = [1, 2, 3, 4, 5, 6, 7].map((bits) =>
  MODALITIES.filter((_, i) => (bits >> i) & 1)
);

function rms(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}

forEachEngine("self-mm has the names, shapes and optimizer groups of MMSA", () => {
  const recording = new Recording(GOLDEN);
  const network = makeRecorded(recording);
  assertAsRecorded(network, recording);
  network.dispose();
});

forEachEngine(
  "self-mm has no gradient in the unimodal heads in epoch 1: exactly 0",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, { batchSize: 21, postFusionDropout: 0 });
    await learner.epoch(dataset, 1);
    const isHead = (name: string) => /^post_(text|audio|video)_/.test(name);
    for (const [name, gradient] of Object.entries(await valuesOf(learner.gradients))) {
      const isZero = gradient.every((value) => value === 0);
      assertEquals(isZero, isHead(name), name);
    }
    await learner.epoch(dataset, 2);
    await learner.epoch(dataset, 3);
    for (const [name, gradient] of Object.entries(await valuesOf(learner.gradients))) {
      assert(gradient.some((value) => value !== 0), `${name} learns from epoch 3 on`);
    }
  },
);

forEachEngine(
  "self-mm in robust mode decays the heads of epoch 1 by (1 − lr·wd)^steps",
  async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, {
      mode: "robust",
      learningRateOther: 0.1,
      weightDecayOther: 0.05,
    });
    const start = await valuesOf(learner.network.parameters);
    await learner.epoch(dataset, 1);
    // Batches 1 and 2, and the trailing one.
    assertEquals(learner.optimizerSteps, 2);
    const factor = (1 - 0.1 * 0.05) ** 2;
    const end = await valuesOf(learner.network.parameters);
    for (const name of Object.keys(start).filter((name) => name.startsWith("post_text"))) {
      start[name]!.forEach((value, i) => assertAlmostEquals(end[name]![i]!, value * factor, 1e-6));
    }
  },
);

// METHODS 1.7.3: RMS of the first text layer (768 inputs) after the steps of epoch 1.
for (
  const [dataset, steps, decay, rmsAfter] of [["SIMS", 10, 1e-3, 0.0129], [
    "MOSI",
    20,
    1e-3,
    0.007,
  ]] as const
) {
  forEachEngine(
    `self-mm in reference mode shrinks the heads in epoch 1 as on ${dataset}`,
    async (engine) => {
      const data = smallData({ n: 2 * steps, text: 768, textSteps: 1 });
      using learner = new SmallLearner(engine, data, {
        batchSize: 2,
        updateEpochs: 1,
        learningRateOther: 1e-3,
        weightDecayOther: decay,
        postTextDim: 32,
      });
      const weight = learner.network.parameters.get("post_text_layer_1.weight");
      const before = Float32Array.from(await weight.data());
      assertAlmostEquals(rms(before), 0.0208, 2e-4);
      await learner.epoch(data, 1);
      assertEquals(learner.optimizerSteps, steps);
      const after = await weight.data() as Float32Array;
      assertAlmostEquals(rms(after), rmsAfter, 3e-4);
      // Adam normalises the decay: a weight far from 0 moves by about the learning rate a step.
      before.forEach((value, i) => {
        if (Math.abs(value) < 1.5e-3 * steps) return;
        assertAlmostEquals(after[i]!, value - Math.sign(value) * 1e-3 * steps, 2e-4 * steps);
      });
    },
  );
}

for (const modalities of SUBSETS) {
  forEachEngine(`self-mm trains with ${modalities.join(" and ")} alone`, async (engine) => {
    const dataset = smallData();
    using learner = new SmallLearner(engine, dataset, {}, { modalities });
    const { network } = learner;
    const absent = MODALITIES.filter((modality) => !modalities.includes(modality));
    const traces = absent.map((modality) => modality === "vision" ? "vision|video" : modality);
    const names = [...network.parameters.names(), ...network.memory.keys()].join("\n");
    if (traces.length > 0) assert(!new RegExp(traces.join("|")).test(names), names);
    const code = { text: "text", audio: "audio", vision: "video" };
    for (const modality of modalities) assert(names.includes(`post_${code[modality]}_layer_1`));
    const widths = { text: 6, audio: 3, vision: 4 };
    const fused = modalities.reduce((sum, modality) => sum + widths[modality], 0);
    assertEquals(network.parameters.get("post_fusion_layer_1.weight").shape, [8, fused]);
    assertEquals(Object.keys(network.reads), modalities);
    assertEquals(Object.keys(network.unimodalLabels!()), modalities);
    const grouped = network.groups.flatMap((group) => group.parameters);
    assertEquals(grouped.toSorted(), network.parameters.names().toSorted());
    for (const epoch of [1, 2]) {
      for (const { loss, parts } of await learner.epoch(dataset, epoch)) {
        assert(Number.isFinite(loss));
        assertEquals(Object.keys(parts), ["fusion", ...modalities]);
      }
    }
  });
}

for (
  const [labels, sign] of [["no negatives", 1], ["no positives", -1], ["zeros only", 0]] as const
) {
  forEachEngine(`self-mm stays finite where the train split has ${labels}`, async (engine) => {
    const dataset = smallData();
    const train = dataset.splits.train!;
    const ofSign = relabelled(train, (label) => sign * Math.abs(label));
    const changed = withSplits(dataset, { train: () => ofSign });
    using learner = new SmallLearner(engine, changed);
    for (const epoch of [1, 2, 3]) await learner.epoch(changed, epoch);
    for (const [name, values] of Object.entries(await valuesOf(learner.variables()))) {
      assert(values.every(Number.isFinite), name);
    }
    const { memory } = learner.network;
    // Nothing can be generated; each batch of epochs 2 and 3 is counted.
    assertEquals([...await memory.get("labels.text")!.data()], [...ofSign.labels!]);
    assertEquals([...await memory.get("skipped.audio")!.data()], [6]);
  });
}

/** The labels that a training in this form generates, furthest from the annotated ones. */
async function furthestLabel(engine: Engine, distance: string, mode: string): Promise<number> {
  const dataset = smallData();
  const split = relabelled(dataset.splits.train!, (label) => label / 3);
  const data = withSplits(dataset, { train: () => split });
  const settings = { distance, mode, H: 1, batchSize: 11, updateEpochs: 1 };
  using learner = new SmallLearner(engine, data, settings);
  let furthest = 0;
  for (let epoch = 1; epoch <= 8; epoch++) {
    await learner.epoch(data, epoch);
    const labels = await valuesOf(Object.entries(learner.network.unimodalLabels!()));
    for (const [modality, values] of Object.entries(labels)) {
      values.forEach((value, i) => {
        assert(Math.abs(value) <= 1, `${modality}: ${value}`);
        furthest = Math.max(furthest, Math.abs(value - split.labels![i]!));
      });
    }
  }
  return furthest;
}

for (const distance of ["euclidean", "squared"]) {
  for (const mode of ["reference", "robust"]) {
    const form = `${distance} distances in ${mode} mode`;
    forEachEngine(`self-mm keeps generated labels in [−H, H] with ${form}`, async (engine) => {
      assert(await furthestLabel(engine, distance, mode) > 0.2, "labels were generated");
    });
  }
}

forEachEngine(
  "self-mm has other labels with squared distances, and others again in robust mode",
  async (engine) => {
    const dataset = smallData();
    const labels: Float32Array[] = [];
    // Without decay and without a trailing group, robust mode differs in its ratio alone.
    const same = { updateEpochs: 2, batchSize: 11, weightDecayOther: 0 };
    const encoders = { weightDecayAudio: 0, weightDecayVision: 0 };
    for (const form of [{}, { distance: "squared" }, { mode: "robust" }]) {
      using learner = new SmallLearner(engine, dataset, { ...same, ...encoders, ...form });
      for (const epoch of [1, 2]) await learner.epoch(dataset, epoch);
      labels.push(Float32Array.from(await learner.network.unimodalLabels!().text!.data()));
    }
    const [plain, ...others] = labels;
    for (const other of others) {
      const different = plain!.filter((label, i) => Math.abs(label - other[i]!) > 1e-3);
      assert(different.length > 10, `${different.length}`);
    }
  },
);

forEachEngine("self-mm drops nothing outside training", () => {
  const dataset = smallData();
  const rates = { postFusionDropout: 0.5, postTextDropout: 0.5, audioLstmDropout: 0.5 };
  const network = makeNetwork(dataset, rates);
  tf.tidy(() => {
    const inputs = readInputs(network, dataset.splits.valid!, [0, 1, 2, 3]);
    const counter = tf.tensor1d([0, 0, 1, 1], "int32");
    const stream = RandomStream.fromSeed(1);
    const score = (noise: DropoutNoise | null) =>
      network.forward(inputs, noise).prediction.dataSync();
    assertEquals(score(null), score(null));
    assertEquals(score({ stream, counter }), score({ stream, counter }));
    assert(score(null).some((value, i) => value !== score({ stream, counter })[i]));
  });
  network.dispose();
});
