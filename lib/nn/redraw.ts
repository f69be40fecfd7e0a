/** Start values other than those of the layers. @module */

import type { RandomStream } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";

/** Start values of a parameter, C order, from a stream of its own. */
export type Draw = (random: RandomStream, shape: readonly number[]) => Float32Array;

/**
 * N(0, deviation²) for what has two axes or more, and 0 for vectors: BERT's rule, for maps.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { normalWeights } from "./redraw.ts";
 * import { assertEquals } from "@std/assert";
 * const draw = normalWeights(0.02);
 * assertEquals([...draw(RandomStream.fromSeed(1111), [2])], [0, 0]);
 * ```
 */
export function normalWeights(deviation: number): Draw {
  return (random, shape) =>
    shape.length < 2
      ? new Float32Array(sizeOf(shape))
      : random.normalArray(sizeOf(shape), deviation);
}

/** Draws parameters anew, each from the stream of its name. */
export function redraw(
  parameters: Parameters,
  names: readonly string[],
  random: RandomStream,
  draw: Draw,
): void {
  for (const name of names) {
    const variable = parameters.get(name);
    const values = draw(random.split(name), variable.shape);
    tf.tidy(() => variable.assign(tf.reshape(tf.tensor1d(values), variable.shape)));
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}
