/**
 * Dropout whose masks depend on the run's seed, the place and the step alone. (A seeded
 * `tf.dropout` draws the same mask at every step.)
 *
 * @module
 */

import type { RandomStream } from "../core/random.ts";
import { tf } from "../engine/mod.ts";
import { FUSED_DROPOUT, FUSED_DROPOUT_GRADIENT, runFused } from "../engine/fused.ts";
import { uniform } from "../engine/uniform.ts";

/** Where dropout masks come from; absent (null) outside training. */
export interface DropoutNoise {
  /** Its child streams, one a place, give the keys. */
  readonly stream: RandomStream;
  /** int32 [4]: two words left at 0 for the generator, then the batch's and the epoch's number. */
  readonly counter: tf.Tensor1D;
}

/**
 * Sets a share `rate` of the entries of `x` to 0 and divides the rest by 1 − rate; any shape, which
 * stays.
 *
 * @param rate in [0, 1)
 * @param noise null switches dropout off
 * @param place name of this place in the network, for example `post_text_dropout`
 * @throws {RangeError} when `rate` is not in [0, 1).
 *
 * @example The same place and step give the same mask
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { openEngine, tf } from "../engine/mod.ts";
 * import { dropout } from "./dropout.ts";
 * import { assertEquals } from "@std/assert";
 * await openEngine({ engine: "cpu" });
 * const counter = tf.tensor1d([0, 0, 1, 1], "int32");
 * const noise = { stream: RandomStream.fromSeed(1111), counter };
 * const drop = () => dropout(tf.ones([100]), 0.5, noise, "text").dataSync();
 * assertEquals(drop(), drop());
 * assertEquals([...new Set(drop())].sort(), [0, 2]);
 * ```
 */
export function dropout<T extends tf.Tensor>(
  x: T,
  rate: number,
  noise: DropoutNoise | null,
  place: string,
): T {
  if (!(rate >= 0 && rate < 1)) {
    throw new RangeError(`Cannot drop a share ${rate} at "${place}": expected a number in [0, 1)`);
  }
  if (noise === null || rate === 0) return x;
  const { counter, stream } = noise, { key } = stream.split(place);
  const pass = (kept: tf.Tensor, y: tf.Tensor) =>
    tf.where(kept, tf.mul(y, 1 / (1 - rate)), tf.zerosLike(y));
  const byOps = (x: tf.Tensor): [value: tf.Tensor, kept: tf.Tensor] => {
    const kept = tf.greaterEqual(uniform(x.shape, key, counter), rate);
    return [pass(kept, x), kept];
  };
  const drop = tf.customGrad((x, save) => {
    const inputs = { x: x as tf.Tensor, counter },
      attributes = { rate, key0: key[0], key1: key[1] };
    const [value, kept] = runFused(FUSED_DROPOUT, inputs, attributes) ?? byOps(inputs.x);
    // All that the gradient needs: a byte an entry, where a product would keep x and a float mask.
    (save as tf.GradSaveFunc)([kept!]);
    return {
      value: value!,
      gradFunc: (dy: tf.Tensor, [kept]: tf.Tensor[]) =>
        runFused(FUSED_DROPOUT_GRADIENT, { dy, kept: kept! }, { rate })?.[0] ?? pass(kept!, dy),
    };
  });
  return drop(x) as T;
}
