/** Start values of Glorot and Bengio 2010, whose variance goes by both widths of a map. @module */

import type { RandomStream } from "../core/random.ts";

/**
 * `count` values from N(0, 2 / (inputs + outputs)), as PyTorch's `xavier_normal_`.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { xavierNormal } from "./xavier.ts";
 * import { assertAlmostEquals } from "@std/assert";
 * const values = xavierNormal(RandomStream.fromSeed(1), 10000, 30, 20);
 * const square = values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
 * assertAlmostEquals(square, 2 / 50, 2e-3);
 * ```
 */
export function xavierNormal(
  random: RandomStream,
  count: number,
  inputs: number,
  outputs: number,
): Float32Array {
  return random.normalArray(count, Math.sqrt(2 / (inputs + outputs)));
}

/**
 * `count` values from U(−b, b), b = √(6 / (inputs + outputs)), as PyTorch's `xavier_uniform_`.
 *
 * @example
 * ```ts
 * import { RandomStream } from "../core/random.ts";
 * import { xavierUniform } from "./xavier.ts";
 * import { assert } from "@std/assert";
 * const values = xavierUniform(RandomStream.fromSeed(1), 1000, 4, 2);
 * const largest = Math.max(...values.map(Math.abs));
 * assert(largest <= 1 && largest > 0.98);
 * ```
 */
export function xavierUniform(
  random: RandomStream,
  count: number,
  inputs: number,
  outputs: number,
): Float32Array {
  const bound = Math.sqrt(6 / (inputs + outputs));
  return random.uniformArray(count, -bound, bound);
}
