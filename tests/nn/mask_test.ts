import { assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { maskedMean, maskSteps, stepMask } from "../../lib/nn/mask.ts";
import { forEachEngine } from "../engine/engines.ts";

forEachEngine("stepMask() is 1 below the length", () => {
  tf.tidy(() => {
    const mask = stepMask(tf.tensor1d([1, 3, 2], "int32"), 3);
    assertEquals(mask.arraySync(), [[1, 0, 0], [1, 1, 1], [1, 1, 0]]);
  });
});

forEachEngine("maskSteps() and maskedMean() do not see what lies beyond the length", () => {
  tf.tidy(() => {
    const x = tf.tensor3d([[[1, 2], [3, 4]], [[5, 6], [1e30, -1e30]]]);
    const lengths = tf.tensor1d([2, 1], "int32");
    assertEquals(maskSteps(x, lengths).arraySync(), [[[1, 2], [3, 4]], [[5, 6], [0, 0]]]);
    assertEquals(maskedMean(x, lengths).arraySync(), [[2, 3], [5, 6]]);
    const slope = tf.grad((x) => tf.sum(maskedMean(x as tf.Tensor3D, lengths)))(x);
    assertEquals([...slope.dataSync()], [0.5, 0.5, 0.5, 0.5, 1, 1, 0, 0]);
  });
});
