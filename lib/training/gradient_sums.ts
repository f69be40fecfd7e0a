/** Sums of gradients, before the first of them. @module */

import { tf } from "../engine/mod.ts";

/** Variables of zeros with the same names and shapes. */
export function zerosLike(variables: Iterable<[string, tf.Variable]>): Map<string, tf.Variable> {
  const zeros = new Map<string, tf.Variable>();
  for (const [name, { shape }] of variables) {
    zeros.set(name, tf.tidy(() => tf.variable(tf.zeros(shape), false)));
  }
  return zeros;
}
