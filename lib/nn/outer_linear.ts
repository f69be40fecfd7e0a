/**
 * A linear map of an outer product, which is never in memory as a whole.
 *
 * @module
 */

import { inOrder } from "../engine/in_order.ts";
import { tf } from "../engine/mod.ts";

/** Changes rows of the product by a fixed mask, so that it can be done again: dropout. */
export type MaskRows = (rows: tf.Tensor2D, part: number) => tf.Tensor2D;

/**
 * W mask(x ⊗ y) without bias: [batch, n], [batch, m], [outputs, n · m] → [batch, outputs]. The product,
 * flattened with the index of y fastest, is made for one entry of x after the other, in the gradient
 * once more: of TFN's on CH-SIMS, 2.2 million numbers a sample, an 33rd is there at a time.
 *
 * @param mask applied to [batch, m], the part of an entry of x, and linear in it
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { outerLinear } from "./outer_linear.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const [x, y] = [tf.tensor2d([[1, 2]]), tf.tensor2d([[3, 4, 5]])];
 * const weight = tf.tensor2d([[1, 0, 0, 0, 0, 10]]); // 1 · 3 + 10 · 2 · 5
 * assertEquals([...outerLinear(x, y, weight, (rows) => rows).dataSync()], [103]);
 * ```
 */
export function outerLinear(
  x: tf.Tensor2D,
  y: tf.Tensor2D,
  weight: tf.Tensor2D,
  mask: MaskRows,
): tf.Tensor2D {
  const [batch, parts] = x.shape, [, width] = y.shape, [outputs] = weight.shape;
  const entry = (x: tf.Tensor2D, i: number) => tf.slice2d(x, [0, i], [batch, 1]);
  const weightOf = (weight: tf.Tensor2D, i: number) =>
    tf.slice2d(weight, [0, i * width], [outputs, width]);
  const apply = tf.customGrad((...args) => {
    const [x, y, weight] = args as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
    (args.at(-1) as unknown as tf.GradSaveFunc)([x, y, weight]);
    let value = tf.zeros([batch, outputs]) as tf.Tensor2D;
    for (let i = 0; i < parts; i++) {
      value = inOrder(() => {
        const rows = mask(tf.mul(y, entry(x, i)), i);
        return tf.add(value, tf.matMul(rows, weightOf(weight, i), false, true)) as tf.Tensor2D;
      });
    }
    return {
      value,
      gradFunc: (dValue: tf.Tensor, saved: tf.Tensor[]) => {
        const [x, y, weight] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const d = dValue as tf.Tensor2D;
        const dX: tf.Tensor2D[] = [], dWeight: tf.Tensor2D[] = [];
        let dY = tf.zerosLike(y);
        for (let i = 0; i < parts; i++) {
          const [own, ofX, ofY] = inOrder(() => {
            const one = entry(x, i), rows = mask(tf.mul(y, one), i);
            const dRows = mask(tf.matMul(d, weightOf(weight, i)), i);
            return [
              tf.matMul(d, rows, true, false),
              tf.sum(tf.mul(dRows, y), 1, true) as tf.Tensor2D,
              tf.add(dY, tf.mul(dRows, one)) as tf.Tensor2D,
            ] as const as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
          });
          dWeight.push(own);
          dX.push(ofX);
          dY = ofY;
        }
        return [tf.concat2d(dX, 1), dY, tf.concat2d(dWeight, 1)];
      },
    };
  });
  return apply(x, y, weight) as tf.Tensor2D;
}
