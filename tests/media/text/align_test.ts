/** Means over words. */

import { assertEquals } from "@std/assert";
import { alignToWords } from "../../../lib/media/text/align.ts";

const track = {
  values: Float32Array.of(1, 10, 2, 20, 3, 30, 4, 40),
  width: 2,
  times: Float64Array.of(0, 0.1, 0.2, 0.3),
};

Deno.test("alignToWords() takes the mean of the steps within each word", () => {
  const words = [{ word: "a", start: 0, end: 0.2 }, { word: "b", start: 0.2, end: 9 }];
  assertEquals([...alignToWords(track, words)], [1.5, 15, 3.5, 35]);
});

Deno.test("alignToWords() takes the nearest step where a word has none", () => {
  const words = [
    { word: "between", start: 0.12, end: 0.13 },
    { word: "after the end", start: 5, end: 6 },
    { word: "of no length", start: 0.29, end: 0.29 },
  ];
  assertEquals([...alignToWords(track, words)], [2, 20, 4, 40, 4, 40]);
});
