/** Two one-sided tests against scipy and statsmodels, and what has to hold of them besides. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { RandomStream } from "../../lib/core/random.ts";
import {
  equivalenceTest,
  quantile,
  resampledEquivalence,
  welchTest,
} from "../../lib/statistics/mod.ts";
import { golden } from "../evaluation/cases.ts";

interface Answer {
  readonly margin: number;
  readonly df: number;
  readonly pLow: number;
  readonly pHigh: number;
}

const { cases, still } = golden<{
  cases: (Answer & { a: number[]; b: number[]; difference: number })[];
  still: (Answer & { a: number[]; known: number })[];
}>("equivalence/scipy.json");

function assertAnswer(found: Answer & { p: number }, wanted: Answer): void {
  for (const key of ["margin", "df", "pLow", "pHigh"] as const) {
    assertAlmostEquals(found[key], wanted[key], 1e-9, key);
  }
  assertEquals(found.p, Math.max(found.pLow, found.pHigh));
}

Deno.test("equivalenceTest() gives the p of scipy and statsmodels, for equal and unequal spreads", () => {
  assertEquals(cases.length, 15);
  for (const wanted of cases) {
    const found = equivalenceTest(wanted.a, wanted.b, wanted.margin);
    assertAnswer(found, wanted);
    assertAlmostEquals(found.difference, wanted.difference, 1e-12);
  }
  // Among them are some that show equivalence and some that do not.
  const shown = cases.filter(({ pLow, pHigh }) => Math.max(pLow, pHigh) <= 0.05).length;
  assert(shown >= 3 && shown <= cases.length - 3, `${shown}`);
});

Deno.test("equivalenceTest() against a number that does not vary is Student's of one sample", () => {
  for (const wanted of still) {
    const known = [wanted.known, wanted.known];
    assertAnswer(equivalenceTest(wanted.a, known, wanted.margin), wanted);
  }
});

Deno.test("equivalenceTest() rejects at 5 % just where a 90 % interval lies within the margin", () => {
  for (const { a, b } of cases) {
    const { low, high } = welchTest(a, b, 0.9);
    const edge = Math.max(Math.abs(low), Math.abs(high));
    assertAlmostEquals(equivalenceTest(a, b, edge).p, 0.05, 1e-9);
    assert(equivalenceTest(a, b, edge * 1.001).p < 0.05);
    assert(equivalenceTest(a, b, edge * 0.999).p > 0.05);
  }
});

Deno.test("equivalenceTest() is mirrored, and tells values without spread apart by the margin", () => {
  const { a, b } = cases[4]!;
  const [ab, ba] = [equivalenceTest(a, b, 0.02), equivalenceTest(b, a, 0.02)];
  assertAlmostEquals(ab.pLow, ba.pHigh, 1e-12);
  assertAlmostEquals(ab.p, ba.p, 1e-12);
  const p = (x: number, margin: number) => equivalenceTest([x, x, x], [0.5, 0.5], margin).p;
  assertEquals([p(0.5, 0.01), p(0.75, 0.5), p(0.75, 0.125), p(0.75, 0.25)], [0, 0, 1, 0.5]);
  for (const margin of [0, -1, NaN, Infinity]) {
    assertThrows(() => equivalenceTest(a, b, margin), RangeError, `a margin of ${margin}`);
  }
  assertThrows(() => equivalenceTest([1], [1, 2], 1), TypeError);
});

Deno.test("resampledEquivalence() counts what lies at or beyond the nearer end", () => {
  const random = RandomStream.fromSeed(3);
  const sorted = Float64Array.from({ length: 999 }, () => 0.01 * random.normal()).sort();
  for (const margin of [0.002, 0.01, 0.0165, 0.03, 1]) {
    const [below, above] = [
      sorted.filter((x) => x <= -margin).length,
      sorted.filter((x) => x >= margin).length,
    ];
    assertEquals(resampledEquivalence(sorted, margin), (1 + Math.max(below, above)) / 1000);
  }
  // As many as the interval leaves out on a side: 50 of 1,000.
  const edge = Math.max(Math.abs(sorted[49]!), Math.abs(sorted.at(-50)!));
  assert(resampledEquivalence(sorted, edge + 1e-12) <= 0.05);
  assert(resampledEquivalence(sorted, edge) > 0.05);
  assert(edge > quantile(sorted, 0.9));
  // What lies at an end is beyond it, on either side.
  for (const values of [[-1, 0, 0], [0, 0, 1]]) {
    assertEquals(resampledEquivalence(Float64Array.from(values), 1), 0.5);
  }
  const far = sorted.map((x) => x + 5);
  assertEquals([resampledEquivalence(far, 1), resampledEquivalence(far, 9)], [1, 0.001]);
  assertThrows(() => resampledEquivalence(sorted, 0), RangeError, "a margin of 0");
});
