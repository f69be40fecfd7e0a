/** Random numbers that are the same on every engine. @module */

import { tf } from "./tensor.ts";
import type { PhiloxKey } from "../core/philox.ts";

/** Name of the kernel behind {@linkcode uniform}. */
export const PHILOX_UNIFORM = "PhiloxUniform";

/** Attributes of the kernel; its one input is `counter`. */
export interface PhiloxUniformAttributes {
  readonly shape: readonly number[];
  readonly key: PhiloxKey;
}

/**
 * Uniform float32 numbers in [0, 1) of the given shape, without gradient: what `fillUniform` of
 * `core/philox.ts` gives for this key and counter, bit for bit, on every engine.
 *
 * The key is a constant of the program; the counter is a tensor, so that a compiled step gets new
 * numbers at every call.
 *
 * @param counter int32 [4], lowest word first, each word's bits taken as unsigned
 * @throws {TypeError} if `counter` is not int32 [4]
 */
export function uniform(shape: readonly number[], key: PhiloxKey, counter: tf.Tensor1D): tf.Tensor {
  if (counter.dtype !== "int32" || counter.size !== 4 || counter.rank !== 1) {
    throw new TypeError(
      `Cannot draw numbers: the counter is ${counter.dtype} [${counter.shape}], expected int32 [4]`,
    );
  }
  const attributes = { shape: [...shape], key: [...key] };
  return tf.engine().runKernel(PHILOX_UNIFORM, { counter }, attributes);
}
