/**
 * New values that take the place of a variable's old one. TensorFlow writes over the old value where
 * it can: the memory of weights and moments then stays where it is, and does not wander through
 * what activations leave free, which would cost a third more of it.
 *
 * @module
 */

import { tf } from "./tensor.ts";

/** What an engine that compiles steps has on its backend. */
interface InPlaceBackend {
  /** False where it cannot: the value is not the variable's alone, or was made in this step. */
  addInPlace?(variable: tf.Variable, delta: tf.Tensor): boolean;
  /** The same of a variable and its moments. */
  adamInPlace?(
    variables: readonly tf.Variable[],
    scalars: readonly tf.Scalar[],
    gradient: tf.Tensor,
  ): boolean;
}

/**
 * variable ← variable + delta.
 *
 * @param delta of the variable's shape
 */
export function addInPlace(variable: tf.Variable, delta: tf.Tensor): void {
  if (inUse().addInPlace?.(variable, delta) === true) return;
  tf.tidy(() => variable.assign(tf.add(variable, delta) as never));
}

/** What all variables of like learning rate share in a step of Adam. */
export interface AdamScalars {
  /** Learning rate · √(1 − β2ᵗ) / (1 − β1ᵗ). */
  readonly rate: tf.Scalar;
  readonly beta1: tf.Scalar;
  readonly beta2: tf.Scalar;
  /** ε · √(1 − β2ᵗ). */
  readonly epsilon: tf.Scalar;
  /** 0: the corrections are in the rate. */
  readonly zero: tf.Scalar;
}

/** Whether the engine in use has {@linkcode adamInPlace}. */
export function hasAdamInPlace(): boolean {
  return inUse().adamInPlace !== undefined;
}

/**
 * m ← m + (1 − β1) (g − m), v ← v + (1 − β2) (g² − v), w ← w − rate m / (√v + ε) as one op, which
 * reads and writes each of them once.
 *
 * @param variables the variable, m and v, all of the gradient's shape
 * @returns whether it could
 */
export function adamInPlace(
  variables: readonly [variable: tf.Variable, first: tf.Variable, second: tf.Variable],
  { rate, beta1, beta2, epsilon, zero }: AdamScalars,
  gradient: tf.Tensor,
): boolean {
  const scalars = [zero, zero, rate, beta1, beta2, epsilon];
  return inUse().adamInPlace?.(variables, scalars, gradient) === true;
}

function inUse(): InPlaceBackend {
  return tf.backend() as unknown as InPlaceBackend;
}
