import { assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { RandomStream } from "../../lib/core/random.ts";
import { orthonormal } from "../../lib/nn/orthonormal.ts";

Deno.test("orthonormal() has orthonormal columns, or rows where it is wide", () => {
  for (const [rows, columns] of [[5, 3], [4, 4], [3, 5], [60, 60], [1, 2]] as const) {
    const q = orthonormal(rows, columns, RandomStream.fromSeed(1));
    const isTall = rows >= columns;
    const count = Math.min(rows, columns), long = Math.max(rows, columns);
    const at = (v: number, i: number) => isTall ? q[i * columns + v]! : q[v * columns + i]!;
    for (let a = 0; a < count; a++) {
      for (let b = 0; b <= a; b++) {
        let product = 0;
        for (let i = 0; i < long; i++) product += at(a, i) * at(b, i);
        assertAlmostEquals(product, a === b ? 1 : 0, 1e-6);
      }
    }
  }
});

Deno.test("orthonormal() is the same for a stream of the same seed, and another for another", () => {
  const make = (seed: number) => orthonormal(3, 2, RandomStream.fromSeed(seed));
  assertEquals(make(1), make(1));
  assertNotEquals(make(1), make(2));
});
