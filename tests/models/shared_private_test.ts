import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../../lib/core/errors.ts";
import type { Engine } from "../../lib/engine/mod.ts";
import { alignmentLoss, ALIGNMENTS } from "../../lib/nn/losses/alignment.ts";
import type { Setting } from "../../lib/models/mod.ts";
import type { StepResult } from "../../lib/training/learner.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { forEachEngine } from "../engine/engines.ts";
import { formsOf, NetworkLearner } from "./networks.ts";
import { smallData, valuesOf } from "./small.ts";

/** 8 samples and more are aligned. */
const SETTINGS = { ...formsOf("shared-private")[0]!, alignmentBatch: 2, sharedDim: 3 };

function learnerOf(
  engine: Engine,
  settings: Record<string, Setting> = {},
  name = "shared-private",
) {
  return new NetworkLearner(engine, name, smallData(), { ...SETTINGS, ...settings });
}

/** Settings of Self-MM alone. */
const { sharedDim: _, alignmentBatch: __, ...SELF_MM } = SETTINGS as Record<string, Setting>;

forEachEngine("shared-private without pairs, or with β = 0, trains as self-mm", async (engine) => {
  const dataset = smallData();
  using base = new NetworkLearner(engine, "self-mm", dataset, SELF_MM);
  for (const epoch of [1, 2]) await base.epoch(dataset, epoch);
  const expected = await valuesOf(base.variables());
  for (const settings of [{ pairs: "none" }, { beta: 0 }, { alignmentBatch: 100 }]) {
    using learner = learnerOf(engine, settings);
    for (const epoch of [1, 2]) await learner.epoch(dataset, epoch);
    assertEquals(await valuesOf(learner.variables()), expected, JSON.stringify(settings));
  }
});

forEachEngine("shared-private adds β Σ λ ℓ of the encoded pairs to the loss", (engine) => {
  const dataset = smallData();
  for (const alignment of ALIGNMENTS) {
    using learner = learnerOf(engine, { alignment, beta: 3, pairs: "av=0.5" });
    const { network } = learner;
    tf.tidy(() => {
      const indices = [0, 1, 2, 3, 4, 5];
      const inputs = readInputs(network, dataset.splits.train!, indices);
      const outputs = network.forward(inputs, null);
      const target = {
        labels: tf.tensor1d(indices.map((i) => dataset.splits.train!.labels![i]!)),
        labelsOf: {},
        index: tf.tensor1d(indices, "int32"),
        epoch: tf.scalar(1),
      };
      const { total, parts } = network.loss(outputs, target);
      assertEquals(Object.keys(parts), ["fusion", "text", "audio", "vision", "alignment"]);
      const [audio, vision] = ["audio", "vision"].map((name) => outputs[`encoded.${name}`]!);
      const apart = alignmentLoss(audio as tf.Tensor2D, vision as tf.Tensor2D, alignment);
      const part = parts["alignment"]!.dataSync()[0]!;
      assertAlmostEquals(part, 0.5 * apart.dataSync()[0]!, 1e-6);
      assert(part > 0);
      const rest = ["fusion", "text", "audio", "vision"].map((name) => parts[name]!.dataSync()[0]!);
      const sum = rest.reduce((sum, value) => sum + value, 3 * part);
      assertAlmostEquals(total.dataSync()[0]!, sum, 1e-5);
    });
  }
});

forEachEngine(
  "shared-private brings audio and vision together where β is large",
  async (engine) => {
    const dataset = smallData();
    const apart: number[] = [];
    for (const beta of [0, 100]) {
      using learner = learnerOf(engine, { beta, batchSize: 21, updateEpochs: 1 });
      for (let epoch = 1; epoch <= 20; epoch++) await learner.epoch(dataset, epoch);
      apart.push((await learner.epoch(dataset, 21))[0]!.parts["alignment"]!);
    }
    assert(apart[1]! < 0.2 * apart[0]!, `${apart}`);
  },
);

forEachEngine(
  "shared-private aligns what it encodes whichever unimodal tasks it learns, and from whose labels",
  async (engine) => {
    const dataset = smallData();
    for (
      const settings of [
        { unimodalLabels: "none" },
        { tasks: "M,A" },
        { unimodalLabels: "human" },
      ]
    ) {
      using learner = learnerOf(engine, { ...settings, batchSize: 21, updateEpochs: 1 });
      for (const epoch of [1, 2, 3]) {
        const [{ parts }] = await learner.epoch(dataset, epoch) as [StepResult];
        const learned = Object.keys(parts).filter((part) => part !== "fusion");
        const wanted = "tasks" in settings ? ["audio"] : ["text", "audio", "vision"];
        const isNone = settings.unimodalLabels === "none";
        assertEquals(learned, [...(isNone ? [] : wanted), "alignment"]);
        assert(parts["alignment"]! > 0);
      }
    }
  },
);

forEachEngine(
  "shared-private keeps fixed projections as they are, and learns linear ones",
  async (engine) => {
    const dataset = smallData();
    using fixed = learnerOf(engine, { projection: "fixedOrthogonal", pairs: "ta,av" });
    assertEquals(
      fixed.network.parameters.names().filter((name) => name.startsWith("alignment")),
      [],
    );
    const matrix = fixed.network.memory.get("alignment_text")!;
    assertEquals(matrix.shape, [6, 3]);
    const before = Float32Array.from(await matrix.data());
    await fixed.epoch(dataset, 1);
    assertEquals(Float32Array.from(await matrix.data()), before);

    using linear = learnerOf(engine, { projection: "linear", pairs: "ta" });
    const names = linear.network.parameters.names().filter((name) => name.startsWith("alignment"));
    assertEquals(names.filter((name) => name.endsWith("weight")), [
      "alignment_text.weight",
      "alignment_audio.weight",
    ]);
    const start = await valuesOf(linear.network.parameters);
    await linear.epoch(dataset, 1);
    const end = await valuesOf(linear.network.parameters);
    assert(start["alignment_text.weight"]!.some((v, i) => v !== end["alignment_text.weight"]![i]));
  },
);

forEachEngine(
  "shared-private refuses unequal widths without projection, and unknown pairs",
  (engine) => {
    assertThrows(
      () => learnerOf(engine, { pairs: "tv" }),
      UsageError,
      "Cannot align text of width 6 with vision of width 8",
    );
    for (const pairs of ["at", "", "av=x", "av=-1", "av=", "av,,ta", "toString"]) {
      assertThrows(() => learnerOf(engine, { pairs }), UsageError, `pairs to "${pairs}"`);
    }
    assertThrows(
      () => learnerOf(engine, { alignment: "mmd" }),
      UsageError,
      "one of coral, coral+mean",
    );
  },
);
