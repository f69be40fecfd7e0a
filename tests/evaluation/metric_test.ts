import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { measure, metricOf, metricSums, PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { totalOf } from "../../lib/evaluation/metric.ts";
import { gridScores, metricBy } from "./cases.ts";

/** Every metric of every protocol. */
const ALL = Object.values(PROTOCOLS).flatMap(({ name, metrics }) =>
  metrics.map((metric) => ({ name: `${metric.key} of ${name}`, metric }))
);

function each(check: (metric: ReturnType<typeof metricBy>, name: string) => void): void {
  for (const { name, metric } of ALL) check((p, y) => measure(metric, p, y), name);
}

Deno.test("every metric is finite for one sample", () => {
  for (const { name, metric } of ALL) {
    assert(Number.isFinite(measure(metric, [0.4], [-1.2])), name);
    const isCounted = metric.classes !== undefined;
    assertEquals(measure(metric, [1], [1]), isCounted ? 1 : 0, name);
  }
});

Deno.test("every metric takes typed arrays and changes none of its inputs", () => {
  const [p, y] = [[0.5, -1.25, 3.5], [0.25, 1, 3]];
  each((metric, name) => {
    const [p64, y32] = [Float64Array.from(p), Float32Array.from(y)];
    assertEquals(metric(p64, y32), metric(p, y), name);
    assertEquals([[...p64], [...y32]], [p, y], name);
  });
});

Deno.test("every metric refuses values that are not finite as float32, naming the position", () => {
  each((metric, name) => {
    for (const bad of [NaN, Infinity, -Infinity, 1e39]) {
      assertThrows(() => metric([0, bad], [0, 0]), RangeError, `prediction 1 is ${bad}`, name);
      assertThrows(() => metric([0, 0], [bad, 0]), RangeError, `label 0 is ${bad}`, name);
    }
  });
});

Deno.test("every metric refuses no samples and lists of different lengths", () => {
  each((metric, name) => {
    assertThrows(() => metric([], []), TypeError, "0 predictions with 0 labels", name);
    assertThrows(() => metric([1, 2], [1]), TypeError, "2 predictions with 1 labels", name);
  });
  const mae = metricOf(PROTOCOLS.mosi, "mae");
  assertThrows(() => metricSums(mae, [1], [1, 2]), TypeError);
});

for (const { name, metric } of ALL) {
  Deno.test(`the sums of ${name} are its value, resampled too`, () => {
    for (const step of [0.1, 0.25, 1 / 3]) {
      const [p, y] = [gridScores(60, 3.5, step, 1), gridScores(60, 3, step, 2)];
      const sums = metricSums(metric, p, y);
      const value = measure(metric, p, y);
      // Only corr has another way to its value, which rounds less.
      if (metric.compute === undefined) assertEquals(totalOf(sums), value);
      else assertAlmostEquals(totalOf(sums), value, 3.4e-15);
      assert(metric.compute === undefined || metric.key === "corr");
      const at = gridScores(60, 29, 1, 3).map((x) => x + 29);
      const drawn = sums.columns.map((column) => at.reduce((sum, i) => sum + column[i]!, 0));
      const wanted = measure(metric, at.map((i) => p[i]!), at.map((i) => y[i]!));
      assertAlmostEquals(sums.finish(Float64Array.from(drawn), 60), wanted, 1e-10);
    }
  });

  Deno.test(`the sums of ${name} are what its kind promises to the tests over samples`, () => {
    const [p, q, y] = [1, 2, 3].map((seed) => gridScores(40, 3, 0.2, seed));
    const [ofP, ofQ] = [metricSums(metric, p!, y!), metricSums(metric, q!, y!)];
    const { samples, columns, finish } = ofP;
    const [first, second] = columns;
    switch (metric.kind) {
      case "mean":
        assertEquals(columns.length, 1);
        assertEquals(finish(Float64Array.of(12), samples), 12 / samples);
        break;
      case "share":
        assert(columns.length === 2 && second!.some((counted) => counted === 1));
        assert(first!.every((right, i) => right === 0 || right === 1 && second![i] === 1));
        assertEquals(second, ofQ.columns[1], "who takes part is told by the labels");
        assertEquals(finish(Float64Array.of(3, 4), samples), 0.75);
        break;
      case "correlation":
        assertAlmostEquals(first!.reduce((sum, value) => sum + value, 0), 0, 1e-12);
        break;
      case "sums": {
        // Exchanged outcomes are those of exchanged predictions.
        const isA = (i: number) => i % 3 === 0;
        const mixed = metricSums(metric, p!.map((score, i) => isA(i) ? score : q![i]!), y!);
        mixed.columns.forEach((column, k) =>
          column.forEach((value, i) => assertEquals(value, (isA(i) ? ofP : ofQ).columns[k]![i]))
        );
      }
    }
  });
}

Deno.test("metricSums() add up to 0 where a metric is: constant predictions, only zero labels", () => {
  const totalBy = (key: string, p: number[], y: number[]) =>
    totalOf(metricSums(metricOf(PROTOCOLS.mosi, key), p, y));
  for (const key of ["corr", "ccc"]) {
    assertEquals(totalBy(key, [0.1, 0.1, 0.1], [1, 2, 3]), 0);
  }
  for (const key of ["acc2NegPos", "f1WeightedNegPos"]) {
    assertEquals(totalBy(key, [1, 1], [0, 0]), 0);
  }
});
