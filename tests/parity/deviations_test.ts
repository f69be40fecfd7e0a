import { assertAlmostEquals, assertEquals } from "@std/assert";
import { Deviations, TOLERANCE } from "../../lib/parity/deviations.ts";

Deno.test("Deviations keeps the largest of each quantity", () => {
  const deviations = new Deviations();
  deviations.add("labels", [1, 2, 3], [1, 2.25, 3]);
  deviations.add("labels", [1], [1.125]);
  deviations.add("test", [], []);
  const report = deviations.report();
  assertEquals([report.labels, report.test, report.loss, report.ok], [0.25, 0, null, false]);
});

Deno.test("Deviations is ok up to each tolerance and not beyond", () => {
  for (const [quantity, tolerance] of Object.entries(TOLERANCE)) {
    for (const [factor, ok] of [[0.99, true], [1.01, false]] as const) {
      const deviations = new Deviations();
      deviations.add(quantity as "loss", [0], [factor * tolerance]);
      assertEquals(deviations.report().ok, ok, quantity);
    }
  }
});

Deno.test("Deviations counts missing and non-finite values as infinite", () => {
  const table: [number[], number[]][] = [[[NaN], [1]], [[1], [NaN]], [[1], [1, 2]], [[Infinity], [
    Infinity,
  ]]];
  for (const [actual, expected] of table) {
    const deviations = new Deviations();
    deviations.add("loss", actual, expected);
    assertEquals([deviations.report().loss, deviations.report().ok], [Infinity, false]);
  }
});

Deno.test("Deviations measures gradients by their largest recorded entry", () => {
  const deviations = new Deviations();
  deviations.addGradient([10.0005, 0], [10, 0]);
  assertAlmostEquals(deviations.report().grads!, 0.5, 1e-2);
  assertEquals(deviations.report().ok, true);
  // An entry that is recorded as 0 has an allowance of 1e-6 alone.
  deviations.addGradient([2e-6], [0]);
  assertAlmostEquals(deviations.report().grads!, 2, 1e-9);
  assertEquals(deviations.report().ok, false);
});

Deno.test("Deviations compares metrics to 4 decimals, give or take one of the last", () => {
  const table: [number, number, number][] = [
    [0.12344, 0.1234, 0],
    [0.12346, 0.1234, 1e-4],
    [0.1236, 0.1234, 2e-4],
  ];
  for (const [actual, expected, deviation] of table) {
    const deviations = new Deviations();
    deviations.addRounded(actual, expected);
    assertAlmostEquals(deviations.report().metrics!, deviation, 1e-12);
    assertEquals(deviations.report().ok, deviation < 1.5e-4);
  }
});

Deno.test("Deviations is not ok once a value was not finite", () => {
  const deviations = new Deviations();
  deviations.addFinite([1, -2]);
  assertEquals([deviations.report().ok, deviations.report().finite], [true, true]);
  deviations.addFinite([1, NaN]);
  deviations.addFinite([0]);
  assertEquals([deviations.report().ok, deviations.report().finite], [false, false]);
});
