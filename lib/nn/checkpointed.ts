/**
 * Work whose intermediate results are not kept for the backward pass, which does the work again
 * ("Training Deep Nets with Sublinear Memory Cost", Chen et al. 2016, arXiv 1604.06174).
 *
 * @module
 */

import { inOrder } from "../engine/in_order.ts";
import { tf } from "../engine/mod.ts";

/** Work on tensors; `inputs` and `constants` as they were given, or clones of them. */
type Work<T extends tf.Tensor> = (
  inputs: readonly tf.Tensor[],
  constants: readonly tf.Tensor[],
) => T;

/**
 * `work` of `inputs`, with the gradients of all of them. What it makes is freed after it; only the
 * inputs and constants are kept.
 *
 * @param work must give the same again, its dropout masks too; it may not nest another `inOrder`.
 * What it reads beside its arguments gets no gradient, and may be gone when it is done again
 * @param inputs what gets gradients, weights too; tensors of any shapes
 * @param constants other tensors that it reads, of any shapes
 *
 * @example The gradient is that of the work itself
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { checkpointed } from "./checkpointed.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const cube = (x: tf.Tensor) => tf.sum(tf.mul(x, tf.square(x)));
 * const gradient = tf.grad((x) => checkpointed(([x]) => cube(x!), [x]));
 * assertEquals([...gradient(tf.tensor1d([1, 2])).dataSync()], [3, 12]);
 * ```
 */
export function checkpointed<T extends tf.Tensor>(
  work: Work<T>,
  inputs: readonly tf.Tensor[],
  constants: readonly tf.Tensor[] = [],
): T {
  const apply = tf.customGrad((...args) => {
    const given = args.slice(0, -1) as tf.Tensor[];
    (args.at(-1) as unknown as tf.GradSaveFunc)([...given, ...constants]);
    // In order: a compiled step else does it again as soon as it can, in its forward pass.
    const value = inOrder(() => work(given, constants));
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      again(work, saved.slice(0, given.length), saved.slice(given.length), dy);
    return { value, gradFunc };
  });
  return apply(...inputs) as T;
}

/** The gradients of the inputs; zeros for what `work` does not read. */
function again(
  work: Work<tf.Tensor>,
  inputs: tf.Tensor[],
  constants: tf.Tensor[],
  dy: tf.Tensor,
): tf.Tensor[] {
  return inOrder(() => {
    const engine = tf.engine(), { state } = engine, { activeTape } = state;
    try {
      const { grads } = engine.gradients(() => work(inputs, constants), inputs, dy, true);
      return grads.map((gradient, i) => gradient ?? tf.zerosLike(inputs[i]!));
    } finally {
      // TensorFlow.js drops its tape after any gradient, and the outer one is under way.
      state.activeTape = activeTape;
    }
  });
}
