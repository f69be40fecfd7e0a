/**
 * Tensors: the part of TensorFlow.js that layers and models are written with. All of `lib` but the
 * engines themselves takes it from here, and so does a model of yours.
 *
 * @module
 */

import * as core from "@tensorflow/tfjs-core";

/**
 * TensorFlow.js's operations, such as `tf.add` and `tf.softmax`. They run on the engine that was
 * opened last; the API documentation of TensorFlow.js, version 4, describes each.
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "./mod.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const sums: tf.Tensor1D = tf.tidy(() => tf.sum(tf.ones([2, 3]), 1));
 * assertEquals(await sums.array(), [3, 3]);
 * sums.dispose();
 * ```
 */
export const tf: typeof core = core;

/** The types of TensorFlow.js in our signatures, under the name of its operations. */
export declare namespace tf {
  /** Numbers in an array of any number of dimensions, in the memory of an engine. */
  export type Tensor = core.Tensor;
  /** A tensor without dimensions: one number. */
  export type Scalar = core.Scalar;
  /** A tensor of one dimension. */
  export type Tensor1D = core.Tensor1D;
  /** A tensor of two dimensions. */
  export type Tensor2D = core.Tensor2D;
  /** A tensor of three dimensions. */
  export type Tensor3D = core.Tensor3D;
  /** A tensor of four dimensions. */
  export type Tensor4D = core.Tensor4D;
  /** A tensor that can be assigned, such as a parameter. */
  export type Variable = core.Variable;
  /** A variable of one dimension. */
  export type Variable1D = Tensor1D & Variable;
  /** A variable of two dimensions. */
  export type Variable2D = Tensor2D & Variable;
  /** A variable of three dimensions. */
  export type Variable3D = Tensor3D & Variable;
  /** Tensors in lists and records, as `tf.dispose` takes them. */
  export type TensorContainer = core.TensorContainer;
  /** Keeps tensors of a forward pass for its gradient, in `tf.customGrad`. */
  export type GradSaveFunc = core.GradSaveFunc;
}
