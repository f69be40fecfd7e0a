import { assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../lib/core/mod.ts";
import { openEngine, tf } from "../../lib/engine/mod.ts";
import { type Config, Network, type Outputs } from "../../lib/models/mod.ts";
import { UsageError } from "../../lib/core/errors.ts";

/** A network that says nothing but its score. */
class Bias extends Network {
  readonly #bias = this.parameters.add("bias", [1], Float32Array.of(0.5));

  forward(): Outputs {
    return { prediction: tf.tile(this.#bias, [2]) as tf.Tensor1D };
  }
}

function make(settings: Config): Bias {
  return new Bias({
    settings,
    protocol: "mosi",
    modalities: ["vision", "text"],
    widths: { text: 4, vision: 2 },
    trainLabels: new Float32Array(),
    random: RandomStream.fromSeed(1),
  });
}

Deno.test("a network that only scores reads sequences, trains everything and minimises the MAE", async () => {
  await openEngine({ engine: "cpu" });
  const before = tf.memory().numTensors;
  const network = make({ learningRate: 0.01, weightDecay: 0.1 });
  assertEquals(network.modalities, ["text", "vision"]);
  assertEquals(network.reads, { text: "sequence", vision: "sequence" });
  assertEquals(network.groups, [
    { name: "all", learningRate: 0.01, weightDecay: 0.1, parameters: ["bias"] },
  ]);
  assertEquals(make({ learningRate: 1 }).groups[0]!.weightDecay, 0);
  assertEquals([...network.memory], []);
  tf.tidy(() => {
    const target = {
      labels: tf.tensor1d([0, 2]),
      labelsOf: {},
      index: tf.tensor1d([0, 1], "int32"),
      epoch: tf.scalar(1),
    };
    const { total, parts } = network.loss(network.forward(), target);
    assertEquals(total.dataSync()[0], 1);
    assertEquals(Object.keys(parts), ["fusion"]);
  });
  assertEquals(tf.memory().numTensors, before + 2, "the biases of two networks");
  network.dispose();
  assertEquals(tf.memory().numTensors, before + 1);
});

Deno.test("a network without groups of its own needs a learning rate", () => {
  const network = make({ hiddenDim: 2 });
  assertThrows(() => network.groups, UsageError, "it has no setting learningRate");
});
