/**
 * How far apart tokens are, for attention that looks at it.
 *
 * Source: He et al., "DeBERTa: Decoding-enhanced BERT with Disentangled Attention", 2021, equation
 * (3), and Hugging Face's `make_log_bucket_position`.
 *
 * @module
 */

import { tf } from "../../engine/mod.ts";

/** Which distances have a row of their own. */
export interface DistanceTable {
  /** Half the number of rows. */
  readonly span: number;
  /** Distances are told apart up to this one. */
  readonly farthest: number;
  /** Whether those beyond half the span share rows, more the farther they are. */
  readonly isLogarithmic: boolean;
}

/**
 * The row of a distance: span + distance, between 0 and 2 span − 1.
 *
 * @example
 * ```ts
 * import { distanceRow } from "./relative_positions.ts";
 * import { assertEquals } from "@std/assert";
 * const table = { span: 4, farthest: 16, isLogarithmic: true };
 * assertEquals([-20, -2, 0, 1, 2, 3, 9].map((n) => distanceRow(n, table)), [0, 2, 4, 5, 6, 7, 7]);
 * ```
 */
export function distanceRow(distance: number, table: DistanceTable): number {
  const { span, farthest, isLogarithmic } = table;
  const middle = Math.floor(span / 2), size = Math.abs(distance);
  let bucket = distance;
  if (isLogarithmic && size > middle) {
    // In float32, as there: at the border of a bucket a rounding decides.
    const f = Math.fround;
    const share = f(f(Math.log(f(size / middle))) / f(Math.log(f((farthest - 1) / middle))));
    bucket = Math.sign(distance) * (Math.ceil(f(share * (middle - 1))) + middle);
  }
  return Math.min(Math.max(bucket + span, 0), 2 * span - 1);
}

/**
 * From a column a difference to a column a place: y[i, j] = x[i, j − i + rows − 1].
 *
 * @param x [n, rows, rows + columns − 1]
 * @returns [n, rows, columns]
 *
 * @example
 * ```ts
 * import { openEngine, tf } from "../../engine/mod.ts";
 * import { shiftRows } from "./relative_positions.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const x = tf.tensor3d([[[-1, 0, 1, 2], [-1, 0, 1, 2]]]); // a column is j − i
 * assertEquals(shiftRows(x, 3).arraySync(), [[[0, 1, 2], [-1, 0, 1]]]);
 * ```
 */
export function shiftRows(x: tf.Tensor3D, columns: number): tf.Tensor3D {
  const [n, rows, width] = x.shape;
  // One column more makes each row begin one place later, when the rows are cut anew.
  const flat = tf.reshape(tf.pad(x, [[0, 0], [0, 0], [0, 1]]), [n, rows * (width + 1)]);
  const cut = tf.slice2d(flat as tf.Tensor2D, [0, rows - 1], [n, rows * width]);
  return tf.slice3d(tf.reshape(cut, [n, rows, width]) as tf.Tensor3D, [0, 0, 0], [
    n,
    rows,
    columns,
  ]);
}
