import { assert, assertEquals } from "@std/assert";
import { htmlTable, numberColumn } from "../../lib/display/tables.ts";

Deno.test("numberColumn() gives the numbers of a column the same decimals", () => {
  assertEquals(numberColumn([0.85334, 0.705, 0.3282]), ["0.8533", "0.7050", "0.3282"]);
  assertEquals(numberColumn([-0.53561, 2.02649, 0.028915]), ["-0.536", "2.026", "0.029"]);
  assertEquals(numberColumn([...Float32Array.of(-0.6, 2, 0.4)]), ["-0.6", "2.0", "0.4"]);
  assertEquals(numberColumn([1111, 123456]), ["1111", "123456"]);
  assertEquals(numberColumn([5000.25, 0.125]), ["5000.250", "0.125"]);
});

Deno.test("numberColumn() hides no small number, and shows what is none", () => {
  assertEquals(numberColumn([0.5, 1e-7, 0]), ["0.5", "1e-7", "0.0"]);
  assertEquals(numberColumn([0.51234, 0.00001234]), ["0.5123", "0.00001234"]);
  assertEquals(numberColumn([NaN, Infinity, 1.5]), ["", "Infinity", "1.5"]);
  assertEquals(numberColumn([]), []);
});

Deno.test("htmlTable() leaves a header of empty cells out", () => {
  assert(!htmlTable([["", ""], ["format", "store"]], "ll").includes("<thead>"));
});
