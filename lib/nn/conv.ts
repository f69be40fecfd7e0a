/**
 * Convolution over time, and the largest response of each filter.
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { CONV_POOL, runFused } from "../engine/fused.ts";
import { tf } from "../engine/mod.ts";
import type { Parameters } from "./parameters.ts";

/**
 * What a filter sees at the ends: `valid` only whole windows, `same` zeros beyond them, so that
 * there are as many outputs as steps; for an even filter the extra zero is at the end.
 */
export type Padding = "valid" | "same";

/**
 * [batch, time, in] → [batch, time', out], a cross-correlation as PyTorch's `nn.Conv1d`; time' is
 * time for `same`, time − size + 1 for `valid`.
 *
 * @param weight [out, in, size]
 * @param bias [out], or none
 * @throws {RangeError} when `valid` leaves no output: there are fewer steps than the filter has.
 */
export function conv1d(
  x: tf.Tensor3D,
  weight: tf.Tensor3D,
  bias: tf.Tensor1D | null,
  padding: Padding,
): tf.Tensor3D {
  const [batch, time, inputs] = x.shape;
  const [outputs, , size] = weight.shape;
  const steps = padding === "same" ? time : time - size + 1;
  if (steps < 1) {
    throw new RangeError(
      `Cannot convolve ${time} steps with a filter of ${size} and "valid" padding: ` +
        `expected at least ${size} steps`,
    );
  }
  const before = (size - 1) >> 1;
  const padded = padding === "same"
    ? tf.pad3d(x, [[0, 0], [before, size - 1 - before], [0, 0]])
    : x;
  // One matrix product over all windows: faster than a product for each place in the filter.
  const windows = tf.concat(
    Array.from({ length: size }, (_, i) => tf.slice3d(padded, [0, i, 0], [batch, steps, inputs])),
    2,
  );
  const rows = tf.reshape(windows, [batch * steps, size * inputs]);
  const filters = tf.reshape(tf.transpose(weight, [2, 1, 0]), [size * inputs, outputs]);
  const products = tf.matMul(rows, filters);
  const sums = bias === null ? products : tf.add(products, bias);
  return tf.reshape(sums, [batch, steps, outputs]);
}

/** Largest value over axis 1; of equal ones the first gets the whole gradient, as in PyTorch. */
const firstMaximum = tf.customGrad((x, save) => {
  const values = x as tf.Tensor3D;
  (save as tf.GradSaveFunc)([values]);
  return {
    value: tf.max(values, 1),
    gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => {
      const place = tf.argMax(saved!, 1);
      const chosen = tf.cast(tf.oneHot(place, saved!.shape[1]!), "float32");
      return tf.mul(tf.transpose(chosen, [0, 2, 1]), tf.expandDims(dy, 1));
    },
  };
});

/** [batch, time, width] → [batch, width] */
export function maxOverTime(x: tf.Tensor3D): tf.Tensor2D {
  // One step is its own maximum, and a one-hot code of one place is refused.
  return x.shape[1] === 1 ? tf.squeeze(x, [1]) : firstMaximum(x) as tf.Tensor2D;
}

/**
 * [batch, time', out] → [batch, out]: max over the valid positions p of ReLU(y). Those are
 * p < length for `same` and p < max(1, length − size + 1) for `valid`, where `size` is the
 * filter's.
 *
 * @param lengths true steps of the convolution's input, int32 [batch]
 */
export function maskedMaxPool(
  y: tf.Tensor3D,
  lengths: tf.Tensor1D,
  size: number,
  padding: Padding,
): tf.Tensor2D {
  const steps = y.shape[1];
  const valid = validPlaces(lengths, size, padding);
  const position = tf.range(0, steps, 1, "int32");
  const mask = tf.cast(tf.less(tf.expandDims(position, 0), tf.expandDims(valid, 1)), "float32");
  // After the ReLU a masked 0 is never larger than a valid value.
  const responses = tf.mul(tf.relu(y), tf.expandDims(mask, 2)) as tf.Tensor3D;
  return maxOverTime(responses);
}

/** How many windows of each sample are true. */
function validPlaces(lengths: tf.Tensor1D, size: number, padding: Padding): tf.Tensor1D {
  if (padding === "same") return lengths;
  return tf.cast(tf.maximum(1, tf.sub(lengths, size - 1)), "int32");
}

/** Numbers of input and output channels, and the steps that a filter spans. */
export interface ConvSizes {
  /** Features of a step. */
  readonly inputs: number;
  /** Filters. */
  readonly outputs: number;
  /** Steps. */
  readonly size: number;
  /** Whether a bias is added. Default: true. */
  readonly bias?: boolean;
}

/**
 * A convolution over time with PyTorch's parameters: weight [out, in, size] and bias [out], both
 * from U(−b, b), b = 1/√(in · size), as `nn.Conv1d`.
 *
 * @example The largest response of 7 filters over 3 steps
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { Conv1d } from "./conv.ts";
 * import { Parameters } from "./parameters.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const sizes = { inputs: 5, outputs: 7, size: 3 };
 * const layer = new Conv1d(new Parameters(), "conv", sizes, "same", RandomStream.fromSeed(1111));
 * assertEquals(layer.apply(tf.ones([2, 4, 5])).shape, [2, 4, 7]);
 * assertEquals(layer.pooled(tf.ones([2, 4, 5]), tf.tensor1d([3, 1], "int32")).shape, [2, 7]);
 * ```
 */
export class Conv1d {
  /** [out, in, size] */
  readonly weight: tf.Variable3D;
  /** [out], or none */
  readonly bias: tf.Variable1D | null;
  readonly #padding: Padding;

  /**
   * Adds `name.weight` and, where there is one, `name.bias` to `parameters`.
   *
   * @param random parent of the streams that the start values are drawn from, one a parameter
   * @throws {Error} when a name is taken.
   */
  constructor(
    parameters: Parameters,
    name: string,
    sizes: ConvSizes,
    padding: Padding,
    random: RandomStream,
  ) {
    const { inputs, outputs, size } = sizes;
    const bound = 1 / Math.sqrt(inputs * size);
    const draw = (part: string, count: number) =>
      random.split(`${name}.${part}`).uniformArray(count, -bound, bound);
    this.weight = parameters.add(
      `${name}.weight`,
      [outputs, inputs, size],
      draw("weight", outputs * inputs * size),
    );
    this.bias = sizes.bias === false
      ? null
      : parameters.add<tf.Tensor1D>(`${name}.bias`, [outputs], draw("bias", outputs));
    this.#padding = padding;
  }

  /** [batch, time, in] → [batch, time', out], without activation; see {@linkcode conv1d} */
  apply(x: tf.Tensor3D): tf.Tensor3D {
    return conv1d(x, this.weight as tf.Tensor3D, this.bias as tf.Tensor1D | null, this.#padding);
  }

  /** [batch, time, in], [batch] → [batch, out]; see {@linkcode maskedMaxPool} */
  pooled(x: tf.Tensor3D, lengths: tf.Tensor1D): tf.Tensor2D {
    const { weight, bias } = this;
    const size = weight.shape[2];
    const fused = bias === null ? null : runFused(
      CONV_POOL,
      { x, counts: validPlaces(lengths, size, this.#padding), weight, bias },
      { before: this.#padding === "same" ? (size - 1) >> 1 : 0 },
    );
    if (fused !== null) return fused[0] as tf.Tensor2D;
    return maskedMaxPool(this.apply(x), lengths, size, this.#padding);
  }
}
