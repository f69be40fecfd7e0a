/** Losses of sets of features: central moments, and differences. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../../lib/core/random.ts";
import { centralMoments } from "../../../lib/nn/losses/central_moments.ts";
import { centeredUnits, difference as unitDifference } from "../../../lib/nn/losses/difference.ts";
import { forEachEngine } from "../../engine/engines.ts";

const ROWS = 5, WIDTH = 2;

function difference(x: tf.Tensor2D, y: tf.Tensor2D): tf.Scalar {
  return unitDifference(centeredUnits(x), centeredUnits(y));
}

function draw(seed: number): Float32Array {
  return RandomStream.fromSeed(seed).normalArray(ROWS * WIDTH);
}

function matrix(values: Float32Array): tf.Tensor2D {
  return tf.tensor2d(values, [ROWS, WIDTH]);
}

type Loss = (x: tf.Tensor2D, y: tf.Tensor2D) => tf.Scalar;

function valueOf(loss: Loss, x: Float32Array, y: Float32Array): number {
  return tf.tidy(() => loss(matrix(x), matrix(y)).dataSync()[0]!);
}

/** ‖E x − E y‖ + Σ ‖E (x − E x)ᵏ − E (y − E y)ᵏ‖ in plain numbers. */
function moments(x: Float32Array, y: Float32Array, highest: number): number {
  const means = (values: Float32Array, k: number, around: number[]) =>
    Array.from({ length: WIDTH }, (_, j) => {
      let sum = 0;
      for (let i = 0; i < ROWS; i++) sum += (values[i * WIDTH + j]! - around[j]!) ** k;
      return sum / ROWS;
    });
  const zero = [0, 0], [middleX, middleY] = [means(x, 1, zero), means(y, 1, zero)];
  const far = (a: number[], b: number[]) => Math.hypot(...a.map((value, j) => value - b[j]!));
  let total = far(middleX, middleY);
  for (let k = 2; k <= highest; k++) total += far(means(x, k, middleX), means(y, k, middleY));
  return total;
}

forEachEngine(
  "centralMoments() is what plain numbers say, the same both ways, and 0 of the same",
  () => {
    const [x, y] = [draw(1), draw(2)];
    for (const highest of [1, 3, 5]) {
      const loss: Loss = (a, b) => centralMoments(a, b, { moments: highest });
      assertAlmostEquals(valueOf(loss, x, y), moments(x, y, highest), 1e-4);
      assertAlmostEquals(valueOf(loss, y, x), valueOf(loss, x, y), 1e-5);
      assertEquals(valueOf(loss, x, x), 0);
    }
  },
);

forEachEngine("centralMoments() of the same has a gradient of 0, and with ε a little value", () => {
  const gradient = tf.tidy(() => {
    const y = matrix(draw(1));
    return tf.grad((x) => centralMoments(x as tf.Tensor2D, y, { moments: 5 }))(y).dataSync();
  });
  assert(gradient.every((value) => value === 0));
  const loss: Loss = (a, b) => centralMoments(a, b, { moments: 3, epsilon: 1e-12 });
  assertAlmostEquals(valueOf(loss, draw(1), draw(1)), 3e-6, 1e-8);
});

forEachEngine("difference() does not see where features lie, or how long rows are", () => {
  const [x, y] = [draw(3), draw(4)];
  const value = valueOf(difference, x, y);
  assert(value > 0.01);
  assertAlmostEquals(valueOf(difference, x.map((v) => v + 5), y), value, 1e-4);
  assertAlmostEquals(valueOf(difference, x.map((v) => 3 * v), y), value, 1e-4);
  assertAlmostEquals(valueOf(difference, y, x), value, 1e-5);
});

forEachEngine("the gradient of both losses is what differences say, lengths of rows held", () => {
  const [x, y] = [draw(5), draw(6)];
  const gradientOf = (loss: Loss) =>
    tf.tidy(() => tf.grad((a) => loss(a as tf.Tensor2D, matrix(y)))(matrix(x)).dataSync());
  const moved = (i: number, step: number) => x.map((v, j) => i === j ? v + step : v);
  const cmd: Loss = (a, b) => centralMoments(a, b, { moments: 3 });
  gradientOf(cmd).forEach((value, i) => {
    const slope = (valueOf(cmd, moved(i, 1e-2), y) - valueOf(cmd, moved(i, -1e-2), y)) / 2e-2;
    assertAlmostEquals(value, slope, 1e-2);
  });
  // With lengths that move, the gradient of a function of directions is orthogonal to each row.
  const gradient = gradientOf(difference);
  const mean = [0, 1].map((j) => x.reduce((sum, v, i) => i % 2 === j ? sum + v / ROWS : sum, 0));
  const along = Array.from(
    { length: ROWS },
    (_, i) => [0, 1].reduce((sum, j) => sum + gradient[2 * i + j]! * (x[2 * i + j]! - mean[j]!), 0),
  );
  assert(along.some((value) => Math.abs(value) > 1e-3), `${along}`);
});
