import { assertEquals, assertThrows } from "@std/assert";
import { checkRange, sizeOf } from "../../../lib/data/arrays/array_source.ts";

Deno.test("sizeOf() multiplies the axes, and is 1 for a single number", () => {
  assertEquals(sizeOf([2, 3, 4]), 24);
  assertEquals(sizeOf([]), 1);
});

Deno.test("sizeOf() is undefined from 2^53 on, unless an axis is 0", () => {
  assertEquals(sizeOf([2 ** 30, 2 ** 22]), 2 ** 52);
  assertEquals(sizeOf([2 ** 30, 2 ** 23]), undefined);
  assertEquals(sizeOf([2 ** 32, 2 ** 32]), undefined);
  assertEquals(sizeOf([2 ** 52, 2 ** 52, 0]), 0);
});

Deno.test("checkRange() takes ranges up to the end and refuses the others", () => {
  checkRange(0, 4, 4);
  checkRange(4, 0, 4);
  assertThrows(() => checkRange(1, 4, 4), RangeError, "elements 1 to 5: the array has 4 elements");
  assertThrows(() => checkRange(-1, 1, 4), RangeError);
  assertThrows(() => checkRange(0.5, 1, 4), RangeError);
});
