import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { positionEncoding } from "../../lib/nn/position_encoding.ts";

Deno.test("positionEncoding() has sines and cosines of falling frequencies side by side", () => {
  const codes = positionEncoding(3, 4);
  const expected = [0, 1, 2].flatMap((t) => [
    Math.sin(t),
    Math.cos(t),
    Math.sin(t / 100),
    Math.cos(t / 100),
  ]);
  codes.forEach((value, i) => assertAlmostEquals(value, expected[i]!, 1e-7));
});

Deno.test("positionEncoding() tells 500 steps apart, whatever the width and however many follow", () => {
  for (const width of [1, 7, 128]) {
    const codes = positionEncoding(500, width);
    assertEquals(codes.length, 500 * width);
    assertEquals(positionEncoding(20, width), codes.slice(0, 20 * width));
    assert(codes.every((value) => Math.abs(value) <= 1));
    const rows = new Set(
      Array.from({ length: 500 }, (_, t) => codes.slice(t * width, (t + 1) * width).join()),
    );
    assertEquals(rows.size, 500);
  }
});
