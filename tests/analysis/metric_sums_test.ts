import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { metricSums } from "../../lib/analysis/mod.ts";
import { statisticOf, sumsOf } from "../../lib/statistics/sample_sums.ts";
import { UsageError } from "../../lib/core/errors.ts";
import { PROTOCOLS } from "../../lib/evaluation/mod.ts";
import { gridScores } from "../evaluation/cases.ts";

for (const { name, metrics } of Object.values(PROTOCOLS)) {
  for (const { key, compute } of metrics) {
    Deno.test(`metricSums() of ${key} sums up to the ${name} metric, resampled too`, () => {
      for (const step of [0.1, 0.25, 1 / 3]) {
        const [p, y] = [gridScores(60, 3.5, step, 1), gridScores(60, 3, step, 2)];
        const sums = metricSums(name, key, p, y);
        assertAlmostEquals(statisticOf(sums, sumsOf(sums)), compute(p, y), 1e-12);
        const at = gridScores(60, 29, 1, 3).map((x) => x + 29);
        const drawn = sums.columns.map((column) => at.reduce((sum, i) => sum + column[i]!, 0));
        const wanted = compute(at.map((i) => p[i]!), at.map((i) => y[i]!));
        assertAlmostEquals(sums.finish(Float64Array.from(drawn), 60), wanted, 1e-10);
      }
    });
  }
}

Deno.test("metricSums() is 0 where the metric is: constant predictions, only zero labels", () => {
  const valueOf = (key: string, p: number[], y: number[]) => {
    const sums = metricSums("mosi", key, p, y);
    return statisticOf(sums, sumsOf(sums));
  };
  assertEquals(valueOf("corr", [0.1, 0.1, 0.1], [1, 2, 3]), 0);
  for (const key of ["acc2NegPos", "f1WeightedNegPos"]) {
    assertEquals(valueOf(key, [1, 1], [0, 0]), 0);
  }
});

Deno.test("metricSums() refuses a metric that the protocol lacks, and uneven lists", () => {
  assertThrows(() => metricSums("mosi", "acc2Sims", [1], [1]), UsageError, "Unknown mosi metric");
  assertThrows(() => metricSums("mosi", "mae", [1], [1, 2]), TypeError);
});
