/**
 * States of the tokens of a batch without those of its padding: linear maps and norms then compute
 * nothing for places that hold no token.
 *
 * @module
 */

import { tf } from "../engine/mod.ts";

/** Rows are rounded up to a multiple: an engine compiles each number of them. */
const STEP = 64;
/** With this share of the places, packing costs what it saves. */
const WORTH = 0.9;

/** Which places of a batch are computed. */
export interface PackedRows<Index = tf.Tensor1D> {
  /** The place of each row, of [batch · tokens]; those beyond the tokens are of padding: int32 [rows] */
  readonly rows: Index;
  /** The row of each place; places of padding have one of padding's: int32 [batch · tokens] */
  readonly places: Index;
}

/**
 * The places that hold tokens. All places of a sentence that does not begin with one: its first state is
 * read nevertheless, and may attend to all of them alike.
 *
 * @param mask 1 for a token and 0 for padding, [batch, tokens]
 * @param step the number of rows is a multiple of it
 * @returns null where nearly all places hold tokens
 *
 * @example
 * ```ts
 * import { packRows } from "./packed_rows.ts";
 * import { assertEquals } from "@std/assert";
 * const { rows, places } = packRows(Int32Array.of(1, 0, 0, 0, 1, 1, 0, 0), 2, 2)!;
 * assertEquals([...rows], [0, 4, 5, 1]);
 * assertEquals([...places], [0, 3, 3, 3, 1, 2, 3, 3]);
 * ```
 */
export function packRows(
  mask: ArrayLike<number>,
  batch: number,
  step: number = STEP,
): PackedRows<Int32Array> | null {
  const tokens = mask.length / batch;
  const held: number[] = [], padding: number[] = [];
  for (let i = 0; i < batch; i++) {
    const at = Array.from({ length: tokens }, (_, t) => i * tokens + t);
    const isWhole = mask[at[0]!] === 0;
    for (const place of at) (isWhole || mask[place] !== 0 ? held : padding).push(place);
  }
  // One at least for padding, whose gradient is 0.
  const count = step * Math.ceil((held.length + 1) / step);
  if (count > WORTH * mask.length) return null;
  const rows = new Int32Array(count).fill(padding[0]!);
  rows.set(held);
  const places = new Int32Array(mask.length).fill(held.length);
  held.forEach((place, row) => places[place] = row);
  return { rows, places };
}

/** Rows of all places as the rows that are computed: [batch · tokens, width] → [rows, width] */
export function packed(x: tf.Tensor2D, { rows, places }: PackedRows): tf.Tensor2D {
  return gathered(x, rows, places);
}

/** The way back: [rows, width] → [batch · tokens, width]. Padding must not be seen. */
export function unpacked(x: tf.Tensor2D, { rows, places }: PackedRows): tf.Tensor2D {
  return gathered(x, places, rows);
}

/**
 * The rows `index` of `x`. Each way is the other's gradient, since padding has none: no sum is needed,
 * which engines take their time for.
 */
function gathered(x: tf.Tensor2D, index: tf.Tensor1D, back: tf.Tensor1D): tf.Tensor2D {
  const gather = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor2D, tf.GradSaveFunc];
    save([back]);
    return {
      value: tf.gather(input, index),
      gradFunc: (dy: tf.Tensor, [back]: tf.Tensor[]) => tf.gather(dy, back as tf.Tensor1D),
    };
  });
  return gather(x) as tf.Tensor2D;
}
