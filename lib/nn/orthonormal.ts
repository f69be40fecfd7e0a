/** Random projections that keep lengths. @module */

import type { RandomStream } from "../core/random.ts";

/**
 * A random matrix [rows, columns] in C order, whose columns are orthonormal, or its rows where there
 * are fewer of those.
 */
export function orthonormal(rows: number, columns: number, random: RandomStream): Float32Array {
  const [long, count] = [Math.max(rows, columns), Math.min(rows, columns)];
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const vector = Float64Array.from(random.normalArray(long));
    // Twice: the first pass leaves rounding errors of what it takes away.
    for (const other of [...vectors, ...vectors]) {
      const along = other.reduce((sum, value, i) => sum + value * vector[i]!, 0);
      other.forEach((value, i) => vector[i]! -= along * value);
    }
    const length = Math.hypot(...vector);
    vectors.push(vector.map((value) => value / length));
  }
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [i, j] = [Math.floor(at / columns), at % columns];
    return rows >= columns ? vectors[j]![i]! : vectors[i]![j]!;
  });
}
