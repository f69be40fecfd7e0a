/** True steps of padded sequences, as masks. @module */

import { tf } from "../engine/mod.ts";

/**
 * int32 [batch] → [batch, steps], 1 for the steps below the length, else 0
 *
 * @example
 * ```ts
 * import { stepMask } from "./mask.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const mask = stepMask(tf.tensor1d([1, 2], "int32"), 2);
 * assertEquals(mask.arraySync(), [[1, 0], [1, 1]]);
 * ```
 */
export function stepMask(lengths: tf.Tensor1D, steps: number): tf.Tensor2D {
  const position = tf.expandDims(tf.range(0, steps, 1, "int32"), 0);
  return tf.cast(tf.less(position, tf.expandDims(lengths, 1)), "float32");
}

/**
 * [batch, time, width] with what lies beyond the lengths set to 0
 *
 * @example
 * ```ts
 * import { maskSteps } from "./mask.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = maskSteps(tf.ones([1, 2, 1]), tf.tensor1d([1], "int32"));
 * assertEquals(x.arraySync(), [[[1], [0]]]);
 * ```
 */
export function maskSteps(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor3D {
  return tf.mul(x, tf.expandDims(stepMask(lengths, x.shape[1]), 2));
}

/**
 * [batch, time, width] → [batch, width], the mean over the true steps
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { maskedMean } from "./mask.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = tf.tensor3d([[[1], [3], [99]]]);
 * assertEquals([...maskedMean(x, tf.tensor1d([2], "int32")).dataSync()], [2]);
 * ```
 */
export function maskedMean(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor2D {
  const count = tf.expandDims(tf.cast(lengths, "float32"), 1);
  return tf.div(tf.sum(maskSteps(x, lengths), 1), count);
}
