import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { Conv1d } from "../../lib/nn/conv.ts";
import { Parameters } from "../../lib/nn/parameters.ts";
import { convolved, lastOf, maximumOf, scoreBias } from "../../lib/nn/sequence.ts";
import { lastSteps } from "../../lib/nn/steps.ts";
import { forEachEngine } from "../engine/engines.ts";
import { WEBGPU } from "../engine/webgpu.ts";

/** Sequences of 1 feature. */
function sequence(rows: number[][], lengths: number[]) {
  const x = tf.tensor3d(rows.map((row) => row.map((value) => [value])));
  return { x, lengths: tf.tensor1d(lengths, "int32") };
}

forEachEngine("the last step and the largest value are of all steps, or of the true ones", () => {
  tf.tidy(() => {
    const both = sequence([[3, 1, 9], [-4, -2, 0]], [2, 1]);
    const values = (tensor: tf.Tensor) => [...tensor.dataSync()];
    assertEquals(values(lastOf(both, false)), [9, 0]);
    assertEquals(values(lastOf(both, true)), [1, -4]);
    assertEquals(values(maximumOf(both, false)), [9, 0]);
    assertEquals(values(maximumOf(both, true)), [3, -4]);
    const timeMajor = tf.transpose(both.x, [1, 0, 2]) as tf.Tensor3D;
    assertEquals(values(lastSteps(timeMajor, both.lengths)), [1, -4]);
  });
});

forEachEngine("a sequence shorter than a filter is filled up, and keeps one step", async () => {
  const parameters = new Parameters();
  const sizes = { inputs: 1, outputs: 1, size: 3, bias: false };
  const convolution = new Conv1d(parameters, "conv", sizes, "valid", RandomStream.fromSeed(1));
  assertEquals(parameters.names(), ["conv.weight"]);
  tf.tidy(() => convolution.weight.assign(tf.tensor3d([[[1, 10, 100]]])));
  const [short, long] = tf.tidy(() => {
    const of = (row: number[], length: number) => {
      const { x, lengths } = convolved(sequence([row], [length]), convolution);
      return tf.keep(tf.concat1d([tf.reshape(x, [-1]), tf.cast(lengths, "float32")]));
    };
    return [of([1, 2], 1), of([1, 2, 3, 4], 4)];
  });
  assertEquals([...await short!.data()], [21, 1]);
  assertEquals([...await long!.data()], [321, 432, 2]);
  tf.dispose([short!, long!]);
  parameters.dispose();
}, WEBGPU);

forEachEngine("steps that are not to be seen get scores far below all others", () => {
  tf.tidy(() => {
    const [query, key] = [sequence([[1, 2]], [2]), sequence([[1, 2, 3, 4]], [3])];
    const hidden = (isTrue: boolean, isBand: boolean) =>
      [...scoreBias(query, key, { isTrue, isBand }).dataSync()].map((score) =>
        Number(score < -1e8)
      );
    // Lengths differ by 2, so that step 0 sees up to step 2.
    assertEquals(hidden(false, true), [0, 0, 0, 1, 0, 0, 0, 0]);
    // True ones differ by 1, and key 3 is padding.
    assertEquals(hidden(true, true), [0, 0, 1, 1, 0, 0, 0, 1]);
    // The same for both steps.
    assertEquals(hidden(true, false), [0, 0, 0, 1]);
    assertAlmostEquals(scoreBias(query, key, { isTrue: false, isBand: false }).dataSync()[0]!, 0);
  });
});
