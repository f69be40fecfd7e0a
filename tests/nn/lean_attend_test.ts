import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { bandBias, leanAttend } from "../../lib/nn/cross_attention.ts";
import { forEachEngine } from "../engine/engines.ts";

/** So many weights that those of one sample are made at a time. */
const [BATCH, HEADS, QUERIES, KEYS, DEPTH] = [3, 2, 1100, 1000, 2];

function draw(name: string, shape: [number, number, number, number]): tf.Tensor4D {
  const count = shape.reduce((product, n) => product * n, 1);
  return tf.tensor4d(RandomStream.fromSeed(1).split(name).normalArray(count), shape);
}

forEachEngine(
  "leanAttend() of parts of a batch, and its gradients, are those of all at once",
  () => {
    tf.tidy(() => {
      const inputs = [
        draw("q", [BATCH, HEADS, QUERIES, DEPTH]),
        draw("k", [BATCH, HEADS, KEYS, DEPTH]),
        draw("v", [BATCH, HEADS, KEYS, DEPTH]),
      ];
      const bias = bandBias(QUERIES, KEYS), seen: number[] = [];
      const lean = (...[q, k, v]: tf.Tensor[]) =>
        leanAttend(q as tf.Tensor4D, k as tf.Tensor4D, v as tf.Tensor4D, bias, (weights, part) => {
          seen.push(part);
          assertEquals(weights.shape, [1, HEADS, QUERIES, KEYS]);
          return weights;
        });
      const plain = (...[q, k, v]: tf.Tensor[]) =>
        tf.matMul(tf.softmax(tf.add(tf.matMul(q!, k!, false, true), bias)), v!);
      const [own, reference] = [lean, plain].map((attend) =>
        tf.valueAndGrads((...args: tf.Tensor[]) => tf.sum(tf.square(attend(...args))))(inputs)
      );
      assertEquals(seen.filter((_, i) => i < BATCH), [0, 1, 2]);
      const tensors = (made: typeof own) => [made!.value, ...made!.grads];
      for (const [i, tensor] of tensors(own).entries()) {
        const expected = tensors(reference)[i]!.dataSync<"float32">();
        const found = tensor.dataSync<"float32">();
        const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        for (let j = 0; j < expected.length; j += 97) {
          assertAlmostEquals(found[j]!, expected[j]!, 2e-5 * largest);
        }
      }
    });
  },
);
