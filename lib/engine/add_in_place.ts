/** Sums that take the place of a variable's value. @module */

import { tf } from "./tensor.ts";

/** What an engine that compiles steps has on its backend. */
interface AddingBackend {
  /** False where it cannot: the variable is not as it was at the start of the step. */
  addInPlace?(variable: tf.Variable, delta: tf.Tensor): boolean;
}

/**
 * variable ← variable + delta. A compiled step writes the sum over the old value where it can: the
 * memory of weights and moments then stays where it is, and does not wander through what activations
 * leave free, which would cost a third more of it.
 *
 * @param delta of the variable's shape
 */
export function addInPlace(variable: tf.Variable, delta: tf.Tensor): void {
  const adding = tf.backend() as unknown as AddingBackend;
  if (adding.addInPlace?.(variable, delta) === true) return;
  tf.tidy(() => variable.assign(tf.add(variable, delta) as never));
}
