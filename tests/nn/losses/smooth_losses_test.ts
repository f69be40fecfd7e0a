/** Losses that are small: squared and smooth errors, cross-entropies. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { binaryCrossEntropy } from "../../../lib/nn/losses/binary_cross_entropy.ts";
import { crossEntropy } from "../../../lib/nn/losses/cross_entropy.ts";
import { meanSquaredError } from "../../../lib/nn/losses/mse.ts";
import { smoothL1Sum } from "../../../lib/nn/losses/smooth_l1.ts";
import { forEachEngine } from "../../engine/engines.ts";

type Loss = (x: tf.Tensor, y: tf.Tensor) => tf.Scalar;

const X = [1.5, -2, 0.25, 0.5], Y = [1, 1, 0, 1];

/** Each loss with its value at X and Y, by hand. */
const LOSSES: readonly (readonly [string, Loss, number])[] = [
  ["meanSquaredError()", meanSquaredError, (0.25 + 9 + 0.0625 + 0.25) / 4],
  // ½ d² for 0.5, 0.25 and 0.5, |d| − ½ for 3
  ["smoothL1Sum()", smoothL1Sum, 0.125 + 2.5 + 0.03125 + 0.125],
  [
    "binaryCrossEntropy()",
    binaryCrossEntropy,
    X.reduce((sum, x, i) => {
      const q = 1 / (1 + Math.exp(-x));
      return sum - (Y[i] === 1 ? Math.log(q) : Math.log(1 - q));
    }, 0) / 4,
  ],
];

function valueOf(loss: Loss, x: readonly number[], y: readonly number[]): number {
  return tf.tidy(() => loss(tf.tensor1d([...x]), tf.tensor1d([...y])).dataSync()[0]!);
}

for (const [name, loss, expected] of LOSSES) {
  forEachEngine(`${name} has the value of a hand, in any order of entries`, () => {
    assertAlmostEquals(valueOf(loss, X, Y), expected, 1e-6);
    assertAlmostEquals(valueOf(loss, X.toReversed(), Y.toReversed()), expected, 1e-6);
  });

  forEachEngine(`the gradient of ${name} is what differences say`, () => {
    const gradient = tf.tidy(() =>
      tf.grad((x) => loss(x, tf.tensor1d(Y)))(tf.tensor1d(X)).dataSync()
    );
    gradient.forEach((value, i) => {
      const at = (step: number) => valueOf(loss, X.map((x, j) => i === j ? x + step : x), Y);
      assertAlmostEquals(value, (at(1e-2) - at(-1e-2)) / 2e-2, 2e-3);
    });
  });
}

forEachEngine("binaryCrossEntropy() is finite for what is far from 0", () => {
  assertAlmostEquals(valueOf(binaryCrossEntropy, [200, -200], [0, 1]), 200, 1e-4);
  assertAlmostEquals(valueOf(binaryCrossEntropy, [200, -200], [1, 0]), 0, 1e-6);
});

forEachEngine("smoothL1Sum() is the absolute error less ½ where it is 1 or more", () => {
  assertEquals(valueOf(smoothL1Sum, [1, -1, 5], [0, 0, 0]), 0.5 + 0.5 + 4.5);
  assertEquals(valueOf(smoothL1Sum, [2, 2], [2, 2]), 0);
});

forEachEngine(
  "crossEntropy() is −ln of the share of the true class, whatever all scores get",
  () => {
    const scores = [[1, 3], [0, 0]], classes = [1, 0];
    const value = (add: number) =>
      tf.tidy(() =>
        crossEntropy(
          tf.tensor2d(scores.map((row) => row.map((score) => score + add))),
          tf.tensor1d(classes, "int32"),
        ).dataSync()[0]!
      );
    const expected = (Math.log(1 + Math.exp(-2)) + Math.log(2)) / 2;
    assertAlmostEquals(value(0), expected, 1e-6);
    assertAlmostEquals(value(50), expected, 1e-4);
  },
);
