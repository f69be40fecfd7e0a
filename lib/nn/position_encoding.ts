/**
 * Places of steps as vectors, for layers that do not see the order of their inputs.
 *
 * Source: Vaswani et al., "Attention Is All You Need", 2017, section 3.5.
 *
 * @module
 */

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
