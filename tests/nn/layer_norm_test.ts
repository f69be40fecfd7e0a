import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { LayerNorm, layerNorm } from "../../lib/nn/layer_norm.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { forEachEngine } from "../engine/engines.ts";

const SHAPE: [number, number, number] = [2, 3, 5];

forEachEngine("layerNorm() has the gradients of its formula, op by op", () => {
  const random = RandomStream.fromSeed(1);
  tf.tidy(() => {
    const x = tf.tensor3d(random.normalArray(30), SHAPE);
    const [weight, bias] = [random.normalArray(5), random.normalArray(5)].map((v) =>
      tf.tensor1d(v)
    );
    const dy = tf.tensor3d(random.normalArray(30), SHAPE);
    const plain = (x: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, 2, true);
      const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
      return tf.add(tf.mul(normal, weight), bias);
    };
    const run = (norm: typeof plain) =>
      tf.valueAndGrads((...args: tf.Tensor[]) =>
        tf.sum(tf.mul(norm(args[0]!, args[1]!, args[2]!), dy))
      )([x, weight!, bias!]);
    const [ours, theirs] = [run((x, w, b) => layerNorm(x, w, b, 1e-5)), run(plain)];
    const flat = ({ value, grads }: typeof ours) =>
      [value, ...grads].flatMap((tensor) => [...tensor.dataSync()]);
    const expected = flat(theirs);
    flat(ours).forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-5));
    assertEquals(ours.grads.map(({ shape }) => shape), [SHAPE, [5], [5]]);
  });
});

forEachEngine("layerNorm() of a constant row is its bias, and finite in its gradient", () => {
  tf.tidy(() => {
    const [weight, bias] = [tf.tensor1d([2, 3]), tf.tensor1d([-1, 1])];
    const x = tf.tensor2d([[7, 7]]);
    assertEquals([...layerNorm(x, weight, bias, 1e-12).dataSync()], [-1, 1]);
    const gradient = tf.grad((x) => tf.sum(layerNorm(x, weight, bias, 1e-5)))(x).dataSync();
    gradient.forEach((value) => assertEquals(Number.isFinite(value), true));
  });
});

forEachEngine("LayerNorm starts as the identity of what is normalized already", () => {
  const parameters = new Parameters();
  const layer = new LayerNorm(parameters, "norm", 4, 0);
  const values = tf.tidy(() => [...layer.apply(tf.tensor2d([[1, -1, 1, -1]])).dataSync()]);
  assertEquals(values, [1, -1, 1, -1]);
  assertEquals(parameters.names(), ["norm.weight", "norm.bias"]);
  parameters.dispose();
});
