import { assertAlmostEquals, assertEquals } from "@std/assert";
import { f1Legacy, f1Weighted } from "../../lib/evaluation/f1.ts";
import { golden } from "./cases.ts";

Deno.test("f1Weighted() equals a value computed by hand", () => {
  // Class 0: 2 true, TP 1, FP 0, FN 1, F1 2/3. Class 1: 3 true, TP 3, FP 1, FN 0, F1 6/7.
  const [predicted, truth] = [[0, 1, 1, 1, 1], [0, 0, 1, 1, 1]];
  assertAlmostEquals(f1Weighted(predicted, truth), 2 / 5 * 2 / 3 + 3 / 5 * 6 / 7, 1e-15);
});

Deno.test("f1Weighted() weights by true sizes, f1Legacy() by predicted ones", () => {
  const [predicted, truth] = [[0, 1, 1, 1, 1], [0, 0, 1, 1, 1]];
  assertAlmostEquals(f1Legacy(predicted, truth), 1 / 5 * 2 / 3 + 4 / 5 * 6 / 7, 1e-15);
});

Deno.test("f1Legacy() equals the swapped arguments of the fixture", () => {
  const { cases } = golden<{ cases: { name: string; inputs: Inputs; expected: Swapped }[] }>(
    "stats_fixtures.json",
  );
  const { inputs, expected } = cases.find((c) => c.name === "msa_metrics_mosi")!;
  const kept = [...inputs.yTrue.keys()].filter((i) => inputs.yTrue[i] !== 0);
  const truth = kept.map((i) => inputs.yTrue[i]! > 0 ? 1 : 0);
  const predicted = kept.map((i) => inputs.yPred[i]! > 0 ? 1 : 0);
  assertAlmostEquals(f1Legacy(predicted, truth), expected.non0F1Swapped, 1e-12);
});

Deno.test("f1Weighted() counts a class that is never right as 0, without a division by zero", () => {
  assertEquals(f1Weighted([1, 1, 1], [0, 0, 0]), 0);
  assertEquals(f1Weighted([1, 1], [1, 1]), 1);
  assertEquals(f1Weighted([2, 1], [1, 1]), 2 / 3);
  assertEquals(f1Weighted([], []), 0);
});

Deno.test("f1Weighted() does not change when the classes are renamed", () => {
  const [predicted, truth] = [[0, 1, 1, 0, 2, 2], [0, 0, 1, 1, 2, 1]];
  const rename = (c: number) => [7, -1, 0][c]!;
  assertAlmostEquals(
    f1Weighted(predicted, truth),
    f1Weighted(predicted.map(rename), truth.map(rename)),
    1e-15,
  );
});

interface Inputs {
  yTrue: number[];
  yPred: number[];
}

interface Swapped {
  non0F1Swapped: number;
}
