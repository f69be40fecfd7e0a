/** A value as a constant of the loss. @module */

import { tf } from "../engine/mod.ts";

/**
 * What `f` makes, any shape, as a constant: the tape of the gradient does not see what happens in it.
 * So `f` may compare, which the tape refuses between a parameter and the loss, and costs nothing on
 * the way back.
 *
 * @example
 * ```ts
 * import { constantOf } from "./stop_gradient.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * // x · (x taken as a constant): its gradient at 3 is 3, not 6.
 * const gradient = tf.grad((x) => tf.mul(x, constantOf(() => tf.clone(x))));
 * assertEquals(gradient(tf.scalar(3)).dataSync()[0], 3);
 * ```
 */
export function constantOf<T extends tf.Tensor>(f: () => T): T {
  // An op without inputs depends on nothing; its gradient function is never called.
  return tf.customGrad(() => ({ value: f(), gradFunc: () => [] }))() as T;
}

/**
 * sg(x): the same values, any shape, as a constant: what lies before it learns
 * nothing through it.
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { stopGradient } from "./stop_gradient.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const gradient = tf.grad((x) => tf.sum(tf.mul(x, stopGradient(x))));
 * assertEquals([...gradient(tf.tensor1d([3, 4])).dataSync()], [3, 4]);
 * ```
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return constantOf(() => tf.clone(x));
}
