/**
 * Places of steps as vectors, for layers that do not see the order of their inputs.
 *
 * Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.5.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";
import { stopGradient } from "./stop_gradient.ts";

/**
 * [steps, width], row by row: sin(t / 10000^(2i/width)) in column 2i, the cosine of the same beside
 * it; an odd width ends with a sine. A row does not depend on the number of steps.
 *
 * @example
 * ```ts
 * import { positionEncoding } from "./position_encoding.ts";
 * import { assertEquals } from "@std/assert";
 * assertEquals([...positionEncoding(1, 4)], [0, 1, 0, 1]);
 * ```
 */
export function positionEncoding(steps: number, width: number): Float32Array {
  return Float32Array.from({ length: steps * width }, (_, at) => {
    const step = Math.floor(at / width), column = at % width;
    const isSine = column % 2 === 0;
    const angle = step / 10000 ** ((isSine ? column : column - 1) / width);
    return isSine ? Math.sin(angle) : Math.cos(angle);
  });
}

/**
 * The sinusoids of fairseq: for step t, from 0, row t + 1 of a table, all sines and then all cosines,
 * and nothing for a step whose first entry is exactly 0, which fairseq takes for padding.
 *
 * @param x [batch, time, width], before it is scaled; width of 4 or more
 * @returns [batch, time, width]
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { fairseqPositions } from "./position_encoding.ts";
 * import { assertAlmostEquals, assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const rows = fairseqPositions(tf.tensor3d([1, 0, 0, 0, 0, 5, 5, 5], [1, 2, 4])).dataSync();
 * [Math.sin(1), Math.sin(1e-4), Math.cos(1), Math.cos(1e-4)]
 *   .forEach((value, i) => assertAlmostEquals(rows[i]!, value, 1e-6));
 * assertEquals([...rows.slice(4)], [0, 0, 0, 0]);
 * ```
 */
export function fairseqPositions(x: tf.Tensor3D): tf.Tensor3D {
  const [batch, time, width] = x.shape;
  const half = width >> 1;
  const table = new Float32Array(time * width);
  for (let t = 0; t < time; t++) {
    for (let i = 0; i < half; i++) {
      const angle = (t + 1) * Math.exp(-i * Math.log(10000) / (half - 1));
      table[t * width + i] = Math.sin(angle);
      table[t * width + half + i] = Math.cos(angle);
    }
  }
  // The tape refuses a comparison between a parameter and the loss.
  const first = tf.slice3d(stopGradient(x), [0, 0, 0], [batch, time, 1]);
  const isStep = tf.cast(tf.notEqual(first, 0), "float32");
  return tf.mul(tf.tensor3d(table, [1, time, width]), isStep);
}
