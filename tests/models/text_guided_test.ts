import { assert, assertEquals, assertThrows } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { UsageError } from "../../lib/core/errors.ts";
import { readInputs } from "../../lib/training/inputs.ts";
import { forEachEngine } from "../engine/engines.ts";
import { formsOf, NetworkLearner } from "./networks.ts";
import { smallData } from "./small.ts";

const SETTINGS = formsOf("text-guided")[0]!;

forEachEngine("text-guided has two transformers in stage one, or one that is shared", (engine) => {
  const dataset = smallData();
  const layers = (settings: Record<string, string | boolean>) => {
    using learner = new NetworkLearner(engine, "text-guided", dataset, {
      ...SETTINGS,
      ...settings,
    });
    return Object.fromEntries(
      [...learner.network.parameters].filter(([name]) => name.endsWith("norm1.weight"))
        .map(([name, { shape }]) => [name.replace(".norm1.weight", ""), shape[0]]),
    );
  };
  assertEquals(layers({}), { "first.audio": 8, "first.vision": 8, second: 8 });
  assertEquals(layers({ share: true }), { first: 8, second: 8 });
  // [F_t; F_a] as one token is twice as wide, and so is [F¹; F²] again.
  const concat = layers({ tokens: "featureConcat" });
  assertEquals(concat, { "first.audio": 16, "first.vision": 16, second: 32 });
});

forEachEngine("text-guided lets each of text, audio and vision reach the score", (engine) => {
  const dataset = smallData();
  for (const settings of [{}, { tokens: "featureConcat" }, { sequence: true }]) {
    using learner = new NetworkLearner(engine, "text-guided", dataset, {
      ...SETTINGS,
      ...settings,
    });
    const { network } = learner;
    tf.tidy(() => {
      const inputs = readInputs(network, dataset.splits.train!, [0, 1, 2]);
      const score = (
        changes: Record<string, tf.Tensor>,
      ) => [...network.forward({ ...inputs, ...changes }, null).prediction.dataSync()];
      const before = score({});
      for (const modality of ["text", "audio", "vision"] as const) {
        const other = tf.neg(inputs[modality]!);
        assert(score({ [modality]: other }).every((value, i) => value !== before[i]), modality);
      }
    });
  }
});

forEachEngine(
  "text-guided learns with AdamW, and refuses a width that heads do not divide",
  (engine) => {
    const dataset = smallData();
    using learner = new NetworkLearner(engine, "text-guided", dataset, SETTINGS);
    assertEquals(learner.config["decay"], "decoupled");
    for (const modelDim of [7, 9, 3]) {
      assertThrows(
        () => new NetworkLearner(engine, "text-guided", dataset, { ...SETTINGS, modelDim }),
        UsageError,
        `Cannot set modelDim to ${modelDim}`,
      );
    }
  },
);
