import { assertEquals } from "@std/assert";
import {
  binnedClasses,
  clip,
  roundedClasses,
  roundHalfEven,
} from "../../lib/evaluation/score_classes.ts";

Deno.test("roundHalfEven() takes halves to the even side, unlike Math.round", () => {
  const halves = [-3.5, -2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5];
  assertEquals(halves.map((x) => roundHalfEven(x) + 0), [-4, -2, -2, 0, 0, 2, 2, 4]);
});

Deno.test("roundHalfEven() takes everything else to the nearest whole number", () => {
  assertEquals([0.49999999999999994, 0.5000000000000001].map(roundHalfEven), [0, 1]);
  assertEquals([-1.4999999, -1.5000001, 2.4, 2.6].map(roundHalfEven), [-1, -2, 2, 3]);
  assertEquals(roundHalfEven(-1e-20) + 0, 0);
  assertEquals(roundHalfEven(2 ** 53), 2 ** 53);
});

Deno.test("clip() moves only what is outside", () => {
  assertEquals([-4, -3, 0.25, 3, 10 / 3].map((x) => clip(x, -3, 3)), [-3, -3, 0.25, 3, 3]);
});

Deno.test("roundedClasses() clips before it rounds, and sees float32", () => {
  assertEquals([3.4, 2.6, -9, 2.5].map((x) => roundedClasses(3).toClass(x)), [3, 3, -3, 2]);
  assertEquals(roundedClasses(2).toClass(2.5), 2);
  // As float32 this is exactly 1.5, a half.
  assertEquals(roundedClasses(3).toClass(1.4999999999), 2);
  assertEquals(roundedClasses(3).toClass(2.5000000001), 2);
});

Deno.test("binnedClasses() puts a right edge into the bin on its left, compared in float32", () => {
  const { toClass } = binnedClasses([-0.1, 0.1], ["low", "middle", "high"]);
  assertEquals([-0.1, 0.1, 0.10001, -0.10001].map(toClass), [0, 1, 2, 0]);
  // The float32 number 0.1 is larger than the float64 number 0.1, yet it is the edge.
  assertEquals([Math.fround(0.1), Math.fround(-0.1)].map(toClass), [1, 0]);
});

Deno.test("roundedClasses() names its classes in the order of scores", () => {
  const { names, first, name } = roundedClasses(1);
  assertEquals([names, first, name], [["−1", "0", "1"], -1, "classes3"]);
});
