import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { rowNorm, unitRows } from "../../lib/nn/norm.ts";
import { forEachEngine } from "../engine/engines.ts";

forEachEngine("unitRows() gives rows the length 1, and leaves a row of 0 as it is", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[3, 4], [0, 0], [0, -2]]);
    const unit = [...unitRows(x).dataSync()];
    [0.6, 0.8, 0, 0, 0, -1].forEach((value, i) => assertAlmostEquals(unit[i]!, value, 1e-6));
    assertEquals([...rowNorm(x).dataSync()], [5, 0, 2]);
  });
});

forEachEngine("unitRows() has the gradient of a direction, and none but a number at 0", () => {
  tf.tidy(() => {
    const first = tf.grad((x) => tf.sum(tf.slice2d(unitRows(x as tf.Tensor2D), [0, 0], [2, 1])));
    const gradient = [...first(tf.tensor2d([[3, 4], [0, 0]])).dataSync()];
    // d (x / ‖x‖) / dx = (y² / ‖x‖³, −x y / ‖x‖³)
    assertAlmostEquals(gradient[0]!, 16 / 125, 1e-6);
    assertAlmostEquals(gradient[1]!, -12 / 125, 1e-6);
    assertEquals(gradient.slice(2).every(Number.isFinite), true);
  });
});
