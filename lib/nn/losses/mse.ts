/** Mean squared error. @module */

import { tf } from "../../engine/mod.ts";

/**
 * mean (x − y)² of two tensors of one shape, a scalar
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { meanSquaredError } from "./mse.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * assertEquals(meanSquaredError(tf.tensor1d([1, -2]), tf.tensor1d([0, 0])).dataSync()[0], 2.5);
 * ```
 */
export function meanSquaredError<T extends tf.Tensor>(x: T, y: T): tf.Scalar {
  return tf.mean(tf.square(tf.sub(x, y))) as tf.Scalar;
}
