/** How far features are from those of another program. */

import { join } from "node:path";
import { readSafetensors } from "../../mod.ts";

/** Recorded values of other programs. */
export const GOLDEN = join(import.meta.dirname!, "..", "golden", "media");

/** All float tensors of a file by name. */
export function readGolden(name: string): ReadonlyMap<string, Float32Array> {
  using file = readSafetensors(join(GOLDEN, name));
  return new Map([...file.tensors].map(([name, tensor]) => {
    const values = new Float32Array(tensor.shape.reduce((product, n) => product * n, 1));
    tensor.readFloat32(0, values);
    return [name, values];
  }));
}

/** Root of the mean square of the difference over that of what was expected, and its largest part. */
export function deviation(
  found: Float32Array,
  expected: Float32Array,
): { readonly relative: number; readonly largest: number } {
  if (found.length !== expected.length) {
    throw new Error(`${found.length} values, expected ${expected.length}`);
  }
  let squares = 0, reference = 0, largest = 0;
  for (let i = 0; i < found.length; i++) {
    const difference = Math.abs(found[i]! - expected[i]!);
    squares += difference ** 2, reference += expected[i]! ** 2;
    // Not Math.max alone: a NaN must not be overlooked.
    if (!(difference <= largest)) largest = difference;
  }
  return { relative: Math.sqrt(squares / reference), largest };
}
