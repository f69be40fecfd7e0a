/** The incomplete beta function beside scipy's, and seen from both of its sides. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { incompleteBeta } from "../../lib/statistics/special.ts";

Deno.test("incompleteBeta() agrees with scipy on both sides of the mean", () => {
  const answers = [
    [1, 0.5, 0.7, 0.45227744249483387],
    [4.5, 0.5, 0.8, 0.16785065605707505],
    [0.5, 0.5, 0.6, 0.564094216848975],
    [50, 50, 0.51, 0.5790722361129401],
    [3, 7, 0.35, 0.6627267211249999],
  ] as const;
  for (const [a, b, x, wanted] of answers) {
    assertAlmostEquals(incompleteBeta(a, b, x), wanted, 1e-13);
  }
});

Deno.test("one continued fraction answers for I_x(a, b) and for its mirror image, in each bit", () => {
  // 1 - x is exact here. A wrong border between the sides would take two fractions for one pair,
  // or, where neither side is taken, never end.
  for (const [a, b] of [[1, 0.5], [4.5, 0.5], [0.5, 4.5], [50, 0.5], [3, 7]] as const) {
    for (let i = 1; i < 256; i++) {
      const x = i / 256;
      if (x === (a + 1) / (a + b + 2)) continue;
      const [here, mirrored] = [incompleteBeta(a, b, x), incompleteBeta(b, a, 1 - x)];
      const isFar = x > (a + 1) / (a + b + 2);
      assertEquals(isFar ? here : mirrored, 1 - (isFar ? mirrored : here), `I_${x}(${a}, ${b})`);
    }
  }
});
