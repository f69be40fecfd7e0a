import { assertAlmostEquals, assertEquals } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import { RandomStream } from "../../lib/core/random.ts";
import { dropout } from "../../lib/nn/dropout.ts";
import { type MaskRows, outerLinear } from "../../lib/nn/outer_linear.ts";
import { forEachEngine } from "../engine/engines.ts";

const [BATCH, N, M, OUTPUTS] = [3, 4, 5, 2];

/** x, y and W of numbers that are all different. */
function inputs(): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  const draw = (name: string, rows: number, columns: number) =>
    tf.tensor2d(
      RandomStream.fromSeed(1).split(name).normalArray(rows * columns),
      [rows, columns],
    );
  return [draw("x", BATCH, N), draw("y", BATCH, M), draw("w", OUTPUTS, N * M)];
}

/** The same with the product as a whole. */
function whole(x: tf.Tensor2D, y: tf.Tensor2D, weight: tf.Tensor2D, mask: MaskRows) {
  const parts = tf.split(x, N, 1).map((one, i) => mask(tf.mul(y, one), i));
  return tf.matMul(tf.concat2d(parts, 1), weight, false, true) as tf.Tensor2D;
}

function noise() {
  return {
    stream: RandomStream.fromSeed(1111),
    counter: tf.tensor1d([0, 0, 3, 1], "int32"),
  };
}

for (const rate of [0, 0.4]) {
  forEachEngine(
    `outerLinear() and its gradients are those of the whole product, dropout ${rate}`,
    () => {
      tf.tidy(() => {
        const masks = noise();
        const mask: MaskRows = (rows, part) => dropout(rows, rate, masks, `product.${part}`);
        // A loss in which no gradient is 1.
        const lossOf = (of: typeof outerLinear) => (...[x, y, weight]: tf.Tensor[]) =>
          tf.sum(tf.square(of(x as tf.Tensor2D, y as tf.Tensor2D, weight as tf.Tensor2D, mask)));
        const [own, reference] = [outerLinear, whole].map((of) =>
          tf.valueAndGrads(lossOf(of))(inputs())
        );
        const values = ({ value, grads }: typeof own & object) =>
          [value, ...grads].flatMap((tensor) => [...tensor.dataSync()]);
        const expected = values(reference!);
        assertEquals(expected.length, 1 + BATCH * (N + M) + OUTPUTS * N * M);
        values(own!).forEach((number, i) =>
          assertAlmostEquals(number, expected[i]!, 2e-5 * Math.max(1, Math.abs(expected[i]!)))
        );
      });
    },
  );
}

forEachEngine("outerLinear() leaves nothing behind but its result", () => {
  const [x, y, weight] = inputs();
  const before = tf.memory().numTensors;
  const made = outerLinear(x, y, weight, (rows) => rows);
  assertEquals([made.shape, tf.memory().numTensors - before], [[BATCH, OUTPUTS], 1]);
  tf.dispose([x, y, weight, made]);
});
