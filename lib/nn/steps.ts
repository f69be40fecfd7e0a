/** Single steps of sequences. @module */

import { tf } from "../engine/mod.ts";

/**
 * The last true step of each sample: [time, batch, width], int32 [batch] → [batch, width]
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { lastSteps } from "./steps.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = tf.tensor3d([[[1], [2]], [[3], [4]]]);
 * assertEquals([...lastSteps(x, tf.tensor1d([2, 1], "int32")).dataSync()], [3, 2]);
 * ```
 */
export function lastSteps(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor2D {
  const [time, batch, width] = x.shape;
  const sample = tf.range(0, batch, 1, "int32");
  const place = tf.add(tf.mul(tf.sub(lengths, 1), batch), sample);
  return tf.gather(tf.reshape(x, [time * batch, width]) as tf.Tensor2D, tf.cast(place, "int32"));
}
