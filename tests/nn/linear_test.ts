import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { Linear } from "../../lib/nn/linear.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

/** A layer of its own, and its start values. */
function make(inputs: number, outputs: number, name = "layer", seed = 1) {
  const parameters = new Parameters();
  const layer = new Linear(parameters, name, inputs, outputs, RandomStream.fromSeed(seed));
  const [weight, bias] = [layer.weight, layer.bias].map((variable) =>
    Float32Array.from(variable.dataSync())
  );
  return { parameters, layer, weight: weight!, bias: bias! };
}

forEachEngine("Linear gives x Wᵀ + b", () => {
  const { parameters, layer } = make(3, 2);
  tf.tidy(() => {
    layer.weight.assign(tf.tensor2d([[1, 2, 3], [0, -1, 0.5]]));
    layer.bias.assign(tf.tensor1d([10, -10]));
    const y = layer.apply(tf.tensor2d([[1, 1, 1], [2, 0, -2]]));
    assertEquals(y.arraySync(), [[16, -10.5], [6, -11]]);
  });
  parameters.dispose();
});

forEachEngine("Linear takes a batch of one row and one input", () => {
  const { parameters, layer, weight, bias } = make(1, 1);
  const y = tf.tidy(() => layer.apply(tf.tensor2d([[2]])).dataSync());
  assertAlmostEquals(y[0]!, 2 * weight[0]! + bias[0]!, 1e-6);
  parameters.dispose();
});

forEachEngine("Linear has the gradients of weight, bias and input", () => {
  const { parameters, layer, weight } = make(2, 1);
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2], [3, 4]]);
    const loss = () => tf.sum(layer.apply(x)) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, [layer.weight, layer.bias]);
    assertEquals(grads[layer.weight.name]!.arraySync(), [[4, 6]]);
    assertEquals(grads[layer.bias.name]!.arraySync(), [2]);
    const dx = tf.grad((x) => tf.sum(layer.apply(x as tf.Tensor2D)))(x);
    assertEquals([...dx.dataSync()], [...weight, ...weight]);
  });
  parameters.dispose();
});

forEachEngine("Linear starts from U(−1/√in, 1/√in), weight and bias alike", () => {
  const inputs = 16, bound = 1 / Math.sqrt(inputs);
  const { parameters, weight, bias } = make(inputs, 500);
  for (const values of [weight, bias]) {
    assert(values.every((value) => Math.abs(value) <= bound), "all within the bound");
    assert(Math.max(...values) > 0.97 * bound && Math.min(...values) < -0.97 * bound, "all used");
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const deviation = bound / Math.sqrt(3 * values.length);
    assertAlmostEquals(mean, 0, 4 * deviation);
  }
  parameters.dispose();
});

forEachEngine("Linear starts from values that its seed and name alone decide", () => {
  const [a, b] = [make(4, 3), make(4, 3)];
  assertEquals([a.weight, a.bias], [b.weight, b.bias]);
  for (const other of [make(4, 3, "another"), make(4, 3, "layer", 2)]) {
    assert(other.weight.every((value, i) => value !== a.weight[i]), "another stream");
    other.parameters.dispose();
  }
  // Another layer that is made first takes no numbers away.
  const parameters = new Parameters();
  const random = RandomStream.fromSeed(1);
  new Linear(parameters, "before", 4, 3, random);
  assertEquals(new Linear(parameters, "layer", 4, 3, random).weight.dataSync(), a.weight);
  for (const made of [a, b]) made.parameters.dispose();
  parameters.dispose();
});
