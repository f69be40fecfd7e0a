import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../../lib/core/errors.ts";
import { type Dataset, MODALITIES } from "../../lib/data/mod.ts";
import { conv1d } from "../../lib/nn/conv.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { forEachEngine } from "../engine/engines.ts";
import { formsOf, NetworkLearner } from "./networks.ts";
import { smallData } from "./small.ts";

const SETTINGS = { ...formsOf("cnn")[0]!, filtersDim: 6, signalDim: 6, dropout: 0 };

/** Sequences of the same steps in every modality. */
function alignedData(): Dataset {
  return smallData({ textSteps: 5, audioSteps: 5, visionSteps: 5 });
}

forEachEngine(
  "cnn has a stack of filters for each modality, or one for all side by side",
  (engine) => {
    const dataset = alignedData();
    const shapes = (settings: Record<string, string | boolean>) => {
      using learner = new NetworkLearner(engine, "cnn", dataset, { ...SETTINGS, ...settings });
      return Object.fromEntries(
        [...learner.network.parameters].map(([name, { shape }]) => [name, shape.join()]),
      );
    };
    const each = shapes({});
    assertEquals(each["vision_conv_5.weight"], "6,4,5");
    assertEquals(each["head.weight"], "1,54");
    const aligned = shapes({ aligned: true });
    assertEquals(aligned["conv_3.weight"], "6,13,3");
    assertEquals(aligned["head.weight"], "1,18");
    const signal = shapes({ reading: "signal" });
    assertEquals([signal["conv_1.weight"], signal["conv_2.weight"]], ["6,1,5", "6,6,5"]);
    assertEquals(signal["head.weight"], "1,6");
  },
);

for (const textSteps of ["all", "first"]) {
  forEachEngine(`cnn learns from modalities side by side, text ${textSteps}`, async (engine) => {
    const dataset = alignedData();
    const settings = { ...SETTINGS, aligned: true, textSteps, batchSize: 7 };
    using learner = new NetworkLearner(engine, "cnn", dataset, settings);
    const losses: number[] = [];
    for (let epoch = 1; epoch <= 40; epoch++) {
      losses.push((await learner.epoch(dataset, epoch))[0]!.loss);
    }
    assert(losses.at(-1)! < 0.4 * losses[0]!, `${losses[0]} to ${losses.at(-1)}`);
  });
}

forEachEngine("cnn refuses modalities side by side that have different steps", (engine) => {
  const dataset = smallData();
  using learner = new NetworkLearner(engine, "cnn", dataset, { ...SETTINGS, aligned: true });
  const inputs = readInputs(learner.network, dataset.splits.train!, [0, 1]);
  assertThrows(
    () => tf.tidy(() => learner.network.forward(inputs, null)),
    UsageError,
    "text has 2, audio has 5, vision has 4 steps",
  );
  tf.dispose(inputs as tf.TensorContainer);
});

forEachEngine("cnn as a signal convolves [CLS; mean audio; mean vision] twice", (engine) => {
  const dataset = smallData();
  const train = dataset.splits.train!;
  using learner = new NetworkLearner(engine, "cnn", dataset, { ...SETTINGS, reading: "signal" });
  const { network } = learner;
  tf.tidy(() => {
    const row = MODALITIES.flatMap((modality) => {
      const { steps, width, lengths } = train.features[modality]!;
      const values = new Float32Array(steps * width);
      train.features[modality]!.read([3], values);
      const count = modality === "text" ? 1 : lengths[3]!;
      return Array.from({ length: width }, (_, j) => {
        let sum = 0;
        for (let t = 0; t < count; t++) sum += values[t * width + j]!;
        return sum / count;
      });
    });
    let x = tf.tensor3d(row, [1, row.length, 1]);
    for (const name of ["conv_1", "conv_2"]) {
      const weight = network.parameters.get(`${name}.weight`) as unknown as tf.Tensor3D;
      const bias = network.parameters.get(`${name}.bias`) as unknown as tf.Tensor1D;
      x = tf.relu(conv1d(x, weight, bias, "same"));
    }
    const head = network.parameters.get("head.weight"), bias = network.parameters.get("head.bias");
    const expected = tf.add(tf.sum(tf.mul(tf.max(x, 1), head)), bias).dataSync()[0]!;
    const { prediction } = network.forward(readInputs(network, train, [3]), null);
    assertAlmostEquals(prediction.dataSync()[0]!, expected, 1e-5);
  });
});
