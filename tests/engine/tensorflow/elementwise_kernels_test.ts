import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { forEachEngine } from "../engines.ts";

/** What is exact in float32, with both infinities and no number. */
const VALUES = [-Infinity, -2.5, -0, 0, 0.25, 3, Infinity, NaN];

forEachEngine("clipByValue() keeps what lies between, and NaN", () => {
  tf.tidy(() => {
    const clipped = tf.clipByValue(tf.tensor1d(VALUES), -1, 0.5);
    assertEquals([...clipped.dataSync()], [-1, -1, -0, 0, 0.25, 0.5, 0.5, NaN]);
  });
});

forEachEngine("relu() has a gradient above 0 alone", () => {
  tf.tidy(() => {
    const numbers = VALUES.slice(0, -1);
    const gradient = tf.grad((x) => tf.sum(tf.mul(tf.relu(x), 2)))(tf.tensor1d(numbers));
    assertEquals([...gradient.dataSync()].map((x) => x + 0), [0, 0, 0, 0, 2, 2, 2]);
  });
});

forEachEngine(
  "cast() to the same type is a tensor of its own, in a compiled step too",
  (engine) => {
    const weight = tf.variable(tf.tensor1d([1, 2]));
    const step = engine.compile(({ x }) => {
      const before = tf.cast(weight, "float32"), kept = tf.cast(x!, "float32");
      weight.assign(tf.add(weight, x!));
      return { before, kept };
    }, { state: { weight } });
    const x = tf.tensor1d([10, 20]);
    const { before, kept } = step({ x });
    x.dispose();
    assertEquals([before!, kept!, weight].map((y) => [...y.dataSync()]), [[1, 2], [10, 20], [
      11,
      22,
    ]]);
    step.dispose();
    tf.dispose([before!, kept!, weight]);
  },
);
