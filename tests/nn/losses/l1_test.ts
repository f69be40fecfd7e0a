import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../../lib/core/random.ts";
import { meanAbsoluteError, weightedMeanAbsoluteError } from "../../../lib/nn/losses/l1.ts";
import { forEachEngine } from "../../engine/engines.ts";

const PREDICTIONS = [1.5, -2, 0.25, 3];
const LABELS = [1, 1, 0.25, -1];
const WEIGHTS = [1, 0.5, 2, 0];

function plain(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  return tf.tidy(() =>
    meanAbsoluteError(tf.tensor1d(Array.from(predictions)), tf.tensor1d(Array.from(labels)))
      .dataSync()[0]!
  );
}

function weighted(predictions: number[], labels: number[], weights: number[]): number {
  return tf.tidy(() =>
    weightedMeanAbsoluteError(
      tf.tensor1d(predictions),
      tf.tensor1d(labels),
      tf.tensor1d(weights),
    ).dataSync()[0]!
  );
}

/** The gradient of the predictions. */
function gradient(predictions: number[], labels: number[], weights?: number[]): number[] {
  return tf.tidy(() => {
    const y = tf.tensor1d(labels);
    const loss = (p: tf.Tensor) =>
      weights === undefined
        ? meanAbsoluteError(p as tf.Tensor1D, y)
        : weightedMeanAbsoluteError(p as tf.Tensor1D, y, tf.tensor1d(weights));
    return [...tf.grad(loss)(tf.tensor1d(predictions)).dataSync()];
  });
}

forEachEngine("meanAbsoluteError() gives a value computed by hand", () => {
  // (0.5 + 3 + 0 + 4) / 4
  assertEquals(plain(PREDICTIONS, LABELS), 1.875);
});

forEachEngine("weightedMeanAbsoluteError() divides by the batch size, not by Σw", () => {
  // (1 · 0.5 + 0.5 · 3 + 2 · 0 + 0 · 4) / 4
  assertEquals(weighted(PREDICTIONS, LABELS, WEIGHTS), 0.5);
});

forEachEngine("both losses keep their value when the samples change places, or the sides", () => {
  const turn = (values: number[]) => [2, 0, 3, 1].map((i) => values[i]!);
  assertEquals(plain(turn(PREDICTIONS), turn(LABELS)), 1.875);
  assertEquals(plain(LABELS, PREDICTIONS), 1.875);
  assertEquals(weighted(turn(PREDICTIONS), turn(LABELS), turn(WEIGHTS)), 0.5);
  assertEquals(weighted(LABELS, PREDICTIONS, WEIGHTS), 0.5);
  assertEquals(weighted(PREDICTIONS, LABELS, [1, 1, 1, 1]), plain(PREDICTIONS, LABELS));
});

forEachEngine("both losses take a batch of one, and a tie has gradient 0", () => {
  assertEquals([plain([2], [-1]), gradient([2], [-1])], [3, [1]]);
  assertEquals([plain([1], [1]), gradient([1], [1])], [0, [0]]);
  assertEquals([weighted([2], [-1], [0.5]), gradient([2], [-1], [0.5])], [1.5, [0.5]]);
  assertEquals(gradient([1], [1], [0.5]), [0]);
  // Weights of 0, as all unimodal ones are in epoch 1: exactly 0.
  assertEquals([weighted([2], [-1], [0]), gradient([2], [-1], [0])], [0, [0]]);
});

forEachEngine("both losses have the gradient of finite differences", () => {
  const random = RandomStream.fromSeed(1);
  const [predictions, labels] = [random.normalArray(9), random.normalArray(9)].map((values) => [
    ...values,
  ]) as [number[], number[]];
  const weights = [...random.uniformArray(9, 0, 1)];
  const step = 1e-2;
  for (const w of [undefined, weights]) {
    const loss = (p: number[]) => w === undefined ? plain(p, labels) : weighted(p, labels, w);
    const expected = predictions.map((_, i) => {
      const moved = (by: number) => predictions.map((value, j) => value + (i === j ? by : 0));
      return (loss(moved(step)) - loss(moved(-step))) / (2 * step);
    });
    // Between kinks the loss is linear: what is left is rounding.
    gradient(predictions, labels, w).forEach((value, i) =>
      assertAlmostEquals(value, expected[i]!, 1e-4)
    );
  }
});

forEachEngine("both losses have the same value as plain JavaScript, on each engine", () => {
  const random = RandomStream.fromSeed(2);
  const [p, y, w] = [0, 1, 2].map(() => random.normalArray(500)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const errors = p.map((value, i) => Math.abs(value - y[i]!));
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / 500;
  assertAlmostEquals(plain(p, y), mean(errors), 1e-6);
  assertAlmostEquals(weighted([...p], [...y], [...w]), mean(errors.map((e, i) => e * w[i]!)), 1e-6);
});
