import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../../lib/core/errors.ts";
import { RandomStream } from "../../lib/core/random.ts";
import {
  drawKeptSteps,
  newKeptSteps,
  withUnknown,
} from "../../lib/models/tfr_net/missing_steps.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { forEachEngine } from "../engine/engines.ts";
import { NetworkLearner, plainSettings, smallSettings } from "./networks.ts";
import { findModel } from "../../lib/models/mod.ts";
import { smallData } from "./small.ts";

const MODEL = findModel("tfr-net");
const OF = { split: "train", modality: "audio", sample: 3, length: 400, steps: 500 } as const;

Deno.test("a share of the true steps is missing, always the same of a sample, and the text's ends never", () => {
  const kept = drawKeptSteps(OF, 0.2, 1111);
  assertEquals(kept.length, 500);
  const count = kept.reduce((sum, value) => sum + value, 0);
  assert(count > 290 && count < 350, `${count} of 400`);
  assert(kept.subarray(400).every((value) => value === 0));
  assertEquals(drawKeptSteps(OF, 0.2, 1111), kept);
  for (const other of [{ sample: 4 }, { split: "test" }, { modality: "vision" as const }]) {
    assertNotEquals(drawKeptSteps({ ...OF, ...other }, 0.2, 1111), kept);
  }
  assertNotEquals(drawKeptSteps(OF, 0.2, 1112), kept);
  for (let sample = 0; sample < 50; sample++) {
    const text = drawKeptSteps({ ...OF, modality: "text", sample, length: 3, steps: 4 }, 0.99, 1);
    assertEquals([text[0], text[2], text[3]], [1, 1, 0]);
  }
});

forEachEngine("steps that are drawn anew differ by the step, and words become [UNK]", () => {
  tf.tidy(() => {
    const mask = tf.tensor2d([[...Array(90).fill(1), ...Array(10).fill(0)]]);
    const draw = (counter: number) =>
      newKeptSteps(mask as tf.Tensor2D, "text", 0.3, {
        stream: RandomStream.fromSeed(1),
        counter: tf.tensor1d([0, 0, counter, 1], "int32"),
      }).dataSync();
    const kept = draw(1);
    assertEquals(draw(1), kept);
    assertNotEquals(draw(2), kept);
    assertEquals([kept[0], kept[89], ...kept.subarray(90)], [1, 1, ...Array(10).fill(0)]);
    const count = [...kept].filter((value) => value === 1).length;
    assert(count > 45 && count < 80, `${count} of 90`);
    const tokens = tf.tensor3d([[[1, 7, 2, 0], [1, 1, 1, 0], [0, 0, 0, 0]]], [1, 3, 4], "int32");
    const shown = withUnknown(tokens, tf.tensor2d([[0, 1, 0, 0]]), 5);
    assertEquals(shown.arraySync(), [[[1, 5, 2, 0], [1, 1, 1, 0], [0, 0, 0, 0]]]);
  });
});

forEachEngine(
  "nothing is missing of data without labels, nor outside training in mode robust",
  async (engine) => {
    const dataset = smallData({ audioSteps: 30, visionSteps: 30 });
    const test = dataset.splits.test!;
    const predict = async (mode: string, missingRate: number, labels: Float32Array | null) => {
      const settings = { ...plainSettings(MODEL), mode, missingRate };
      using learner = new NetworkLearner(engine, MODEL, dataset, settings);
      return await learner.predict({ ...test, labels }, [[0, 1, 2]]);
    };
    const whole = await predict("reference", 0, test.labels);
    assertNotEquals(await predict("reference", 0.5, test.labels), whole);
    assertEquals(await predict("reference", 0.5, null), whole);
    const robust = await predict("robust", 0, test.labels);
    assertEquals(await predict("robust", 0.5, test.labels), robust);
  },
);

forEachEngine("kept steps are read beside what they are of, and freed with it", (engine) => {
  const dataset = smallData();
  using learner = new NetworkLearner(engine, MODEL, dataset, smallSettings(MODEL));
  const before = tf.memory().numTensors;
  const inputs = readInputs(learner.network, dataset.splits.train!, [4, 2]);
  const { audio, audioKept, audioLengths } = inputs;
  assertEquals(audioKept!.shape, [2, audio!.shape[1]]);
  const kept = audioKept!.arraySync();
  [4, 2].forEach((sample, i) => {
    const of = { split: "train", modality: "audio", sample, steps: audio!.shape[1]! } as const;
    const length = audioLengths!.dataSync()[i]!;
    assertEquals(kept[i], [...drawKeptSteps({ ...of, length }, 0.1, 8)]);
  });
  tf.dispose(inputs as tf.TensorContainer);
  assertEquals(tf.memory().numTensors, before);
});

Deno.test("an id of [UNK] that the text encoder lacks is refused, and so is an even kernel", async () => {
  const { openEngine } = await import("../../lib/engine/mod.ts");
  const engine = await openEngine({ engine: "cpu" });
  const open = (settings: Record<string, number | string>) =>
    new NetworkLearner(engine, MODEL, smallData(), { ...smallSettings(MODEL), ...settings });
  assertThrows(() => open({ text: "bert", unknownToken: 40 }), UsageError, "unknownToken is 40");
  assertThrows(() => open({ textKernel: 2 }), UsageError, "Cannot set textKernel to 2");
});
