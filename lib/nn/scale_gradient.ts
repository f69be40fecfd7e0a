/** Gradients that are changed on their way back. @module */

import { tf } from "../engine/mod.ts";

/**
 * The same values, any shape, whose gradient is multiplied by `factor`: by 0 where nothing is to be
 * learned, by a negative number where what lies before is to do the opposite (gradient reversal).
 *
 * Source of the reversal: Ganin and Lempitsky, "Unsupervised Domain Adaptation by Backpropagation",
 * 2015.
 *
 * @param factor a number, or a tensor without gradient that broadcasts to the shape of `x`
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { scaleGradient } from "./scale_gradient.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const reversed = tf.grad((x) => tf.sum(scaleGradient(x, -0.5)));
 * assertEquals([...reversed(tf.tensor1d([3, 4])).dataSync()], [-0.5, -0.5]);
 * ```
 */
export function scaleGradient<T extends tf.Tensor>(x: T, factor: number | tf.Tensor): T {
  const scale = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc];
    save(typeof factor === "number" ? [] : [factor]);
    return {
      value: tf.clone(input),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => tf.mul(dy, saved ?? factor),
    };
  });
  return scale(x) as T;
}
